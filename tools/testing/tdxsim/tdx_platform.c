// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the TDX module wants of the platform: the checks of TDH.SYS.INIT and
 * TDH.SYS.LP.INIT on MSRs, CPUID, SMRRs, SEAM capabilities and random numbers.
 *
 * None of them looks at the CPU that runs the model, which has few of the
 * features that the module insists on. The platform is a scripted one: it
 * passes all checks, up to the faults in struct tdx_faults.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tdx_internal.h"

/* TDH.SYS.INIT: the KeyID ownership table has this many entries. */
#define MAX_HKIDS		2048

#define IA32_TSC_ADJUST			0x3b
#define IA32_MKTME_KEYID_PARTITIONING	0x87
#define IA32_WBINVDP			0x98
#define IA32_WBNOINVDP			0x99
#define IA32_MISC_PACKAGE_CTLS		0xbc
#define IA32_XAPIC_DISABLE_STATUS	0xbd
#define IA32_CORE_CAPABILITIES		0xcf
#define IA32_MTRRCAP			0xfe
#define IA32_ARCH_CAPABILITIES		0x10a
#define IA32_TSX_CTRL			0x122
#define IA32_MISC_ENABLE		0x1a0
#define IA32_SMRR_BASE			0x1f2
#define IA32_SMRR_MASK			0x1f3
#define IA32_SMRR2_BASE			0x1f6
#define IA32_SMRR2_MASK			0x1f7
#define IA32_PERF_CAPABILITIES		0x345
#define IA32_VMX_BASIC			0x480
#define IA32_VMX_MISC			0x485
#define IA32_VMX_CR0_FIXED0		0x486
#define IA32_VMX_CR0_FIXED1		0x487
#define IA32_VMX_CR4_FIXED0		0x488
#define IA32_VMX_CR4_FIXED1		0x489
#define IA32_VMX_PROCBASED_CTLS2	0x48b
#define IA32_VMX_EPT_VPID_CAP		0x48c
#define IA32_VMX_TRUE_PINBASED_CTLS	0x48d
#define IA32_VMX_TRUE_PROCBASED_CTLS	0x48e
#define IA32_VMX_TRUE_EXIT_CTLS		0x48f
#define IA32_VMX_TRUE_ENTRY_CTLS	0x490
#define IA32_VMX_PROCBASED_CTLS3	0x492
#define IA32_TME_CAPABILITY		0x981
#define IA32_TME_ACTIVATE		0x982

#define ARCH_CAPABILITIES_TSX_CTRL	BIT_ULL(7)
#define MISC_ENABLE_PERFMON		BIT_ULL(7)
#define MISC_ENABLE_BTS_UNAVAILABLE	BIT_ULL(11)
#define MISC_ENABLE_LIMIT_CPUID		BIT_ULL(22)
#define TSX_CTRL_RTM_OFF_CPUID_CLEAR	GENMASK_ULL(1, 0)
#define PERF_CAPABILITIES_FREEZE_SMM	BIT_ULL(12)
#define PERF_CAPABILITIES_FULL_WRITE	BIT_ULL(13)
#define MTRRCAP_SMRR			BIT_ULL(11)
#define MTRRCAP_SMRR2			BIT_ULL(13)
#define MTRRCAP_SMRR_LOCK		BIT_ULL(14)
#define SMRR_MASK_LOCK			BIT_ULL(10)
#define SMRR_MASK_VALID			BIT_ULL(11)
#define SMRR_ADDRESS			GENMASK_ULL(31, 12)
#define TME_ACTIVATE_LOCK		BIT_ULL(0)
#define TME_HKID_BITS			GENMASK_ULL(35, 32)
#define TME_HKID_BITS_SHIFT		32
#define TME_ACTIVATE_ALGORITHMS_SHIFT	48
/* AES-XTS-128 and AES-XTS-256 without integrity, as in TME_CAPABILITY */
#define TME_AES_XTS			(BIT_ULL(0) | BIT_ULL(2))
/* SEAMDB_CLEAR, INSERT, GETREF and REPORT: what TD preserving takes. */
#define SEAMOPS_TD_PRESERVING		GENMASK_ULL(5, 2)
#define SEAMOPS_ALL			GENMASK_ULL(5, 0)
#define SEAMOPS_SEAMREPORT		BIT_ULL(1)

