// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.LP.SHUTDOWN and TDH.SYS.SHUTDOWN.
 */
#include <linux/compiler.h>
#include <linux/types.h>

#include "tdx_internal.h"

/* TDH.SYS.SHUTDOWN: the handoff version, and the oldest one to downgrade to. */
#define MODULE_HV		0
#define MIN_UPDATE_HV		0

/*
 * TDH.SYS.LP.SHUTDOWN: 1.5 keeps it for old hosts only. 1.0 shuts down, and
 * turns this LP's entry point into one that fails.
 */
u64 tdx_leaf_sys_lp_shutdown(struct tdx_module *m, struct tdx_lp *lp,
			     struct tdx_regs *regs)
{
	if (m->platform.version != TDX_MODULE_1_0)
		return TDX_SUCCESS;

	if (!lock_shared(&m->lock))
		return TDX_SYS_BUSY;

	WRITE_ONCE(m->state, TDX_STATE_SYS_SHUTDOWN);
	lp->shut_down = true;
	unlock_shared(&m->lock);
	return TDX_SUCCESS;
}

/* TDH.SYS.SHUTDOWN: the handoff data for the next module are not modelled. */
u64 tdx_leaf_sys_shutdown(struct tdx_module *m, struct tdx_lp *lp,
			  struct tdx_regs *regs)
{
	bool alone;

	if (regs->rcx < MIN_UPDATE_HV || regs->rcx > MODULE_HV)
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	alone = atomic_read(&m->lps_inside) == 1;
	if (alone)
		WRITE_ONCE(m->state, TDX_STATE_SYS_SHUTDOWN);
	unlock_exclusive(&m->lock);
	return alone ? TDX_SUCCESS : TDX_SYS_BUSY;
}
