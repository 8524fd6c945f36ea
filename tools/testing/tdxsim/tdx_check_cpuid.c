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
		if (level_type(level) <= type ||
		    level_type(level) > LEVEL_DIE ||
		    (tdx_release(m)->strict_subleaves &&
		     (level[ECX] & 0xff) != subleaf))
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

/* A subleaf of leaf 0x23 that subleaf 0 does not announce has to be empty. */
static u64 check_leaf_23(const struct tdx_module *m, unsigned int lp,
			 u32 subleaf, const u32 *regs)
{
	u32 first[CPUID_REGS];

	if (!tdx_release(m)->strict_subleaves)
		return TDX_SUCCESS;

	tdx_cpuid_on_lp(m, lp, 0x23, 0, first);
	if (!(first[EAX] & BIT(subleaf)) &&
	    (regs[EAX] | regs[EBX] | regs[ECX] | regs[EDX]))
		return TDX_INCORRECT_CPUID_VALUE;

	return TDX_SUCCESS;
}

/* What a mask and a value cannot say. */
static u64 check_more(const struct tdx_module *m, unsigned int lp,
		      const struct tdx_cpuid_rule *rule, const u32 *regs)
{
	switch (rule->leaf) {
	case 0xa:
		return check_leaf_a(m, lp, regs);
	case 0x15:
		return check_leaf_15(m, lp, regs);
	case 0x1f:
		return rule->subleaf ? TDX_SUCCESS : check_leaf_1f(m, lp, regs);
	case 0x23:
		return rule->subleaf ?
		       check_leaf_23(m, lp, rule->subleaf, regs) : TDX_SUCCESS;
	case 0x80000008:
		return check_leaf_80000008(m, lp, regs);
	default:
		return TDX_SUCCESS;
	}
}

static u64 pair(u32 low, u32 high)
{
	return low | (u64)high << 32;
}

/*
 * The releases are based on each other, and the first of them has all leaves, in
 * the order of the module. A later one replaces some of their rules.
 */
static const struct tdx_release *first_release(const struct tdx_module *m)
{
	const struct tdx_release *release = tdx_release(m);

	while (release->base)
		release = release->base;

	return release;
}

static const struct tdx_cpuid_rule *find_rule(const struct tdx_module *m,
					      const struct tdx_cpuid_rule *first)
{
	const struct tdx_release *release;
	const struct tdx_cpuid_rule *rule;

	for (release = tdx_release(m); release->base; release = release->base) {
		for (rule = release->cpuid_rules;
		     rule < release->cpuid_rules + release->nr_cpuid_rules;
		     rule++) {
			if (rule->leaf == first->leaf &&
			    rule->subleaf == first->subleaf)
				return rule;
		}
	}

	return first;
}

static u64 check_rule(const struct tdx_module *m, unsigned int lp,
		      const struct tdx_cpuid_rule *rule, u32 *seen)
{
	unsigned int i;

	tdx_cpuid_on_lp(m, lp, rule->leaf, rule->subleaf, seen);
	for (i = 0; i < CPUID_REGS; i++) {
		if ((seen[i] & rule->mask[i]) != rule->value[i])
			return TDX_INCORRECT_CPUID_VALUE;
	}

	return check_more(m, lp, rule, seen);
}

static u64 check_rules(struct tdx_module *m, unsigned int lp,
		       struct tdx_regs *regs)
{
	const struct tdx_release *first = first_release(m);
	const struct tdx_cpuid_rule *rule;
	unsigned int i;
	u64 ret;

	for (i = 0; i < first->nr_cpuid_rules; i++) {
		rule = find_rule(m, &first->cpuid_rules[i]);
		ret = check_rule(m, lp, rule, m->sample.cpuids[i]);
		if (ret == TDX_INCORRECT_CPUID_VALUE) {
			regs->rcx = pair(rule->leaf, rule->subleaf);
			regs->rdx = pair(rule->mask[EAX], rule->mask[EBX]);
			regs->r8 = pair(rule->mask[ECX], rule->mask[EDX]);
			regs->r9 = pair(rule->value[EAX], rule->value[EBX]);
			regs->r10 = pair(rule->value[ECX], rule->value[EDX]);
		}
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}

static u32 pa_width(const struct tdx_module *m, unsigned int lp)
{
	u32 regs[CPUID_REGS];

	if (!tdx_release(m)->any_pa_width)
		return TDX_MAX_PA_BITS;

	tdx_cpuid_on_lp(m, lp, 0x80000008, NO_SUBLEAF, regs);
	return regs[EAX] & 0xff;
}

u64 tdx_check_cpuids(struct tdx_module *m, unsigned int lp,
		     struct tdx_regs *regs)
{
	u64 ret = check_max_leaves(m, lp) ?: check_rules(m, lp, regs);

	if (!ret)
		m->max_pa = pa_width(m, lp);
	return ret;
}

static bool is_same(const struct tdx_module *m, unsigned int lp,
		    const struct tdx_cpuid_rule *rule, const u32 *sampled)
{
	u32 seen[CPUID_REGS];
	unsigned int i;

	tdx_cpuid_on_lp(m, lp, rule->leaf, rule->subleaf, seen);
	for (i = 0; i < CPUID_REGS; i++) {
		if ((seen[i] ^ sampled[i]) & rule->same[i])
			return false;
	}

	return true;
}

u64 tdx_compare_cpuids(const struct tdx_module *m, unsigned int lp, u32 package,
		       struct tdx_regs *regs)
{
	const struct tdx_release *first = first_release(m);
	const struct tdx_cpuid_rule *rule;
	unsigned int i;

	for (i = 0; i < first->nr_cpuid_rules; i++) {
		rule = find_rule(m, &first->cpuid_rules[i]);

		/* The package is a part of the x2APIC id in this leaf. */
		if (rule->leaf == 0x1f && !rule->subleaf &&
		    package >= TDX_MAX_PKGS)
			return TDX_INVALID_PKG_ID + package;

		if (!is_same(m, lp, rule, m->sample.cpuids[i])) {
			regs->rcx = pair(rule->leaf, rule->subleaf);
			regs->rdx = pair(rule->same[EAX], rule->same[EBX]);
			regs->r8 = pair(rule->same[ECX], rule->same[EDX]);
			return TDX_INCONSISTENT_CPUID_FIELD;
		}
	}

	return TDX_SUCCESS;
}
