// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.PHYMEM.PAGE.RDMD.
 */
#include <linux/align.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "tdx_internal.h"

/* The TDMR of a page whose GiB is completely initialised. */
static const struct tdx_tdmr *find_tdmr(const struct tdx_module *m, u64 pa)
{
	const struct tdx_tdmr *tdmr;

	for (tdmr = m->tdmrs; tdmr < m->tdmrs + m->nr_tdmrs; tdmr++) {
		if (pa >= tdmr->base && pa < ALIGN_DOWN(tdmr->next, SZ_1G))
			return tdmr;
	}

	return NULL;
}

/*
 * TDH.PHYMEM.PAGE.RDMD: without TDs all pages are 4 KiB ones without owner. It
 * does not take the lock of the TDMR. With dynamic PAMT the entries end at the
 * 2 MiB level, and what the module says of a 4 KiB page is a guess.
 */
u64 tdx_leaf_phymem_page_rdmd(struct tdx_module *m, struct tdx_lp *lp,
			      struct tdx_regs *regs)
{
	const struct tdx_tdmr *tdmr;
	struct tdx_pamt_entry entry;
	u64 pa = regs->rcx;
	int level;

	regs->rcx = 0;
	regs->rdx = 0;
	regs->r8 = 0;
	regs->r9 = 0;
	regs->r10 = 0;
	regs->r11 = 0;

	if (!IS_ALIGNED(pa, SZ_4K) || !pa_is_plain(m, pa))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	tdmr = find_tdmr(m, pa);
	if (!tdmr)
		return TDX_OPERAND_ADDR_RANGE_ERROR + OPERAND_RCX;

	for (level = TDX_PAMT_1G;
	     level >= (m->dynamic_pamt ? TDX_PAMT_2M : TDX_PAMT_4K); level--) {
		m->ops->read(&entry, tdx_pamt_entry_pa(tdmr, level, pa),
			     sizeof(entry));
		if (entry.lock_type_owner & TDX_PAMT_ENTRY_LOCK_EX)
			return TDX_OPERAND_BUSY + OPERAND_RCX;
	}

	regs->rcx = (entry.lock_type_owner & TDX_PAMT_ENTRY_TYPE) >>
		    TDX_PAMT_ENTRY_TYPE_SHIFT;
	return TDX_SUCCESS;
}