#define VMX_BASIC_VMCS_SIZE_SHIFT	32
#define VMX_BASIC_VMCS_SIZE		GENMASK_ULL(12, 0)

/* The CPUID leaf has no subleaves. */
#define NO_SUBLEAF	0xffffffff

enum { EAX, EBX, ECX, EDX, CPUID_REGS };

static u64 scripted_msr(const struct tdx_platform *platform, u32 address)
{
	static const struct {
		u32 address;
		u64 value;
	} msrs[] = {
		{ IA32_WBINVDP, 1 },
		{ IA32_WBNOINVDP, 1 },
		{ IA32_MISC_PACKAGE_CTLS, 1 },
		{ IA32_XAPIC_DISABLE_STATUS, 1 },
		{ IA32_MTRRCAP, 0x4800 },
		{ IA32_ARCH_CAPABILITIES, 0x20fd6b },
		{ IA32_MISC_ENABLE, 0x80 },
		{ IA32_SMRR_MASK, 0x400 },
		{ IA32_PERF_CAPABILITIES, 0x3000 },
		{ IA32_VMX_BASIC, 0xc0040000000000 },
		{ IA32_VMX_MISC, 0x200440e0 },
		{ IA32_VMX_CR0_FIXED0, 0x80000021 },
		{ IA32_VMX_CR0_FIXED1, 0xffffffff },
		{ IA32_VMX_CR4_FIXED0, 0x2000 },
		{ IA32_VMX_CR4_FIXED1, 0xffffffff },
		{ IA32_VMX_PROCBASED_CTLS2, 0xffffffff00000000 },
		{ IA32_VMX_EPT_VPID_CAP, 0xffffffffffffffff },
		{ IA32_VMX_TRUE_PINBASED_CTLS, 0xffffffff00000000 },
		{ IA32_VMX_TRUE_PROCBASED_CTLS, 0xffffffff00000000 },
		{ IA32_VMX_TRUE_EXIT_CTLS, 0xffffffff00000000 },
		{ IA32_VMX_TRUE_ENTRY_CTLS, 0xffffffff00000000 },
		{ IA32_VMX_PROCBASED_CTLS3, 0xffffffffffffffff },
	};
	u64 hkid_bits = (u64)platform->hkid_bits << TME_HKID_BITS_SHIFT;
	unsigned int i;

	/* The KeyIDs are those of the platform. */
	switch (address) {
	case IA32_MKTME_KEYID_PARTITIONING:
		return (platform->private_hkid_min - 1) |
		       (u64)(platform->private_hkid_max -
			     platform->private_hkid_min + 1) << 32;
	case IA32_TME_CAPABILITY:
		return hkid_bits | 0xd;
	case IA32_TME_ACTIVATE:
		return TME_AES_XTS << TME_ACTIVATE_ALGORITHMS_SHIFT |
		       hkid_bits | 0x3;
	}

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		if (msrs[i].address == address)
			return msrs[i].value;
	}

	return 0;
}

static u64 msr_on_lp(const struct tdx_module *m, unsigned int lp, u32 address)
{
	const struct tdx_msr_fault *fault;

	for (fault = m->faults.msrs;
	     fault < m->faults.msrs + ARRAY_SIZE(m->faults.msrs); fault++) {
		if (fault->on && fault->lp == lp && fault->address == address)
			return fault->value;
	}

	return scripted_msr(&m->platform, address);
}

