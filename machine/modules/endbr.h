/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For calls of kernel functions that are not exported.  Where the CPU has IBT, the kernel
 * removes the ENDBR of functions whose address it has nowhere, and an indirect call of one
 * is a #CP.
 */
#ifndef ENDBR_H
#define ENDBR_H

#include <linux/types.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>

/* As Linux 7.3 calls them. */
#ifndef rdmsrq
#define rdmsrq	rdmsrl
#define wrmsrq	wrmsrl
#endif

/**
 * require_endbr() - whether indirect calls on this CPU have to end at an ENDBR
 * @required: false before such a call, true after it
 *
 * The caller stays on its CPU in between.
 */
static inline void require_endbr(bool required)
{
	u64 cet;

	if (!cpu_feature_enabled(X86_FEATURE_IBT))
		return;

	rdmsrq(MSR_IA32_S_CET, cet);
	wrmsrq(MSR_IA32_S_CET, required ? cet | CET_ENDBR_EN : cet & ~CET_ENDBR_EN);
}

#endif /* ENDBR_H */
