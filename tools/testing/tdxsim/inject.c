// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers that replace the execution of a SEAMCALL. Rules are written
 *
 *   LEAF:CPU:FROM[+COUNT]=CODE[:DETAIL][/REG=VALUE]...,...
 *
 * Each parse_*() returns what is wrong, or NULL.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "tdxsim.h"

#define ANY_CPU		UINT_MAX

struct rule {
	u16 leaf;
	unsigned int cpu;
	u64 from;
	u64 count;
	enum tdxsim_outcome outcome;
	/* The completion code, and the registers that are set besides. */
	struct tdx_regs regs;
	unsigned long regs_set;
	/* Calls this rule looked at since it is in force. */
	atomic64_t seen;
};

struct rules {
	/* As it was written, for those who read it. */
	char *text;
	unsigned int nr;
	struct rule rule[];
};

static const char * const outcome_names[] = {
	[TDXSIM_VMFAILINVALID]	= "vmfailinvalid",
	[TDXSIM_GP]		= "gp",
	[TDXSIM_UD]		= "ud",
};

static const struct {
	const char *name;
	size_t offset;
} output_regs[] = {
	{ "rcx", offsetof(struct tdx_regs, rcx) },
	{ "rdx", offsetof(struct tdx_regs, rdx) },
	{ "r8", offsetof(struct tdx_regs, r8) },
	{ "r9", offsetof(struct tdx_regs, r9) },
	{ "r10", offsetof(struct tdx_regs, r10) },
	{ "r11", offsetof(struct tdx_regs, r11) },
};

static u64 *output_reg(struct tdx_regs *regs, unsigned int i)
{
	return (void *)regs + output_regs[i].offset;
}

static struct rules __rcu *current_rules;
static DEFINE_MUTEX(rules_lock);

/* kstrtoull() also takes a plus sign, which stands for something else here. */
static int parse_decimal(const char *text, u64 *number)
{
	if (!text || !isdigit(*text))
		return -EINVAL;

	return kstrtoull(text, 10, number);
}

static const char *parse_leaf(const char *text, struct rule *rule)
{
	u64 leaf;

	if (!tdxsim_find_leaf(text, &leaf) &&
	    (parse_decimal(text, &leaf) || leaf > U16_MAX))
		return "unknown leaf";

	rule->leaf = leaf;
	return NULL;
}

static const char *parse_cpu(const char *text, struct rule *rule)
{
	u64 cpu;

	rule->cpu = ANY_CPU;
	if (text && !strcmp(text, "*"))
		return NULL;

	if (parse_decimal(text, &cpu) || cpu >= nr_cpu_ids)
		return "no such CPU";

	rule->cpu = cpu;
	return NULL;
}

static const char *parse_calls(char *text, struct rule *rule)
{
	const char *from = strsep(&text, "+");

	rule->count = U64_MAX;
	if (text && (parse_decimal(text, &rule->count) || !rule->count))
		return "bad COUNT";

	if (parse_decimal(from, &rule->from) || !rule->from)
		return "bad FROM";

	return NULL;
}

static const char *parse_reg(char *text, struct rule *rule)
{
	const char *name = strsep(&text, "=");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(output_regs); i++) {
		if (strcmp(name, output_regs[i].name))
			continue;
		if (!text || kstrtoull(text, 0, output_reg(&rule->regs, i)))
			return "bad VALUE";
		rule->regs_set |= BIT(i);
		return NULL;
	}

	return "unknown REG";
}

static const char *parse_completion_code(char *text, u64 *code)
{
	const char *name = strsep(&text, ":");
	u64 operand;
	u32 detail;

	if (!text && !strncmp(name, "0x", 2) && !kstrtoull(name, 16, code))
		return NULL;

	if (!tdxsim_find_code(name, code))
		return "unknown CODE";

	if (!text)
		return NULL;

	if (strstarts(name, "TDX_OPERAND_") &&
	    tdxsim_find_operand(text, &operand))
		*code |= operand;
	else if (!kstrtou32(text, 0, &detail))
		*code |= detail;
	else
		return "bad DETAIL";

	return NULL;
}

static const char *parse_completion(char *text, struct rule *rule)
{
	char *code = strsep(&text, "/");
	const char *why = parse_completion_code(code, &rule->regs.rax);
	char *reg;

	while (!why && (reg = strsep(&text, "/")))
		why = parse_reg(reg, rule);

	return why;
}

static const char *parse_code(char *text, struct rule *rule)
{
	int outcome;

	for (outcome = TDXSIM_VMFAILINVALID;
	     outcome < ARRAY_SIZE(outcome_names); outcome++) {
		if (!strcmp(text, outcome_names[outcome])) {
			rule->outcome = outcome;
			return NULL;
		}
	}

	rule->outcome = TDXSIM_COMPLETED;
	return parse_completion(text, rule);
}

