// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.INIT and TDH.SYS.LP.INIT.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_platform.h"

/* SEAMDB_GETREF and SEAMDB_REPORT */
#define SEAMOPS_WANTED		GENMASK_ULL(5, 4)

/* R8 of version 1: where and how to report a fatal error. */
#define DIAG_RESERVED		(GENMASK_ULL(5, 0) | GENMASK_ULL(53, 52))
#define DIAG_PA			GENMASK_ULL(51, 6)
#define DIAG_PA_ALIGN		64
#define DIAG_EVENT		GENMASK_ULL(55, 54)
#define DIAG_EVENT_INTR		BIT_ULL(54)
#define DIAG_VECTOR_SHIFT	56
#define DIAG_FIRST_VECTOR	16

/* Checks 4 to 21, on the LP that runs it. */
static u64 check_platform(struct tdx_module *m, unsigned int lp,
			  struct tdx_regs *regs)
{
	u64 ret;

	ret = tdx_check_msrs_before_cpuid(m, lp) ?:
	      tdx_check_cpuids(m, lp, regs) ?:
	      tdx_check_vmx_msrs(m, lp) ?:
	      tdx_check_memory(m, lp);
	if (ret)
		return ret;

	tdx_sample_msrs(m, lp);
	m->sample.seamcaps = tdx_seamops_capabilities(m, lp);
	if (~m->sample.seamcaps & SEAMOPS_WANTED)
		return TDX_INCOMPATIBLE_SEAM_CAPABILITIES;

	if (m->faults.handoff)
		return TDX_SYS_INCOMPATIBLE_SIGSTRUCT;

	if (tdx_release(m)->init_needs_entropy && !tdx_has_entropy(m))
		return TDX_RND_NO_ENTROPY;

	return TDX_SUCCESS;
}

/* Reporting of fatal errors is not modelled. */
static bool diagnostics_are_valid(const struct tdx_module *m, u64 r8)
{
	u64 pa = r8 & DIAG_PA, vector = r8 >> DIAG_VECTOR_SHIFT;

	if (r8 & DIAG_RESERVED)
		return false;

	if (pa != DIAG_PA && !pa_is_shared(m, pa, DIAG_PA_ALIGN))
		return false;

	/* Only an interrupt has a vector, and those below 16 are not for it. */
	return (vector >= DIAG_FIRST_VECTOR) ==
	       ((r8 & DIAG_EVENT) == DIAG_EVENT_INTR);
}

static u64 do_sys_init(struct tdx_module *m, unsigned int lp,
		       const struct tdx_regs *in, struct tdx_regs *regs)
{
	u64 ret;

	if (in->rcx)
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (m->state != TDX_STATE_SYSINIT_PENDING)
		return TDX_SYS_INIT_NOT_PENDING;

	ret = check_platform(m, lp, regs);
	if (ret)
		return ret;

	if (rax_version(in->rax) && !diagnostics_are_valid(m, in->r8))
		return TDX_OPERAND_INVALID + OPERAND_R8;

	atomic_set(&m->lps_initialized, 0);
	m->packages_keyed = 0;
	m->nr_packages_keyed = 0;
	WRITE_ONCE(m->state, TDX_STATE_SYSINIT_DONE);
	return TDX_SUCCESS;
}

u64 tdx_leaf_sys_init(struct tdx_module *m, struct tdx_lp *lp,
		      struct tdx_regs *regs)
{
	struct tdx_regs in = *regs;
	u64 ret;

	regs->rcx = 0;
	regs->rdx = 0;
	regs->r8 = 0;
	regs->r9 = 0;
	regs->r10 = 0;

	if (rax_version(in.rax) > 1)
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_init(m, lp - m->lps, &in, regs);
	unlock_exclusive(&m->lock);
	return ret;
}

/* Checks 4 to 9. */
static u64 check_lp(struct tdx_module *m, unsigned int lp, u32 package,
		    struct tdx_regs *regs)
{
	if (tdx_release(m)->lp_init_needs_entropy && !tdx_has_entropy(m))
		return TDX_RND_NO_ENTROPY;

	if (tdx_seamops_capabilities(m, lp) != m->sample.seamcaps)
		return TDX_INCOMPATIBLE_SEAM_CAPABILITIES;

	return tdx_compare_msrs(m, lp, true) ?:
	       tdx_check_limit_cpuid(m, lp) ?:
	       tdx_compare_cpuids(m, lp, package, regs) ?:
	       tdx_compare_msrs(m, lp, false);
}

static u64 do_sys_lp_init(struct tdx_module *m, struct tdx_lp *lp,
			  struct tdx_regs *regs)
{
	unsigned int nr = lp - m->lps;
	u32 package;
	u64 ret;

	if (m->state != TDX_STATE_SYSINIT_DONE)
		return TDX_SYS_LP_INIT_NOT_PENDING;

	if (lp->initialized)
		return TDX_SYS_LP_INIT_DONE;

	package = m->ops->lp_package(nr);
	ret = check_lp(m, nr, package, regs);
	if (ret)
		return ret;

	lp->package = package;
	lp->initialized = true;
	atomic_inc(&m->lps_initialized);
	return TDX_SUCCESS;
}

/* TDH.SYS.LP.INIT: LPs may run it at the same time. */
u64 tdx_leaf_sys_lp_init(struct tdx_module *m, struct tdx_lp *lp,
			 struct tdx_regs *regs)
{
	u64 ret;

	regs->rcx = 0;
	regs->rdx = 0;
	regs->r8 = 0;

	if (!lock_shared(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_lp_init(m, lp, regs);
	unlock_shared(&m->lock);
	return ret;
}