/* Leaves that are not here are all zeroes. */
static const struct {
	u32 leaf;
	u32 subleaf;
	u32 regs[CPUID_REGS];
} scripted_cpuids[] = {
	{ 0x0, NO_SUBLEAF, { 0x20, 0x756e6547, 0x6c65746e, 0x49656e69 } },
	{ 0x1, NO_SUBLEAF, { 0x806f8, 0x800, 0x47faa217, 0x1fa9fbff } },
	{ 0x4, 0, { 0x21, 0x3f, 0, 0 } },
	{ 0x4, 1, { 0x22, 0x3f, 0, 0 } },
	{ 0x4, 2, { 0x43, 0x3f, 0, 0 } },
	/* Level 3, shared by 128 LPs: one for a package. */
	{ 0x4, 3, { 0x1fc063, 0x3f, 0, 0 } },
	{ 0x7, 0, { 2, 0x219424c3, 0x99010000, 0xfc080400 } },
	{ 0x7, 2, { 0, 0, 0, 0x17 } },
	{ 0xa, NO_SUBLEAF, { 0x805, 0, 0, 0x8004 } },
	{ 0xd, 0, { 0x3, 0, 0, 0 } },
	{ 0xd, 1, { 0xf, 0, 0x1800, 0 } },
	{ 0x14, 0, { 1, 0, 0, 0 } },
	{ 0x15, NO_SUBLEAF, { 1, 0x6c, 0, 0 } },
	/* Two threads a core, 128 LPs a package. */
	{ 0x1f, 0, { 1, 2, 0x100, 0 } },
	{ 0x1f, 1, { 7, 0x80, 0x201, 0 } },
	{ 0x80000000, NO_SUBLEAF, { 0x80000008, 0, 0, 0 } },
	{ 0x80000001, NO_SUBLEAF, { 0, 0, 0x121, 0x2c100800 } },
	{ 0x80000006, NO_SUBLEAF, { 0, 0, 0x40, 0 } },
	{ 0x80000007, NO_SUBLEAF, { 0, 0, 0, 0x100 } },
	{ 0x80000008, NO_SUBLEAF, { 0x3934, 0x200, 0, 0 } },
};

static void cpuid_on_lp(const struct tdx_module *m, unsigned int lp, u32 leaf,
			u32 subleaf, u32 *regs)
{
	const struct tdx_cpuid_fault *fault = &m->faults.cpuid;
	unsigned int i;

	memset(regs, 0, CPUID_REGS * sizeof(*regs));
	if (fault->on && fault->lp == lp && fault->leaf == leaf &&
	    fault->subleaf == subleaf) {
		memcpy(regs, fault->regs, sizeof(fault->regs));
		return;
	}

	for (i = 0; i < ARRAY_SIZE(scripted_cpuids); i++) {
		if (scripted_cpuids[i].leaf == leaf &&
		    scripted_cpuids[i].subleaf == subleaf)
			memcpy(regs, scripted_cpuids[i].regs,
			       sizeof(scripted_cpuids[i].regs));
	}
}

static bool has_entropy(struct tdx_module *m)
{
	if (!m->faults.rdrand)
		return true;

	m->faults.rdrand--;
	return false;
}

static u64 seamops_capabilities(const struct tdx_module *m, unsigned int lp)
{
	u64 capabilities = SEAMOPS_ALL;

	if (m->faults.seamcaps_all_on)
		capabilities = m->faults.seamcaps_all;
	if (m->faults.seamcaps_lp_on && m->faults.seamcaps_lp == lp)
		capabilities ^= SEAMOPS_SEAMREPORT;

	return capabilities;
}

enum tdx_pconfig tdx_pconfig(struct tdx_module *m)
{
	enum tdx_pconfig result = m->faults.pconfig;

	m->faults.pconfig = TDX_PCONFIG_SUCCESS;
	return result;
}

/*
 * Bits that have to be 1 and 0. Those of the VMX MSRs are a part of what the
 * module wants, taken from what it was seen to accept and to refuse: features
 * that no TD can do without are there, and CR0 and CR4 bits are not forced.
 */
struct msr_rule {
	u32 address;
	u64 set;
	u64 clear;
	enum tdx_module_version since;
};

/* IBRS_ALL and the like: 1.0 wants fewer of them. */
static const struct msr_rule init_msrs[] = {
	{ IA32_ARCH_CAPABILITIES, .set = 0xd6b, .clear = BIT_ULL(2) },
	{ IA32_ARCH_CAPABILITIES, .set = 0x20fd6b,
	  .since = TDX_MODULE_1_5_01 },
	{ IA32_ARCH_CAPABILITIES, .clear = BIT_ULL(18),
	  .since = TDX_MODULE_1_5_05 },
	{ IA32_XAPIC_DISABLE_STATUS, .set = BIT_ULL(0), .clear = ~BIT_ULL(0) },
};