static const char *parse_rule(char *text, struct rule *rule)
{
	const char *leaf = strsep(&text, ":");
	const char *cpu = strsep(&text, ":");
	char *calls = strsep(&text, "=");

	if (!text)
		return "not LEAF:CPU:FROM[+COUNT]=CODE";

	return parse_leaf(leaf, rule) ?:
	       parse_cpu(cpu, rule) ?:
	       parse_calls(calls, rule) ?:
	       parse_code(text, rule);
}

static unsigned int count_rules(const char *text)
{
	unsigned int nr = 1;

	if (!*text)
		return 0;

	while ((text = strchr(text, ','))) {
		text++;
		nr++;
	}

	return nr;
}

static void free_rules(struct rules *rules)
{
	if (rules)
		kfree(rules->text);
	kfree(rules);
}

DEFINE_FREE(free_rules, struct rules *, free_rules(_T))

static struct rules *parse_rules(const char *text)
{
	unsigned int i, nr = count_rules(text);
	struct rules *rules __free(free_rules) = NULL;
	char *copy __free(kfree) = kstrdup(text, GFP_KERNEL);
	char *rest = copy, *rule;
	const char *why;

	rules = kzalloc(struct_size(rules, rule, nr), GFP_KERNEL);
	if (!copy || !rules)
		return ERR_PTR(-ENOMEM);

	rules->text = kstrdup(text, GFP_KERNEL);
	if (!rules->text)
		return ERR_PTR(-ENOMEM);

	rules->nr = nr;
	for (i = 0; i < nr; i++) {
		rule = strsep(&rest, ",");
		text = &rules->text[rule - copy];
		why = parse_rule(rule, &rules->rule[i]);
		if (why) {
			pr_err("bad inject rule \"%.*s\": %s\n",
			       (int)strcspn(text, ","), text, why);
			return ERR_PTR(-EINVAL);
		}
	}

	return_ptr(rules);
}

static void replace_rules(struct rules *rules)
{
	mutex_lock(&rules_lock);
	rules = rcu_replace_pointer(current_rules, rules,
				    lockdep_is_held(&rules_lock));
	mutex_unlock(&rules_lock);
	synchronize_rcu();
	free_rules(rules);
}

/* Replaces all rules, or none when one of the new ones is wrong. */
int tdxsim_set_rules(const char *text)
{
	struct rules *rules = parse_rules(text);

	if (IS_ERR(rules))
		return PTR_ERR(rules);

	replace_rules(rules);
	return 0;
}

void tdxsim_clear_rules(void)
{
	replace_rules(NULL);
}

void tdxsim_show_rules(struct seq_file *s)
{
	const struct rules *rules;
	const char *c;

	guard(mutex)(&rules_lock);
	rules = rcu_dereference_protected(current_rules,
					  lockdep_is_held(&rules_lock));
	if (!rules || !rules->nr)
		return;

	for (c = rules->text; *c; c++)
		seq_putc(s, *c == ',' ? '\n' : *c);
	seq_putc(s, '\n');
}

static bool rule_applies(struct rule *rule, unsigned int cpu, u64 leaf)
{
	u64 nth;

	if (rule->leaf != leaf || (rule->cpu != ANY_CPU && rule->cpu != cpu))
		return false;

	nth = atomic64_inc_return(&rule->seen);
	return nth >= rule->from && nth - rule->from < rule->count;
}

static void answer_call(struct rule *rule, struct tdx_regs *regs)
{
	unsigned int i;
	u64 *reg;

	regs->rax = rule->regs.rax;
	for_each_set_bit(i, &rule->regs_set, ARRAY_SIZE(output_regs)) {
		reg = output_reg(regs, i);
		*reg = *output_reg(&rule->regs, i);
	}
}

/* Every rule counts the call, the first one that applies answers it. */
bool tdxsim_inject(unsigned int cpu, enum tdxsim_outcome *outcome,
		   struct tdx_regs *regs)
{
	bool injected = false;
	struct rules *rules;
	u64 leaf = tdx_leaf(regs->rax);
	unsigned int i;

	guard(rcu)();
	rules = rcu_dereference(current_rules);
	for (i = 0; rules && i < rules->nr; i++) {
		struct rule *rule = &rules->rule[i];

		if (!rule_applies(rule, cpu, leaf) || injected)
			continue;

		injected = true;
		*outcome = rule->outcome;
		if (rule->outcome == TDXSIM_COMPLETED)
			answer_call(rule, regs);
	}

	return injected;
}
