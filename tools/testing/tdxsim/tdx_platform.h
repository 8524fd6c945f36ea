/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the checks of TDH.SYS.INIT and TDH.SYS.LP.INIT ask the platform.
 */
#ifndef TDX_PLATFORM_H
#define TDX_PLATFORM_H

#include <linux/types.h>

#include "tdx_module.h"
#include "tdx_release.h"

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

#define TME_HKID_BITS_SHIFT		32
#define TME_ACTIVATE_ALGORITHMS_SHIFT	48
/* AES-XTS-128 and AES-XTS-256 without integrity, as in TME_CAPABILITY */
#define TME_AES_XTS			(BIT_ULL(0) | BIT_ULL(2))

/* tdx_platform.c: what the emulated CPU has that the release accepts. */
bool tdx_cpu_gives_msr(const struct tdx_module *m, u32 address);
bool tdx_cpu_gives_cpuid(u32 leaf, u32 subleaf);

/* tdx_platform.c: what an LP reads. */
u64 tdx_msr_on_lp(const struct tdx_module *m, unsigned int lp, u32 address);
void tdx_cpuid_on_lp(const struct tdx_module *m, unsigned int lp, u32 leaf,
		     u32 subleaf, u32 *regs);
u64 tdx_seamops_capabilities(const struct tdx_module *m, unsigned int lp);
bool tdx_has_entropy(struct tdx_module *m);

/* tdx_check_msr.c */
u64 tdx_check_msrs_before_cpuid(const struct tdx_module *m, unsigned int lp);
u64 tdx_check_limit_cpuid(const struct tdx_module *m, unsigned int lp);
u64 tdx_check_vmx_msrs(const struct tdx_module *m, unsigned int lp);
void tdx_sample_msrs(struct tdx_module *m, unsigned int lp);
u64 tdx_compare_msrs(const struct tdx_module *m, unsigned int lp,
		     bool before_cpuid);

/* tdx_check_cpuid.c */
u64 tdx_check_cpuids(struct tdx_module *m, unsigned int lp,
		     struct tdx_regs *regs);
u64 tdx_compare_cpuids(const struct tdx_module *m, unsigned int lp, u32 package,
		       struct tdx_regs *regs);

/* tdx_check_memory.c: KeyIDs, CMRs and SMRRs. */
bool tdx_smrr2_counts(const struct tdx_module *m, unsigned int lp);
u64 tdx_check_memory(struct tdx_module *m, unsigned int lp);

#endif
