// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.TDMR.INIT, and the contents of the PAMT that it writes.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tdx_internal.h"

/* Pages that one call writes the entries of. */
#define TDMR_INIT_PAGES		1024
#define TDMR_INIT_DYNAMIC_PAGES	4096

#define PT_NDA			0
#define PT_RSVD			1

const unsigned int tdx_pamt_page_shift[TDX_PAMT_LEVELS] = {
	[TDX_PAMT_4K] = 12,
	[TDX_PAMT_2M] = 21,
	[TDX_PAMT_1G] = 30,
};

u64 tdx_pamt_entry_pa(const struct tdx_tdmr *tdmr, unsigned int level, u64 pa)
{
	u64 index = (pa - tdmr->base) >> tdx_pamt_page_shift[level];

	return tdmr->pamt[level].base + index * sizeof(struct tdx_pamt_entry);
}

/* Whether a part of it is in a reserved area. */
static bool has_rsvd(const struct tdx_tdmr *tdmr, u64 pa, u64 size)
{
	u64 offset = pa - tdmr->base;
	unsigned int j;

	for (j = 0; j < TDX_MAX_RSVD && tdmr->rsvd[j].size; j++) {
		if (offset + size > tdmr->rsvd[j].base &&
		    offset < range_end(&tdmr->rsvd[j]))
			return true;
	}

	return false;
}

/* Those of @nr pages from @pa on. Few have a reserved area among them. */
static void fill_pamt_entries(const struct tdx_tdmr *tdmr, unsigned int level,
			      u64 pa, struct tdx_pamt_entry *entries,
			      unsigned int nr)
{
	u64 page = BIT_ULL(tdx_pamt_page_shift[level]);
	bool rsvd = level == TDX_PAMT_4K && has_rsvd(tdmr, pa, nr * page);
	unsigned int n;

	for (n = 0; n < nr; n++, pa += page) {
		u64 type = rsvd && has_rsvd(tdmr, pa, page) ? PT_RSVD : PT_NDA;

		entries[n].lock_type_owner = type << TDX_PAMT_ENTRY_TYPE_SHIFT;
		entries[n].epoch = 0;
	}
}

/*
 * The PAMT lies in the memory that the host gave for it, where the host can
 * break it: it reads and writes there without KeyID, as nothing is encrypted.
 */
static void init_pamt_entries(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			      unsigned int level, u64 pa, u64 end)
{
	u64 page = BIT_ULL(tdx_pamt_page_shift[level]);
	struct tdx_pamt_entry entries[32];
	unsigned int nr;

	for (; pa < end; pa += nr * page) {
		nr = min_t(u64, ARRAY_SIZE(entries), DIV_ROUND_UP(end - pa, page));
		fill_pamt_entries(tdmr, level, pa, entries, nr);
		m->ops->write(tdx_pamt_entry_pa(tdmr, level, pa), entries,
			      nr * sizeof(entries[0]));
	}
}

/* With dynamic PAMT: no page has an entry yet. */
static void init_pamt_bitmap(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			     u64 pa)
{
	static const u8 none[TDMR_INIT_DYNAMIC_PAGES / BITS_PER_BYTE];
	u64 bit = (pa - tdmr->base) / SZ_4K;

	m->ops->write(tdmr->pamt[TDX_PAMT_4K].base + bit / BITS_PER_BYTE, none,
		      sizeof(none));
}

static u64 do_sys_tdmr_init(struct tdx_module *m, struct tdx_tdmr *tdmr,
			    struct tdx_regs *regs)
{
	u64 pages = m->dynamic_pamt ? TDMR_INIT_DYNAMIC_PAGES : TDMR_INIT_PAGES;
	u64 pa = tdmr->next, end = pa + pages * SZ_4K;

	if (pa == tdmr->base + tdmr->size)
		return TDX_TDMR_ALREADY_INITIALIZED;

	if (m->ops->tdmr_init)
		m->ops->tdmr_init();

	if (m->dynamic_pamt)
		init_pamt_bitmap(m, tdmr, pa);
	else
		init_pamt_entries(m, tdmr, TDX_PAMT_4K, pa, end);
	init_pamt_entries(m, tdmr, TDX_PAMT_2M, pa, end);
	if (IS_ALIGNED(pa, SZ_1G))
		init_pamt_entries(m, tdmr, TDX_PAMT_1G, pa, end);

	/* Pages can be used, and the host is told, a whole GiB at a time. */
	tdmr->next = end;
	regs->rdx = ALIGN_DOWN(end, SZ_1G);
	return TDX_SUCCESS;
}

/* TDH.SYS.TDMR.INIT: LPs may work on different TDMRs at the same time. */
u64 tdx_leaf_sys_tdmr_init(struct tdx_module *m, struct tdx_lp *lp,
			   struct tdx_regs *regs)
{
	struct tdx_tdmr *tdmr = m->tdmrs;
	u64 ret;

	regs->rdx = 0;

	while (tdmr < m->tdmrs + m->nr_tdmrs && tdmr->base != regs->rcx)
		tdmr++;
	if (tdmr == m->tdmrs + m->nr_tdmrs)
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (!lock_exclusive(&tdmr->lock))
		return TDX_OPERAND_BUSY + OPERAND_RCX;

	ret = do_sys_tdmr_init(m, tdmr, regs);
	unlock_exclusive(&tdmr->lock);
	return ret;
}

bool tdx_module_lock_pamt(struct tdx_module *m, enum tdx_pamt_level level,
			  u64 pa, bool lock)
{
	const struct tdx_tdmr *tdmr = m->tdmrs;
	struct tdx_pamt_entry entry;
	u64 entry_pa;

	while (tdmr < m->tdmrs + m->nr_tdmrs &&
	       (pa < tdmr->base || pa >= tdmr->base + tdmr->size))
		tdmr++;
	if (tdmr == m->tdmrs + m->nr_tdmrs)
		return false;

	entry_pa = tdx_pamt_entry_pa(tdmr, level, pa);
	m->ops->read(&entry, entry_pa, sizeof(entry));
	entry.lock_type_owner &= ~TDX_PAMT_ENTRY_LOCK_EX;
	if (lock)
		entry.lock_type_owner |= TDX_PAMT_ENTRY_LOCK_EX;
	m->ops->write(entry_pa, &entry, sizeof(entry));
	return true;
}

void tdx_module_pamt(const struct tdx_module *m, unsigned int tdmr,
		     unsigned int level, u64 offset, void *contents,
		     size_t len)
{
	const struct tdx_tdmr *t = &m->tdmrs[tdmr];
	unsigned int shift = tdx_pamt_page_shift[level];
	u64 pa = t->base + (offset / sizeof(struct tdx_pamt_entry) << shift);

	if (m->dynamic_pamt && level == TDX_PAMT_4K) {
		u64 written = (t->next - t->base) / SZ_4K / BITS_PER_BYTE;

		if (offset < written)
			memset(contents, 0, min_t(u64, len, written - offset));
		return;
	}

	if (pa < t->next)
		fill_pamt_entries(t, level, pa, contents,
				  min_t(u64, len / sizeof(struct tdx_pamt_entry),
					DIV_ROUND_UP(t->next - pa, BIT_ULL(shift))));
}
