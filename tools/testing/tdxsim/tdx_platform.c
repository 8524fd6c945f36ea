// SPDX-License-Identifier: GPL-2.0-only
/*
 * The platform that TDH.SYS.INIT and TDH.SYS.LP.INIT check. It is a scripted one,
 * as the CPU that runs the model lacks features that the module insists on: it
 * passes all checks, up to the faults in struct tdx_faults. What the emulated CPU
 * does have can be read from it instead.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_platform.h"

#define SEAMOPS_ALL			GENMASK_ULL(5, 0)
#define SEAMOPS_SEAMREPORT		BIT_ULL(1)

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

/* The emulated CPU lacks what the module wants of these, see platform_test.c. */
bool tdx_cpu_gives_msr(const struct tdx_module *m, u32 address)
{
	switch (address) {
	case IA32_MISC_PACKAGE_CTLS:
	case IA32_XAPIC_DISABLE_STATUS:
	case IA32_MTRRCAP:
	case IA32_ARCH_CAPABILITIES:
	case IA32_SMRR_BASE:
	case IA32_SMRR_MASK:
	case IA32_PERF_CAPABILITIES:
	case IA32_VMX_MISC:
	case IA32_VMX_EPT_VPID_CAP:
	case IA32_VMX_PROCBASED_CTLS3:
	case IA32_TME_CAPABILITY:
	case IA32_TME_ACTIVATE:
		return false;
	case IA32_MISC_ENABLE:
		return !tdx_release(m)->misc_enable.set;
	default:
		return true;
	}
}

u64 tdx_msr_on_lp(const struct tdx_module *m, unsigned int lp, u32 address)
{
	const struct tdx_msr_fault *fault;

	for (fault = m->faults.msrs;
	     fault < m->faults.msrs + ARRAY_SIZE(m->faults.msrs); fault++) {
		if (fault->on && fault->lp == lp && fault->address == address)
			return fault->value;
	}

	if (m->platform.cpu && tdx_cpu_gives_msr(m, address))
		return m->ops->msr(address);

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
	/* 57 bits of a linear address, those of a physical one are added. */
	{ 0x80000008, NO_SUBLEAF, { 0x3900, 0x200, 0, 0 } },
};

/* As tdx_cpu_gives_msr(). The L3 cache in leaf 4 goes with the topology in 0x1f. */
bool tdx_cpu_gives_cpuid(u32 leaf, u32 subleaf)
{
	switch (leaf) {
	case 0x4:
		return subleaf != 3;
	case 0x7:
	case 0x14:
		return subleaf != 0;
	case 0x1f:
	case 0x80000008:
		return false;
	default:
		return true;
	}
}

void tdx_cpuid_on_lp(const struct tdx_module *m, unsigned int lp, u32 leaf,
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

	if (m->platform.cpu && tdx_cpu_gives_cpuid(leaf, subleaf)) {
		m->ops->cpuid(leaf, subleaf, regs);
		return;
	}

	for (i = 0; i < ARRAY_SIZE(scripted_cpuids); i++) {
		if (scripted_cpuids[i].leaf == leaf &&
		    scripted_cpuids[i].subleaf == subleaf)
			memcpy(regs, scripted_cpuids[i].regs,
			       sizeof(scripted_cpuids[i].regs));
	}
	if (leaf == 0x80000008)
		regs[EAX] |= m->platform.max_pa ?: TDX_MAX_PA_BITS;
}

bool tdx_has_entropy(struct tdx_module *m)
{
	if (!m->faults.rdrand)
		return true;

	m->faults.rdrand--;
	return false;
}

u64 tdx_seamops_capabilities(const struct tdx_module *m, unsigned int lp)
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
