// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.PHYMEM.PAGE.RDMD, and the leaves that give and take back pages of a dynamic
 * PAMT, TDH.PHYMEM.PAMT.ADD and REMOVE. Without TDs all pages are without owner.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "tdx_internal.h"

/* RCX of a page: its PA, and its level where the PAMT is dynamic. */
#define PAGE_LEVEL		GENMASK_ULL(2, 0)
#define PAGE_RESERVED		GENMASK_ULL(11, 3)

/* What TDH.PHYMEM.PAGE.RDMD says of a page that holds PAMT, or a pair of them. */
#define RDMD_PAMT		0xf
#define RDMD_PAIR		BIT_ULL(63)

#define ENTRIES_OF_2M		512

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

/* A page of that level, highest_level at most. */
static bool parse_page(const struct tdx_module *m, u64 rcx,
		       unsigned int highest_level, u64 *pa,
		       unsigned int *level)
{
	*level = rcx & PAGE_LEVEL;
	*pa = rcx & ~PAGE_LEVEL;

	return *level <= highest_level && !(*pa & PAGE_RESERVED) &&
	       IS_ALIGNED(*pa, BIT_ULL(tdx_pamt_page_shift[*level])) &&
	       pa_is_plain(m, *pa);
}

/*
 * The entry that says what a page is, at its level or the last one above it that
 * has entries. Returns that level, or -1 if another LP holds an entry on the way.
 */
static int walk_pamt(const struct tdx_module *m, const struct tdx_tdmr *tdmr,
		     u64 pa, int page_level, struct tdx_pamt_entry *entry)
{
	struct tdx_pamt_entry next;
	int level;

	for (level = TDX_PAMT_1G; level >= page_level; level--) {
		if (!tdx_read_pamt_entry(m, tdmr, level, pa, &next))
			break;
		if (next.lock_type_owner & TDX_PAMT_ENTRY_LOCK_EX)
			return -1;
		*entry = next;
	}

	return level + 1;
}

static void report_page(const struct tdx_module *m,
			const struct tdx_tdmr *tdmr, u64 pa, int page_level,
			int level, const struct tdx_pamt_entry *entry,
			struct tdx_regs *regs)
{
	if (m->dynamic_pamt && page_level == TDX_PAMT_4K &&
	    tdx_read_pamt_bit(m, tdmr, pa)) {
		regs->rcx = RDMD_PAMT;
		return;
	}

	regs->r8 = level;
	regs->rcx = tdx_pamt_type(entry);
	if (regs->rcx == TDX_PT_PAMT_PAIR) {
		regs->rcx |= RDMD_PAIR;
		regs->r10 = tdx_pamt_pair_first(entry);
		regs->r11 = tdx_pamt_pair_second(entry);
		return;
	}

	/* Of an entry whose pair was removed, a part of that is left. */
	regs->rdx = entry->lock_type_owner >> TDX_PAMT_ENTRY_OWNER_SHIFT << 12;
}

/* TDH.PHYMEM.PAGE.RDMD does not take the lock of the TDMR. */
u64 tdx_leaf_phymem_page_rdmd(struct tdx_module *m, struct tdx_lp *lp,
			      struct tdx_regs *regs)
{
	struct tdx_pamt_entry entry = {};
	const struct tdx_tdmr *tdmr;
	unsigned int page_level;
	u64 pa, rcx = regs->rcx;
	int level;

	regs->rcx = 0;
	regs->rdx = 0;
	regs->r8 = 0;
	regs->r9 = 0;
	regs->r10 = 0;
	regs->r11 = 0;

	if (!parse_page(m, rcx, m->dynamic_pamt ? TDX_PAMT_1G : TDX_PAMT_4K,
			&pa, &page_level))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	tdmr = find_tdmr(m, pa);
	if (!tdmr)
		return TDX_OPERAND_ADDR_RANGE_ERROR + OPERAND_RCX;

	level = walk_pamt(m, tdmr, pa, page_level, &entry);
	if (level < 0)
		return TDX_OPERAND_BUSY + OPERAND_RCX;

	report_page(m, tdmr, pa, page_level, level, &entry, regs);
	return TDX_SUCCESS;
}

/* A page of 4 KiB that is to hold entries. */
static u64 check_pamt_page(const struct tdx_module *m, u64 pa,
			   unsigned int operand)
{
	if (!IS_ALIGNED(pa, SZ_4K) || !pa_is_plain(m, pa))
		return TDX_OPERAND_INVALID + operand;

	if (!find_tdmr(m, pa))
		return TDX_OPERAND_ADDR_RANGE_ERROR + operand;

	return TDX_SUCCESS;
}

static bool page_is_free(const struct tdx_module *m, u64 pa)
{
	const struct tdx_tdmr *tdmr = find_tdmr(m, pa);
	struct tdx_pamt_entry entry;

	if (tdx_read_pamt_bit(m, tdmr, pa))
		return false;

	return !tdx_read_pamt_entry(m, tdmr, TDX_PAMT_4K, pa, &entry) ||
	       tdx_pamt_type(&entry) == TDX_PT_NDA;
}

static void mark_page(struct tdx_module *m, u64 pa, bool pamt)
{
	tdx_write_pamt_bit(m, find_tdmr(m, pa), pa, pamt);
}

/* The page of 2 MiB whose entries come and go: its TDMR and its own entry. */
static u64 find_2m_page(const struct tdx_module *m, u64 rcx,
			const struct tdx_tdmr **tdmr,
			struct tdx_pamt_entry *entry)
{
	u64 pa = rcx & ~PAGE_LEVEL;