static const struct msr_rule init_msrs_after_tsx[] = {
	{ IA32_MISC_PACKAGE_CTLS, .set = BIT_ULL(0) },
	{ IA32_PERF_CAPABILITIES, .set = PERF_CAPABILITIES_FULL_WRITE },
	{ IA32_PERF_CAPABILITIES, .set = PERF_CAPABILITIES_FREEZE_SMM,
	  .since = TDX_MODULE_1_5_05 },
};

static const struct msr_rule init_vmx_msrs[] = {
	{ IA32_VMX_BASIC, .set = GENMASK_ULL(55, 54) },
	{ IA32_VMX_TRUE_PINBASED_CTLS, .set = 0x2900000000 },
	{ IA32_VMX_TRUE_PROCBASED_CTLS, .set = 0x8002000000000000 },
	{ IA32_VMX_PROCBASED_CTLS2, .set = 0x8200000000 },
	{ IA32_VMX_PROCBASED_CTLS3, .set = BIT_ULL(5) },
	{ IA32_VMX_TRUE_EXIT_CTLS, .set = 0x20000000000 },
	{ IA32_VMX_TRUE_ENTRY_CTLS, .set = 0x20000000000 },
	{ IA32_VMX_MISC, .set = 0x200440e0 },
	{ IA32_VMX_EPT_VPID_CAP, .set = 0x63340c0 },
	{ IA32_VMX_CR0_FIXED0, .clear = ~0x80000021ULL },
	{ IA32_VMX_CR0_FIXED1, .set = 0xe005003f },
	{ IA32_VMX_CR4_FIXED0, .clear = ~0x2000ULL },
	{ IA32_VMX_CR4_FIXED1, .set = 0x3727ff },
};

static u64 check_msrs(const struct tdx_module *m, unsigned int lp,
		      const struct msr_rule *rules, unsigned int nr)
{
	const struct msr_rule *rule;

	for (rule = rules; rule < rules + nr; rule++) {
		u64 value = msr_on_lp(m, lp, rule->address);

		if (m->platform.version < rule->since)
			continue;

		if (~value & rule->set || value & rule->clear)
			return TDX_INCORRECT_MSR_VALUE + rule->address;
	}

	return TDX_SUCCESS;
}

/* 1.0 needs TSX not to be disabled, later ones lift that while they look. */
static u64 check_tsx_ctrl(const struct tdx_module *m, unsigned int lp)
{
	if (m->platform.version == TDX_MODULE_1_0 &&
	    msr_on_lp(m, lp, IA32_ARCH_CAPABILITIES) & ARCH_CAPABILITIES_TSX_CTRL &&
	    msr_on_lp(m, lp, IA32_TSX_CTRL) & TSX_CTRL_RTM_OFF_CPUID_CLEAR)
		return TDX_INCORRECT_MSR_VALUE + IA32_TSX_CTRL;

	return TDX_SUCCESS;
}

static u64 check_limit_cpuid(const struct tdx_module *m, unsigned int lp)
{
	if (msr_on_lp(m, lp, IA32_MISC_ENABLE) & MISC_ENABLE_LIMIT_CPUID)
		return TDX_LIMIT_CPUID_MAXVAL_SET;

	return TDX_SUCCESS;
}

static u64 check_misc_enable(const struct tdx_module *m, unsigned int lp)
{
	static const struct msr_rule rule = {
		IA32_MISC_ENABLE, .set = MISC_ENABLE_PERFMON,
		.clear = MISC_ENABLE_BTS_UNAVAILABLE,
		.since = TDX_MODULE_1_5_05
	};

	return check_limit_cpuid(m, lp) ?: check_msrs(m, lp, &rule, 1);
}

static u64 check_max_leaves(const struct tdx_module *m, unsigned int lp)
{
	static const u32 wanted[] = { 0x1f, 0x80000008 };
	u32 regs[CPUID_REGS];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		cpuid_on_lp(m, lp, wanted[i] & BIT(31), NO_SUBLEAF, regs);
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
		cpuid_on_lp(m, lp, 0x1f, subleaf, level);
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

	cpuid_on_lp(m, lp, 0x4, 3, level);
	if (!shift || (level[EAX] >> 14 & 0xfff) >> (shift - 1) != 1)
		return TDX_INVALID_WBINVD_SCOPE;

	return TDX_SUCCESS;
}

