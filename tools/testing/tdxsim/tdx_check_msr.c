// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MSRs that TDH.SYS.INIT checks, and those that TDH.SYS.LP.INIT compares.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_platform.h"

#define ARCH_CAPABILITIES_TSX_CTRL	BIT_ULL(7)
#define MISC_ENABLE_LIMIT_CPUID		BIT_ULL(22)
#define TSX_CTRL_RTM_OFF_CPUID_CLEAR	GENMASK_ULL(1, 0)
#define VMX_BASIC_VMCS_SIZE_SHIFT	32
#define VMX_BASIC_VMCS_SIZE		GENMASK_ULL(12, 0)

/*
 * A part of what the module wants of the VMX MSRs, taken from what it was seen to
 * accept and to refuse: features that no TD can do without are there, and CR0 and
 * CR4 bits are not forced.
 */
static const struct {
	u32 address;
	struct tdx_msr_bits bits;
} vmx_msrs[] = {
	{ IA32_VMX_BASIC, { .set = GENMASK_ULL(55, 54) } },
	{ IA32_VMX_TRUE_PINBASED_CTLS, { .set = 0x2900000000 } },
	{ IA32_VMX_TRUE_PROCBASED_CTLS, { .set = 0x8002000000000000 } },
	{ IA32_VMX_PROCBASED_CTLS2, { .set = 0x8200000000 } },
	{ IA32_VMX_PROCBASED_CTLS3, { .set = BIT_ULL(5) } },
	{ IA32_VMX_TRUE_EXIT_CTLS, { .set = 0x20000000000 } },
	{ IA32_VMX_TRUE_ENTRY_CTLS, { .set = 0x20000000000 } },
	{ IA32_VMX_MISC, { .set = 0x200440e0 } },
	{ IA32_VMX_EPT_VPID_CAP, { .set = 0x63340c0 } },
	{ IA32_VMX_CR0_FIXED0, { .clear = ~0x80000021ULL } },
	{ IA32_VMX_CR0_FIXED1, { .set = 0xe005003f } },
	{ IA32_VMX_CR4_FIXED0, { .clear = ~0x2000ULL } },
	{ IA32_VMX_CR4_FIXED1, { .set = 0x3727ff } },
};

static u64 check_msr(const struct tdx_module *m, unsigned int lp, u32 address,
		     const struct tdx_msr_bits *bits)
{
	u64 value = tdx_msr_on_lp(m, lp, address);

	if (~value & bits->set || value & bits->clear)
		return TDX_INCORRECT_MSR_VALUE + address;

	return TDX_SUCCESS;
}

/* 1.0 needs TSX not to be disabled, later ones lift that while they look. */
static u64 check_tsx_ctrl(const struct tdx_module *m, unsigned int lp)
{
	if (tdx_release(m)->tsx_ctrl_matters &&
	    tdx_msr_on_lp(m, lp, IA32_ARCH_CAPABILITIES) & ARCH_CAPABILITIES_TSX_CTRL &&
	    tdx_msr_on_lp(m, lp, IA32_TSX_CTRL) & TSX_CTRL_RTM_OFF_CPUID_CLEAR)
		return TDX_INCORRECT_MSR_VALUE + IA32_TSX_CTRL;

	return TDX_SUCCESS;
}

u64 tdx_check_limit_cpuid(const struct tdx_module *m, unsigned int lp)
{
	if (tdx_msr_on_lp(m, lp, IA32_MISC_ENABLE) & MISC_ENABLE_LIMIT_CPUID)
		return TDX_LIMIT_CPUID_MAXVAL_SET;

	return TDX_SUCCESS;
}

u64 tdx_check_msrs_before_cpuid(const struct tdx_module *m, unsigned int lp)
{
	static const struct tdx_msr_bits xapic_disabled = {
		.set = BIT_ULL(0), .clear = ~BIT_ULL(0)
	};
	static const struct tdx_msr_bits energy_filtering = {
		.set = BIT_ULL(0)
	};
	const struct tdx_release *release = tdx_release(m);

	return check_msr(m, lp, IA32_ARCH_CAPABILITIES,
			 &release->arch_capabilities) ?:
	       check_msr(m, lp, IA32_XAPIC_DISABLE_STATUS, &xapic_disabled) ?:
	       check_tsx_ctrl(m, lp) ?:
	       check_msr(m, lp, IA32_MISC_PACKAGE_CTLS, &energy_filtering) ?:
	       check_msr(m, lp, IA32_PERF_CAPABILITIES,
			 &release->perf_capabilities) ?:
	       tdx_check_limit_cpuid(m, lp) ?:
	       check_msr(m, lp, IA32_MISC_ENABLE, &release->misc_enable);
}

u64 tdx_check_vmx_msrs(const struct tdx_module *m, unsigned int lp)
{
	u64 size = tdx_msr_on_lp(m, lp, IA32_VMX_BASIC) >> VMX_BASIC_VMCS_SIZE_SHIFT &
		   VMX_BASIC_VMCS_SIZE;
	unsigned int i;
	u64 ret;

	if (size > SZ_4K)
		return TDX_INCORRECT_MSR_VALUE + IA32_VMX_BASIC;

	for (i = 0; i < ARRAY_SIZE(vmx_msrs); i++) {
		ret = check_msr(m, lp, vmx_msrs[i].address, &vmx_msrs[i].bits);
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}

/* What TDH.SYS.LP.INIT compares: some before CPUID, the others after it. */
static const struct lp_msr {
	u32 address;
	bool before_cpuid;
	bool only_with_tsx_ctrl;
	bool only_with_smrr2;
} lp_msrs[] = {
	{ IA32_CORE_CAPABILITIES, .before_cpuid = true },
	{ IA32_ARCH_CAPABILITIES, .before_cpuid = true },
	{ IA32_MISC_PACKAGE_CTLS, .before_cpuid = true },
	{ IA32_XAPIC_DISABLE_STATUS, .before_cpuid = true },
	{ IA32_TSX_CTRL, .before_cpuid = true, .only_with_tsx_ctrl = true },
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

void tdx_sample_msrs(struct tdx_module *m, unsigned int lp)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(lp_msrs) > TDX_SAMPLED_MSRS);

	for (i = 0; i < ARRAY_SIZE(lp_msrs); i++)
		m->sample.msrs[i] = tdx_msr_on_lp(m, lp, lp_msrs[i].address);
}

u64 tdx_compare_msrs(const struct tdx_module *m, unsigned int lp,
		     bool before_cpuid)
{
	bool smrr2 = tdx_smrr2_counts(m, lp);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lp_msrs); i++) {
		const struct lp_msr *msr = &lp_msrs[i];

		if (msr->before_cpuid != before_cpuid ||
		    (msr->only_with_smrr2 && !smrr2) ||
		    (msr->only_with_tsx_ctrl && !tdx_release(m)->tsx_ctrl_matters))
			continue;

		if (tdx_msr_on_lp(m, lp, msr->address) != m->sample.msrs[i])
			return TDX_INCONSISTENT_MSR + msr->address;
	}

	return TDX_SUCCESS;
}
