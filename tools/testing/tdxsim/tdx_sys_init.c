// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.INIT and TDH.SYS.LP.INIT.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_platform.h"

/* SEAMDB_CLEAR, INSERT, GETREF and REPORT: what TD preserving takes. */
#define SEAMOPS_TD_PRESERVING		GENMASK_ULL(5, 2)

#define RAX_VERSION		GENMASK_ULL(23, 16)
#define RAX_VERSION_SHIFT	16

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
	if (~m->sample.seamcaps & SEAMOPS_TD_PRESERVING)
		return TDX_INCOMPATIBLE_SEAM_CAPABILITIES;

	if (m->faults.handoff)
		return TDX_SYS_INCOMPATIBLE_SIGSTRUCT;

	if (m->platform.version != TDX_MODULE_1_0 && !tdx_has_entropy(m))
		return TDX_RND_NO_ENTROPY;

	return TDX_SUCCESS;
}

static u64 do_sys_init(struct tdx_module *m, struct tdx_lp *lp,
		       const struct tdx_regs *in, struct tdx_regs *regs)
{
	u64 ret;

	/*
	 * Version 1 takes in R8 how fatal errors are to be reported. Of that
	 * only 0 is known to be good.
	 */
	if ((in->rax & RAX_VERSION) >> RAX_VERSION_SHIFT > 1)
		return TDX_OPERAND_INVALID + OPERAND_RAX;
	if (in->rax & RAX_VERSION && in->r8)
		return TDX_OPERAND_INVALID + OPERAND_R8;

	if (in->rcx)
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (m->state != TDX_STATE_SYSINIT_PENDING)
		return TDX_SYS_INIT_NOT_PENDING;

	ret = check_platform(m, lp - m->lps, regs);
	if (ret)
		return ret;

	atomic_set(&m->lps_initialized, 0);
	m->packages_keyed = 0;
	m->nr_packages_keyed = 0;
	WRITE_ONCE(m->state, TDX_STATE_SYSINIT_DONE);
	return TDX_SUCCESS;
}

/* TDH.SYS.INIT */
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

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_init(m, lp, &in, regs);
	unlock_exclusive(&m->lock);
	return ret;
}

static bool seeds_each_lp(const struct tdx_module *m)
{
	return m->platform.version == TDX_MODULE_1_5_01 ||
	       m->platform.version == TDX_MODULE_1_5_05;
}

/* Checks 4 to 9. */
static u64 check_lp(struct tdx_module *m, unsigned int lp, u32 package,
		    struct tdx_regs *regs)
{
	if (seeds_each_lp(m) && !tdx_has_entropy(m))
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