/* Bits of linear addresses: 57 with LA57, 48 without. */
static u64 check_leaf_80000008(const struct tdx_module *m, unsigned int lp,
			       const u32 *regs)
{
	u32 features[CPUID_REGS];

	cpuid_on_lp(m, lp, 0x7, 0, features);
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

	cpuid_on_lp(m, lp, rule->leaf, rule->subleaf, seen);
	for (i = 0; i < CPUID_REGS; i++) {
		if ((seen[i] & rule->regs[i].mask) != rule->regs[i].value)
			return TDX_INCORRECT_CPUID_VALUE;
	}

	return rule->check ? rule->check(m, lp, seen) : TDX_SUCCESS;
}

static u64 check_cpuids(struct tdx_module *m, unsigned int lp,
			struct tdx_regs *regs)
{
	const struct cpuid_rule *rule;
	u64 ret;

	BUILD_BUG_ON(ARRAY_SIZE(cpuid_rules) > TDX_SAMPLED_CPUIDS);

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

static u64 check_vmx_msrs(const struct tdx_module *m, unsigned int lp)
{
	u64 size = msr_on_lp(m, lp, IA32_VMX_BASIC) >> VMX_BASIC_VMCS_SIZE_SHIFT &
		   VMX_BASIC_VMCS_SIZE;

	if (size > SZ_4K)
		return TDX_INCORRECT_MSR_VALUE + IA32_VMX_BASIC;

	return check_msrs(m, lp, init_vmx_msrs, ARRAY_SIZE(init_vmx_msrs));
}

/* Encryption without integrity is what the firmware chose. */
static u64 check_tme(struct tdx_module *m, unsigned int lp)
{
	u64 capability = msr_on_lp(m, lp, IA32_TME_CAPABILITY) & TME_AES_XTS;
	u64 activate = msr_on_lp(m, lp, IA32_TME_ACTIVATE);

	if (!(activate & TME_ACTIVATE_LOCK))
		return TDX_INCORRECT_MSR_VALUE + IA32_TME_ACTIVATE;

	if (!capability)
		return TDX_INCORRECT_MSR_VALUE + IA32_TME_CAPABILITY;

	if (!(capability & (activate >> TME_ACTIVATE_ALGORITHMS_SHIFT)))
		return TDX_INCORRECT_MSR_VALUE + IA32_TME_ACTIVATE;

	m->hkid_bits = (activate & TME_HKID_BITS) >> TME_HKID_BITS_SHIFT;
	return TDX_SUCCESS;
}

/* The shared KeyIDs in the low half, then the private ones in the high half. */
static u64 check_hkids(struct tdx_module *m, unsigned int lp)
{
	u64 partitioning = msr_on_lp(m, lp, IA32_MKTME_KEYID_PARTITIONING);
	u64 shared = partitioning & GENMASK_ULL(31, 0);
	u64 highest = shared + (partitioning >> 32);

	if (highest >= MAX_HKIDS)
		return TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED + MAX_HKIDS;

	m->private_hkid_min = shared + 1;
	m->private_hkid_max = highest;
	return TDX_SUCCESS;
}

static u64 check_wbinvd(const struct tdx_module *m, unsigned int lp)
{
	if (msr_on_lp(m, lp, IA32_WBNOINVDP) != msr_on_lp(m, lp, IA32_WBINVDP))
		return TDX_INCORRECT_MSR_VALUE + IA32_WBNOINVDP;

	return TDX_SUCCESS;
}

static u64 check_cmrs(const struct tdx_module *m)
{
	const struct tdx_range *cmr;
	u64 end = 0;

	for (cmr = m->platform.cmrs;
	     cmr < m->platform.cmrs + TDX_MAX_CMRS; cmr++) {
		if (!cmr->size)
			continue;

		if (!IS_ALIGNED(cmr->base | cmr->size, SZ_4K) ||
		    wraps(cmr->base, cmr->size) ||
		    !range_is_plain(m, cmr->base, cmr->size) ||
		    cmr->base < end)
			return TDX_CMR_LIST_INVALID;
		end = range_end(cmr);
	}

	return TDX_SUCCESS;
}

static u64 smrr_base(const struct tdx_module *m, unsigned int lp,
		     unsigned int smrr)
{
	return msr_on_lp(m, lp, smrr ? IA32_SMRR2_BASE : IA32_SMRR_BASE) &
	       SMRR_ADDRESS;
}

static u64 smrr_mask(const struct tdx_module *m, unsigned int lp,
		     unsigned int smrr)
{
	return msr_on_lp(m, lp, smrr ? IA32_SMRR2_MASK : IA32_SMRR_MASK);
}

/* The mask has no holes, and the base is aligned to the size it gives. */
static bool smrr_is_aligned(u64 base, u64 mask)
{
	u64 size = SZ_4G - (mask & SMRR_ADDRESS);

	return size < SZ_4G && !(size & (size - 1)) && IS_ALIGNED(base, size);
}

static u64 check_smrr_in_cmrs(const struct tdx_module *m, unsigned int lp,
			      unsigned int smrr)
{
	u64 base = smrr_base(m, lp, smrr);
	u64 end = base + SZ_4G - (smrr_mask(m, lp, smrr) & SMRR_ADDRESS);
	unsigned int i;

	for (i = 0; i < TDX_MAX_CMRS; i++) {
		const struct tdx_range *cmr = &m->platform.cmrs[i];

		if (cmr->size && ranges_overlap(base, end, cmr->base,
						range_end(cmr)))
			return TDX_SMRR_OVERLAPS_CMR + smrr + (i << 8);
	}

	return TDX_SUCCESS;
}

static u64 check_smrrs(const struct tdx_module *m, unsigned int lp)
{
	u64 mtrrcap = msr_on_lp(m, lp, IA32_MTRRCAP);
	unsigned int smrr, nr = mtrrcap & MTRRCAP_SMRR2 ? 2 : 1;
	u64 ret;

	if (!(mtrrcap & MTRRCAP_SMRR))
		return TDX_SMRR_NOT_SUPPORTED;

	if (!(mtrrcap & MTRRCAP_SMRR_LOCK))
		return TDX_SMRR_LOCK_NOT_SUPPORTED;

	for (smrr = 0; smrr < nr; smrr++) {
		if (!(smrr_mask(m, lp, smrr) & SMRR_MASK_LOCK))
			return TDX_SMRR_NOT_LOCKED + smrr;
	}

	for (smrr = 0; smrr < nr; smrr++) {
		u64 mask = smrr_mask(m, lp, smrr);

		if (mask & SMRR_MASK_VALID &&
		    !smrr_is_aligned(smrr_base(m, lp, smrr), mask))
			return TDX_INVALID_SMRR_CONFIGURATION + smrr;
	}

	for (smrr = 0; smrr < nr; smrr++) {
		if (!(smrr_mask(m, lp, smrr) & SMRR_MASK_VALID))
			continue;
		ret = check_smrr_in_cmrs(m, lp, smrr);
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}

/* What TDH.SYS.LP.INIT compares: some before CPUID, the others after it. */
static const struct lp_msr {
	u32 address;
	bool before_cpuid;
	bool only_1_0;
	bool only_with_smrr2;
} lp_msrs[] = {
	{ IA32_CORE_CAPABILITIES, .before_cpuid = true },
	{ IA32_ARCH_CAPABILITIES, .before_cpuid = true },
	{ IA32_MISC_PACKAGE_CTLS, .before_cpuid = true },
	{ IA32_XAPIC_DISABLE_STATUS, .before_cpuid = true },
	{ IA32_TSX_CTRL, .before_cpuid = true, .only_1_0 = true },
	{ IA32_TSC_ADJUST },
	{ IA32_MTRRCAP },
	{ IA32_SMRR_BASE },
	{ IA32_SMRR_MASK },
	{ IA32_SMRR2_BASE, .only_with_smrr2 = true },
	{ IA32_SMRR2_MASK, .only_with_smrr2 = true },
	{ IA32_VMX_BASIC },
	{ IA32_VMX_TRUE_PINBASED_CTLS },
	{ IA32_VMX_TRUE_PROCBASED_CTLS },
	{ IA32_VMX_PROCBASED_CTLS2 },
	{ IA32_VMX_PROCBASED_CTLS3 },
	{ IA32_VMX_TRUE_EXIT_CTLS },
	{ IA32_VMX_TRUE_ENTRY_CTLS },
	{ IA32_VMX_MISC },
	{ IA32_VMX_EPT_VPID_CAP },
	{ IA32_VMX_CR0_FIXED0 },
	{ IA32_VMX_CR0_FIXED1 },
	{ IA32_VMX_CR4_FIXED0 },
	{ IA32_VMX_CR4_FIXED1 },
	{ IA32_PERF_CAPABILITIES },
	{ IA32_TME_CAPABILITY },
	{ IA32_TME_ACTIVATE },
	{ IA32_MKTME_KEYID_PARTITIONING },
	{ IA32_WBINVDP },
	{ IA32_WBNOINVDP },
};

static void sample_lp(struct tdx_module *m, unsigned int lp)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(lp_msrs) > TDX_SAMPLED_MSRS);

