// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUID values that TDH.SYS.INIT checks and TDH.SYS.LP.INIT compares.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_platform.h"

static u64 check_max_leaves(const struct tdx_module *m, unsigned int lp)
{
	static const u32 wanted[] = { 0x1f, 0x80000008 };
	u32 regs[CPUID_REGS];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		tdx_cpuid_on_lp(m, lp, wanted[i] & BIT(31), NO_SUBLEAF, regs);
		if (regs[EAX] < wanted[i])
			return TDX_CPUID_LEAF_NOT_SUPPORTED + wanted[i];
	}

	return TDX_SUCCESS;
}

/* Architectural performance monitoring: version 5, at most 7 fixed counters. */
static u64 check_leaf_a(const struct tdx_module *m, unsigned int lp,
			const u32 *regs)
{
	if ((regs[EAX] & 0xff) < 5 || (regs[EDX] & 0x1f) > 7)
		return TDX_INCORRECT_CPUID_VALUE;

	return TDX_SUCCESS;
}

/* The crystal clock ratio. */
static u64 check_leaf_15(const struct tdx_module *m, unsigned int lp,
			 const u32 *regs)
{
	return regs[EBX] ? TDX_SUCCESS : TDX_CPUID_LEAF_NOT_SUPPORTED + 0x15;
}

/* Level types of leaf 0x1f, of which core has to be there. */
#define LEVEL_INVALID	0
#define LEVEL_CORE	2
#define LEVEL_DIE	5

static u32 level_type(const u32 *regs)
{
	return regs[ECX] >> 8 & 0xff;
}

/* Topology, and one L3 cache for a package. */
static u64 check_leaf_1f(const struct tdx_module *m, unsigned int lp,
			 const u32 *regs)
{
	u32 subleaf, type = LEVEL_INVALID, shift = 0, level[CPUID_REGS];
	bool core = false;

	for (subleaf = 0; subleaf <= LEVEL_DIE; subleaf++) {
		tdx_cpuid_on_lp(m, lp, 0x1f, subleaf, level);
		if (level_type(level) == LEVEL_INVALID)
			break;
		if (level_type(level) <= type || level_type(level) > LEVEL_DIE)
			return TDX_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED;

		type = level_type(level);
		shift = level[EAX] & 0x1f;
		core |= type == LEVEL_CORE;
	}

	if (!core)
		return TDX_CPUID_LEAF_NOT_SUPPORTED;

	tdx_cpuid_on_lp(m, lp, 0x4, 3, level);
	if (!shift || (level[EAX] >> 14 & 0xfff) >> (shift - 1) != 1)
		return TDX_INVALID_WBINVD_SCOPE;

	return TDX_SUCCESS;
}

/* Bits of linear addresses: 57 with LA57, 48 without. */
static u64 check_leaf_80000008(const struct tdx_module *m, unsigned int lp,
			       const u32 *regs)
{
	u32 features[CPUID_REGS];

	tdx_cpuid_on_lp(m, lp, 0x7, 0, features);
	if ((regs[EAX] >> 8 & 0xff) != (features[ECX] & BIT(16) ? 57 : 48))
		return TDX_INCORRECT_CPUID_VALUE;

	return TDX_SUCCESS;
}

#define ALL_BITS	0xffffffff

/*
 * Release 1.5.01, and where the facts say so, later ones: the values of the
 * others are not known, and are taken to be these.
 */
static const struct cpuid_rule {
	u32 leaf;
	u32 subleaf;
	struct {
		u32 mask;
		u32 value;
	} regs[CPUID_REGS];
	enum tdx_module_version since;
	u64 (*check)(const struct tdx_module *m, unsigned int lp,
		     const u32 *regs);
} cpuid_rules[] = {
	{ 0x0, NO_SUBLEAF, { [EBX] = { ALL_BITS, 0x756e6547 },
			     [ECX] = { ALL_BITS, 0x6c65746e },
			     [EDX] = { ALL_BITS, 0x49656e69 } } },
	{ 0x1, NO_SUBLEAF, { [EBX] = { 0xff00, 0x800 },
			     [ECX] = { 0x47faa217, 0x47faa217 },
			     [EDX] = { 0x1fa9fbff, 0x1fa9fbff } } },
	{ 0x4, 0, { [EBX] = { 0xfff, 0x3f } } },
	{ 0x4, 1, { [EBX] = { 0xfff, 0x3f } } },
	{ 0x4, 2, { [EBX] = { 0xfff, 0x3f } } },
	{ 0x4, 3, { [EAX] = { 0xe0, 0x60 }, [EBX] = { 0xfff, 0x3f },
		    [EDX] = { 0x1, 0 } } },
	{ 0x4, 4, { [EAX] = { 0x1f, 0 } } },
	{ 0x6, NO_SUBLEAF, { [EAX] = { 0x800000, 0 } } },
	{ 0x7, 0, { [EAX] = { ALL_BITS, 2 }, [EBX] = { 0x219424c3, 0x219424c3 },
		    [ECX] = { 0x99000000, 0x99000000 },
		    [EDX] = { 0xfc082600, 0xfc080400 } } },
	{ 0x7, 2, { [EDX] = { 0x17, 0x17 } } },
	{ 0xa, NO_SUBLEAF, { [EAX] = { 0xff00, 0x800 },
			     [ECX] = { 0xffffff80, 0 },
			     [EDX] = { 0x8000, 0x8000 } }, .check = check_leaf_a },
	{ 0xa, NO_SUBLEAF, { [EAX] = { 0xff00, 0x800 },
			     [ECX] = { 0xfffffff0, 0 },
			     [EDX] = { 0x8000, 0x8000 } }, .check = check_leaf_a,
	  .since = TDX_MODULE_1_5_05 },
	{ 0xd, 0, { [EAX] = { 0x3, 0x3 } } },
	{ 0xd, 1, { [EAX] = { 0xf, 0xf }, [ECX] = { 0x1800, 0x1800 } } },
	{ 0x14, 0, { [EAX] = { ALL_BITS, 1 } } },
	{ 0x15, NO_SUBLEAF, .check = check_leaf_15 },
	{ 0x1f, 0, .check = check_leaf_1f },
	{ 0x1f, 5, { [ECX] = { 0xff00, 0 } } },
	{ 0x23, 1, { [EAX] = { 0xffffff00, 0 }, [EBX] = { 0xfffffff0, 0 } } },
	{ 0x80000001, NO_SUBLEAF, { [ECX] = { 0x121, 0x121 },
				    [EDX] = { 0x2c100800, 0x2c100800 } } },
	{ 0x80000006, NO_SUBLEAF, { [ECX] = { 0xff, 0x40 } } },
	{ 0x80000007, NO_SUBLEAF, { [EDX] = { 0x100, 0x100 } } },
	{ 0x80000008, NO_SUBLEAF, { [EAX] = { 0xff, 0x34 },
				    [EBX] = { 0x200, 0x200 } },
	  .check = check_leaf_80000008 },
};

