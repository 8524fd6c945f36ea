// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.LP.SHUTDOWN, TDH.SYS.SHUTDOWN and TDH.SYS.UPDATE: the end of a module, and
 * the next one.
 */
#include <linux/compiler.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_release.h"

/* TDH.SYS.SHUTDOWN, RCX */
#define SHUTDOWN_HV		GENMASK_ULL(15, 0)
#define SHUTDOWN_OPTION		BIT_ULL(16)

/*
 * TDH.SYS.LP.SHUTDOWN: 1.5 keeps it for old hosts only. 1.0 shuts down, and
 * turns this LP's entry point into one that fails.
 */
u64 tdx_leaf_sys_lp_shutdown(struct tdx_module *m, struct tdx_lp *lp,
			     struct tdx_regs *regs)
{
	if (!tdx_release(m)->lp_shutdown)
		return TDX_SUCCESS;

	if (!lock_shared(&m->lock))
		return TDX_SYS_BUSY;

	WRITE_ONCE(m->state, TDX_STATE_SYS_SHUTDOWN);
	lp->shut_down = true;
	unlock_shared(&m->lock);
	return TDX_SUCCESS;
}

static bool handoff_version_is_valid(const struct tdx_module *m, u64 rcx)
{
	const struct tdx_release *release = tdx_release(m);

	if (release->shutdown_option)
		rcx &= ~SHUTDOWN_OPTION;

	if (rcx & ~SHUTDOWN_HV || rcx > release->module_hv)
		return false;

	return rcx == release->module_hv ||
	       (!release->no_downgrade && rcx >= release->min_update_hv);
}

/*
 * TDH.SYS.SHUTDOWN: the handoff data for the next module are not modelled. Nothing
 * that would have to end first is ever under way.
 */
u64 tdx_leaf_sys_shutdown(struct tdx_module *m, struct tdx_lp *lp,
			  struct tdx_regs *regs)
{
	bool alone;

	if (!handoff_version_is_valid(m, regs->rcx))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	alone = atomic_read(&m->lps_inside) == 1;
	if (alone)
		WRITE_ONCE(m->state, TDX_STATE_SYS_SHUTDOWN);
	unlock_exclusive(&m->lock);
	return alone ? TDX_SUCCESS : TDX_SYS_BUSY;
}

u64 tdx_check_features(const struct tdx_module *m, const struct tdx_regs *in)
{
	if (!tdx_release(m)->takes_features || !rax_version(in->rax))
		return TDX_SUCCESS;

	if (rax_version(in->rax) > 1)
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	if (in->r9 & ~tdx_release(m)->features)
		return TDX_OPERAND_INVALID + OPERAND_R9;

	if (in->r10)
		return TDX_OPERAND_INVALID + OPERAND_R10;

	return TDX_SUCCESS;
}

/* TDH.SYS.UPDATE: no module before this one has left handoff data. */
u64 tdx_leaf_sys_update(struct tdx_module *m, struct tdx_lp *lp,
			struct tdx_regs *regs)
{
	u64 ret = tdx_check_features(m, regs);

	if (ret)
		return ret;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	if (m->state != TDX_STATE_SYSINIT_DONE ||
	    atomic_read(&m->lps_initialized) < m->platform.lps)
		ret = TDX_SYS_STATE_INCORRECT;
	else
		ret = TDX_SYS_INVALID_HANDOFF;
	unlock_exclusive(&m->lock);
	return ret;
}