	for (i = 0; i < ARRAY_SIZE(lp_msrs); i++)
		m->sample.msrs[i] = msr_on_lp(m, lp, lp_msrs[i].address);
	m->sample.seamcaps = seamops_capabilities(m, lp);
}

u64 tdx_check_platform(struct tdx_module *m, unsigned int lp,
		       struct tdx_regs *regs)
{
	u64 ret;

	ret = check_msrs(m, lp, init_msrs, ARRAY_SIZE(init_msrs)) ?:
	      check_tsx_ctrl(m, lp) ?:
	      check_msrs(m, lp, init_msrs_after_tsx,
			 ARRAY_SIZE(init_msrs_after_tsx)) ?:
	      check_misc_enable(m, lp) ?:
	      check_max_leaves(m, lp) ?:
	      check_cpuids(m, lp, regs) ?:
	      check_vmx_msrs(m, lp) ?:
	      check_tme(m, lp) ?:
	      check_hkids(m, lp) ?:
	      check_wbinvd(m, lp) ?:
	      check_cmrs(m) ?:
	      check_smrrs(m, lp);
	if (ret)
		return ret;

	sample_lp(m, lp);
	if (~m->sample.seamcaps & SEAMOPS_TD_PRESERVING)
		return TDX_INCOMPATIBLE_SEAM_CAPABILITIES;