static u64 pair(u32 low, u32 high)
{
	return low | (u64)high << 32;
}

static bool rule_in_force(const struct tdx_module *m,
			  const struct cpuid_rule *rule)
{
	const struct cpuid_rule *end = cpuid_rules + ARRAY_SIZE(cpuid_rules);

	if (m->platform.version < rule->since)
		return false;

	/* One of a later release stands behind the one it replaces. */
	return rule + 1 == end || rule[1].leaf != rule->leaf ||
	       rule[1].subleaf != rule->subleaf ||
	       m->platform.version < rule[1].since;
}

static u64 check_cpuid_rule(struct tdx_module *m, unsigned int lp,
			    const struct cpuid_rule *rule)
{
	u32 *seen = m->sample.cpuids[rule - cpuid_rules];
	unsigned int i;

	tdx_cpuid_on_lp(m, lp, rule->leaf, rule->subleaf, seen);
	for (i = 0; i < CPUID_REGS; i++) {
		if ((seen[i] & rule->regs[i].mask) != rule->regs[i].value)
			return TDX_INCORRECT_CPUID_VALUE;
	}

	return rule->check ? rule->check(m, lp, seen) : TDX_SUCCESS;
}

u64 tdx_check_cpuids(struct tdx_module *m, unsigned int lp, struct tdx_regs *regs)
{
	const struct cpuid_rule *rule;
	u64 ret;

	BUILD_BUG_ON(ARRAY_SIZE(cpuid_rules) > TDX_SAMPLED_CPUIDS);

	ret = check_max_leaves(m, lp);
	if (ret)
		return ret;

	for (rule = cpuid_rules;
	     rule < cpuid_rules + ARRAY_SIZE(cpuid_rules); rule++) {
		if (!rule_in_force(m, rule))
			continue;

		ret = check_cpuid_rule(m, lp, rule);
		if (ret == TDX_INCORRECT_CPUID_VALUE) {
			regs->rcx = pair(rule->leaf, rule->subleaf);
			regs->rdx = pair(rule->regs[EAX].mask,
					 rule->regs[EBX].mask);
			regs->r8 = pair(rule->regs[ECX].mask,
					rule->regs[EDX].mask);
			regs->r9 = pair(rule->regs[EAX].value,
					rule->regs[EBX].value);
			regs->r10 = pair(rule->regs[ECX].value,
					 rule->regs[EDX].value);
		}
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}

static bool cpuid_is_same(const struct tdx_module *m, unsigned int lp,
			  const struct cpuid_rule *rule)
{
	const u32 *sampled = m->sample.cpuids[rule - cpuid_rules];
	u32 seen[CPUID_REGS];
	unsigned int i;

	tdx_cpuid_on_lp(m, lp, rule->leaf, rule->subleaf, seen);
	for (i = 0; i < CPUID_REGS; i++) {
		if ((seen[i] ^ sampled[i]) & rule->regs[i].mask)
			return false;
	}

	return true;
}

/*
 * Which bits have to be the same on all LPs is not known. Those that
 * TDH.SYS.INIT compared with a value are among them.
 */
u64 tdx_compare_cpuids(const struct tdx_module *m, unsigned int lp, u32 package,
		       struct tdx_regs *regs)
{
	const struct cpuid_rule *rule;

	for (rule = cpuid_rules;
	     rule < cpuid_rules + ARRAY_SIZE(cpuid_rules); rule++) {
		if (!rule_in_force(m, rule))
			continue;

		/* The package is a part of the x2APIC id in this leaf. */
		if (rule->leaf == 0x1f && !rule->subleaf &&
		    package >= TDX_MAX_PKGS)
			return TDX_INVALID_PKG_ID + package;

		if (!cpuid_is_same(m, lp, rule)) {
			regs->rcx = pair(rule->leaf, rule->subleaf);
			regs->rdx = pair(rule->regs[EAX].mask,
					 rule->regs[EBX].mask);
			regs->r8 = pair(rule->regs[ECX].mask,
					rule->regs[EDX].mask);
			return TDX_INCONSISTENT_CPUID_FIELD;
		}
	}

	return TDX_SUCCESS;
}