	*tdmr = find_tdmr(m, pa);
	if (!*tdmr)
		return TDX_OPERAND_ADDR_RANGE_ERROR + OPERAND_RCX;

	if (walk_pamt(m, *tdmr, pa, TDX_PAMT_2M, entry) < 0)
		return TDX_OPERAND_BUSY + OPERAND_RCX;

	return TDX_SUCCESS;
}

static bool is_2m_page(const struct tdx_module *m, u64 rcx)
{
	unsigned int level;
	u64 pa;

	return parse_page(m, rcx, TDX_PAMT_2M, &pa, &level) &&
	       level == TDX_PAMT_2M;
}

static void clear_page_at(struct tdx_module *m, u64 pa)
{
	static const u8 zeroes[256];
	unsigned int offset;

	for (offset = 0; offset < SZ_4K; offset += sizeof(zeroes))
		m->ops->write(pa + offset, zeroes, sizeof(zeroes));
}

static u64 take_pages(struct tdx_module *m, u64 first, u64 second)
{
	if (!page_is_free(m, first))
		return TDX_PAGE_NOT_FREE + OPERAND_RDX;

	/* The second may be the first. */
	mark_page(m, first, true);
	if (!page_is_free(m, second)) {
		mark_page(m, first, false);
		return TDX_PAGE_NOT_FREE + OPERAND_R8;
	}

	mark_page(m, second, true);
	return TDX_SUCCESS;
}

static u64 add_pages(struct tdx_module *m, const struct tdx_regs *regs)
{
	const struct tdx_tdmr *tdmr;
	struct tdx_pamt_entry entry;
	u64 ret;

	ret = find_2m_page(m, regs->rcx, &tdmr, &entry);
	if (ret)
		return ret;

	if (tdx_pamt_type(&entry) != TDX_PT_NDA)
		return TDX_HPA_RANGE_NOT_FREE + OPERAND_RCX;

	ret = take_pages(m, regs->rdx, regs->r8);
	if (ret)
		return ret;

	clear_page_at(m, regs->rdx);
	clear_page_at(m, regs->r8);
	entry.lock_type_owner = regs->rdx << TDX_PAMT_PAIR_SHIFT |
				TDX_PT_PAMT_PAIR << TDX_PAMT_ENTRY_TYPE_SHIFT;
	entry.epoch = regs->r8;
	tdx_write_pamt_entry(m, tdmr, TDX_PAMT_2M, regs->rcx & ~PAGE_LEVEL,
			     &entry);
	m->pamt_pages_added = true;
	return TDX_SUCCESS;
}

/* TDH.PHYMEM.PAMT.ADD: the pages in RDX and R8 hold entries from now on. */
u64 tdx_leaf_phymem_pamt_add(struct tdx_module *m, struct tdx_lp *lp,
			     struct tdx_regs *regs)
{
	u64 ret;

	if (!m->dynamic_pamt)
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	if (!is_2m_page(m, regs->rcx))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	ret = check_pamt_page(m, regs->rdx, OPERAND_RDX) ?:
	      check_pamt_page(m, regs->r8, OPERAND_R8);
	if (ret)
		return ret;

	if (!lock_exclusive(&m->pamt_lock))
		return TDX_OPERAND_BUSY + OPERAND_RCX;

	ret = add_pages(m, regs);
	unlock_exclusive(&m->pamt_lock);
	return ret;
}

static u64 check_unused(const struct tdx_module *m,
			const struct tdx_tdmr *tdmr, u64 pa)
{
	struct tdx_pamt_entry entry;
	unsigned int i;

	for (i = 0; i < ENTRIES_OF_2M; i++) {
		tdx_read_pamt_entry(m, tdmr, TDX_PAMT_4K, pa + i * SZ_4K,
				    &entry);
		if (tdx_pamt_type(&entry) != TDX_PT_NDA)
			return TDX_PAMT_PAGES_IN_USE + i;
	}

	return TDX_SUCCESS;
}

static u64 remove_pages(struct tdx_module *m, struct tdx_regs *regs)
{
	u64 ret, pa = regs->rcx & ~PAGE_LEVEL;
	const struct tdx_tdmr *tdmr;
	struct tdx_pamt_entry entry;

	ret = find_2m_page(m, regs->rcx, &tdmr, &entry);
	if (ret)
		return ret;

	if (tdx_pamt_type(&entry) != TDX_PT_PAMT_PAIR)
		return TDX_PAMT_PAGES_MISSING + OPERAND_RCX;

	ret = check_unused(m, tdmr, pa);
	if (ret)
		return ret;

	regs->rdx = tdx_pamt_pair_first(&entry);
	regs->r8 = tdx_pamt_pair_second(&entry);
	mark_page(m, regs->rdx, false);
	mark_page(m, regs->r8, false);
	entry.lock_type_owner &= ~(u64)TDX_PAMT_ENTRY_TYPE;
	tdx_write_pamt_entry(m, tdmr, TDX_PAMT_2M, pa, &entry);
	return TDX_SUCCESS;
}

/* TDH.PHYMEM.PAMT.REMOVE: gives the pages back, in RDX and R8. */
u64 tdx_leaf_phymem_pamt_remove(struct tdx_module *m, struct tdx_lp *lp,
				struct tdx_regs *regs)
{
	u64 ret;

	if (!m->dynamic_pamt)
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	if (!is_2m_page(m, regs->rcx))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (!lock_exclusive(&m->pamt_lock))
		return TDX_OPERAND_BUSY + OPERAND_RCX;

	ret = remove_pages(m, regs);
	unlock_exclusive(&m->pamt_lock);
	return ret;
}
