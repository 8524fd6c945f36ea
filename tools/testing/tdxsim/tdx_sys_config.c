// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.CONFIG and TDH.SYS.KEY.CONFIG.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_release.h"

/* R8: a bit instead of an entry for each 4 KiB page. */
#define CONFIG_DYNAMIC_PAMT	BIT_ULL(16)

/* TDMR_INFO, and the alignment of it and of the array of pointers to it */
#define TDMR_INFO_ALIGN		512

struct tdmr_info {
	u64 base;
	u64 size;
	/* From the 1 GiB level down, against the order of enum tdx_pamt_level. */
	struct tdx_range pamt[TDX_PAMT_LEVELS];
	struct tdx_range rsvd[TDX_MAX_RSVD];
};

/* A copy, as the host may change its structure while it is being checked. */
static void read_tdmr_info(struct tdx_module *m, u64 pa, struct tdx_tdmr *tdmr)
{
	struct tdmr_info info;
	unsigned int level;

	m->ops->read(&info, pa_strip_hkid(m, pa), sizeof(info));

	tdmr->base = info.base;
	tdmr->size = info.size;
	tdmr->next = info.base;
	for (level = TDX_PAMT_4K; level < TDX_PAMT_LEVELS; level++)
		tdmr->pamt[level] = info.pamt[TDX_PAMT_1G - level];
	memcpy(tdmr->rsvd, info.rsvd, sizeof(tdmr->rsvd));
}

/* All checks of a TDMR come before the next one is read. */
static u64 add_tdmr(struct tdx_module *m, unsigned int i, u64 pa)
{
	if (!pa_is_shared(m, pa, TDMR_INFO_ALIGN))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	read_tdmr_info(m, pa, &m->tdmrs[i]);
	return tdx_check_tdmr(m, i);
}

/* The global KeyID, and whether the PAMT is dynamic. */
static u64 check_r8(struct tdx_module *m, u64 r8)
{
	m->dynamic_pamt = r8 & CONFIG_DYNAMIC_PAMT &&
			  tdx_release(m)->dynamic_pamt_pages;
	if (m->dynamic_pamt)
		r8 &= ~CONFIG_DYNAMIC_PAMT;

	return hkid_is_private(m, r8) ? TDX_SUCCESS :
					TDX_OPERAND_INVALID + OPERAND_R8;
}

static u64 check_operands(struct tdx_module *m, const struct tdx_regs *in)
{
	u64 ret;

	if (!pa_is_shared(m, in->rcx, TDMR_INFO_ALIGN))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (!in->rdx || in->rdx > TDX_MAX_TDMRS)
		return TDX_OPERAND_INVALID + OPERAND_RDX;

	ret = check_r8(m, in->r8) ?: tdx_check_features(m, in);
	if (ret)
		return ret;

	if (m->dynamic_pamt && hkid_shift(m) > DYNAMIC_PAMT_MAX_PA_BITS)
		return TDX_OPERAND_INVALID + OPERAND_R8;

	return TDX_SUCCESS;
}

static u64 do_sys_config(struct tdx_module *m, const struct tdx_regs *in)
{
	u64 pa, ret;
	u32 i;

	/* A missing LP gives the same code as the wrong state. */
	if (m->state != TDX_STATE_SYSINIT_DONE ||
	    atomic_read(&m->lps_initialized) < m->platform.lps)
		return TDX_SYS_CONFIG_NOT_PENDING;

	ret = check_operands(m, in);
	if (ret)
		return ret;

	for (i = 0; i < in->rdx; i++) {
		m->ops->read(&pa, pa_strip_hkid(m, in->rcx) + i * sizeof(pa),
			     sizeof(pa));
		ret = add_tdmr(m, i, pa);
		if (ret)
			return ret;
	}

	m->nr_tdmrs = in->rdx;
	WRITE_ONCE(m->state, TDX_STATE_SYSCONFIG_DONE);
	return TDX_SUCCESS;
}

u64 tdx_leaf_sys_config(struct tdx_module *m, struct tdx_lp *lp,
			struct tdx_regs *regs)
{
	u64 ret;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_config(m, regs);
	unlock_exclusive(&m->lock);
	return ret;
}

static u64 do_sys_key_config(struct tdx_module *m, struct tdx_lp *lp)
{
	unsigned long package = BIT(lp->package);

	if (m->state != TDX_STATE_SYSCONFIG_DONE)
		return TDX_SYS_KEY_CONFIG_NOT_PENDING;

	if (m->packages_keyed & package)
		return TDX_KEY_CONFIGURED;

	switch (tdx_pconfig(m)) {
	case TDX_PCONFIG_ENTROPY:
		return TDX_KEY_GENERATION_FAILED;
	case TDX_PCONFIG_BUSY:
		return TDX_OPERAND_BUSY + OPERAND_KEY_TABLE;
	case TDX_PCONFIG_ERROR:
		m->stopped = true;
		break;
	default:
		break;
	}

	m->packages_keyed |= package;
	m->nr_packages_keyed++;
	if (m->nr_packages_keyed == m->platform.packages)
		WRITE_ONCE(m->state, TDX_STATE_SYS_READY);
	return TDX_SUCCESS;
}

/*
 * TDH.SYS.KEY.CONFIG: the package is the one stored by TDH.SYS.LP.INIT, 0 on an
 * LP that never ran it.
 */
u64 tdx_leaf_sys_key_config(struct tdx_module *m, struct tdx_lp *lp,
			    struct tdx_regs *regs)
{
	u64 ret;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_key_config(m, lp);
	unlock_exclusive(&m->lock);
	return ret;
}