	if (m->faults.handoff)
		return TDX_SYS_INCOMPATIBLE_SIGSTRUCT;

	if (m->platform.version != TDX_MODULE_1_0 && !has_entropy(m))
		return TDX_RND_NO_ENTROPY;

	return TDX_SUCCESS;
}

static u64 compare_msrs(const struct tdx_module *m, unsigned int lp,
			bool before_cpuid)
{
	bool smrr2 = msr_on_lp(m, lp, IA32_MTRRCAP) & MTRRCAP_SMRR2;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lp_msrs); i++) {
		const struct lp_msr *msr = &lp_msrs[i];

		if (msr->before_cpuid != before_cpuid ||
		    (msr->only_with_smrr2 && !smrr2) ||
		    (msr->only_1_0 && m->platform.version != TDX_MODULE_1_0))
			continue;

		if (msr_on_lp(m, lp, msr->address) != m->sample.msrs[i])
			return TDX_INCONSISTENT_MSR + msr->address;
	}

	return TDX_SUCCESS;
}

static bool cpuid_is_same(const struct tdx_module *m, unsigned int lp,
			  const struct cpuid_rule *rule)
{
	const u32 *sampled = m->sample.cpuids[rule - cpuid_rules];
	u32 seen[CPUID_REGS];
	unsigned int i;

	cpuid_on_lp(m, lp, rule->leaf, rule->subleaf, seen);
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
static u64 compare_cpuids(const struct tdx_module *m, unsigned int lp,
			  u32 package, struct tdx_regs *regs)
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

static bool seeds_each_lp(const struct tdx_module *m)
{
	return m->platform.version == TDX_MODULE_1_5_01 ||
	       m->platform.version == TDX_MODULE_1_5_05;
}

u64 tdx_check_lp(struct tdx_module *m, unsigned int lp, u32 package,
		 struct tdx_regs *regs)
{
	if (seeds_each_lp(m) && !has_entropy(m))
		return TDX_RND_NO_ENTROPY;

	if (seamops_capabilities(m, lp) != m->sample.seamcaps)
		return TDX_INCOMPATIBLE_SEAM_CAPABILITIES;

	return compare_msrs(m, lp, true) ?:
	       check_limit_cpuid(m, lp) ?:
	       compare_cpuids(m, lp, package, regs) ?:
	       compare_msrs(m, lp, false);
}
