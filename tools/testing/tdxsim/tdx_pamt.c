// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contents of the PAMT, and TDH.SYS.TDMR.INIT, which writes them.
 *
 * The PAMT lies in the memory that the host gave for it, where the host can
 * break it: it is read and written without KeyID, as nothing is encrypted.
 *
 * With dynamic PAMT there is a bit instead of an entry for each 4 KiB page, set for
 * pages that no TD can have: reserved ones, and those that hold entries. Entries of
 * the 4 KiB pages of a 2 MiB one are in a pair of pages that the host adds.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_release.h"

#define TDMR_INIT_PAGES		1024

const unsigned int tdx_pamt_page_shift[TDX_PAMT_LEVELS] = {
	[TDX_PAMT_4K] = 12,
	[TDX_PAMT_2M] = 21,
	[TDX_PAMT_1G] = 30,
};

static u64 entry_pa(const struct tdx_tdmr *tdmr, unsigned int level, u64 pa)
{
	u64 index = (pa - tdmr->base) >> tdx_pamt_page_shift[level];

	return tdmr->pamt[level].base + index * sizeof(struct tdx_pamt_entry);
}

/* Where the entry of a 4 KiB page is in the pair of pages that holds it. */
static u64 entry_pa_in_pair(const struct tdx_pamt_entry *pair, u64 pa)
{
	u64 offset = (pa % SZ_2M >> 12) * sizeof(struct tdx_pamt_entry);

	if (offset < SZ_4K)
		return tdx_pamt_pair_first(pair) + offset;

	return tdx_pamt_pair_second(pair) + offset - SZ_4K;
}

/* Returns false where there is none: a 4 KiB one that the host has not added. */
bool tdx_read_pamt_entry(const struct tdx_module *m,
			 const struct tdx_tdmr *tdmr, unsigned int level,
			 u64 pa, struct tdx_pamt_entry *entry)
{
	u64 at = entry_pa(tdmr, level, pa);

	if (m->dynamic_pamt && level == TDX_PAMT_4K) {
		tdx_read_pamt_entry(m, tdmr, TDX_PAMT_2M, pa, entry);
		if (tdx_pamt_type(entry) != TDX_PT_PAMT_PAIR)
			return false;
		at = entry_pa_in_pair(entry, pa);
	}

	m->ops->read(entry, at, sizeof(*entry));
	return true;
}

void tdx_write_pamt_entry(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			  unsigned int level, u64 pa,
			  const struct tdx_pamt_entry *entry)
{
	struct tdx_pamt_entry pair;
	u64 at = entry_pa(tdmr, level, pa);

	if (m->dynamic_pamt && level == TDX_PAMT_4K) {
		tdx_read_pamt_entry(m, tdmr, TDX_PAMT_2M, pa, &pair);
		at = entry_pa_in_pair(&pair, pa);
	}

	m->ops->write(at, entry, sizeof(*entry));
}

static u64 bitmap_pa(const struct tdx_tdmr *tdmr, u64 pa)
{
	return tdmr->pamt[TDX_PAMT_4K].base +
	       (pa - tdmr->base) / SZ_4K / BITS_PER_BYTE;
}

static u8 bitmap_bit(const struct tdx_tdmr *tdmr, u64 pa)
{
	return BIT((pa - tdmr->base) / SZ_4K % BITS_PER_BYTE);
}

bool tdx_read_pamt_bit(const struct tdx_module *m, const struct tdx_tdmr *tdmr,
		       u64 pa)
{
	u8 byte;

	m->ops->read(&byte, bitmap_pa(tdmr, pa), sizeof(byte));
	return byte & bitmap_bit(tdmr, pa);
}

void tdx_write_pamt_bit(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			u64 pa, bool set)
{
	u8 byte;

	m->ops->read(&byte, bitmap_pa(tdmr, pa), sizeof(byte));
	byte &= ~bitmap_bit(tdmr, pa);
	if (set)
		byte |= bitmap_bit(tdmr, pa);
	m->ops->write(bitmap_pa(tdmr, pa), &byte, sizeof(byte));
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
		u64 type = rsvd && has_rsvd(tdmr, pa, page) ? TDX_PT_RSVD : TDX_PT_NDA;

		entries[n].lock_type_owner = type << TDX_PAMT_ENTRY_TYPE_SHIFT;
		entries[n].epoch = 0;
	}
}

static void init_pamt_entries(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			      unsigned int level, u64 pa, u64 end)
{
	u64 page = BIT_ULL(tdx_pamt_page_shift[level]);
	struct tdx_pamt_entry entries[32];
	unsigned int nr;

	for (; pa < end; pa += nr * page) {
		nr = min_t(u64, ARRAY_SIZE(entries), DIV_ROUND_UP(end - pa, page));
		fill_pamt_entries(tdmr, level, pa, entries, nr);
		m->ops->write(entry_pa(tdmr, level, pa), entries,
			      nr * sizeof(entries[0]));
	}
}

/* Bits of @nr pages from @pa on. */
static void fill_pamt_bitmap(const struct tdx_tdmr *tdmr, u64 pa, u8 *bytes,
			     unsigned int nr)
{
	unsigned int n;

	memset(bytes, 0, nr / BITS_PER_BYTE);
	if (!has_rsvd(tdmr, pa, nr * (u64)SZ_4K))
		return;

	for (n = 0; n < nr; n++, pa += SZ_4K) {
		if (has_rsvd(tdmr, pa, SZ_4K))
			bytes[n / BITS_PER_BYTE] |= BIT(n % BITS_PER_BYTE);
	}
}

static void init_pamt_bitmap(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			     u64 pa, u64 end)
{
	u8 bytes[64];
	u64 pages = sizeof(bytes) * BITS_PER_BYTE;

	for (; pa < end; pa += pages * SZ_4K) {
		fill_pamt_bitmap(tdmr, pa, bytes, pages);
		m->ops->write(bitmap_pa(tdmr, pa), bytes, sizeof(bytes));
	}
}

static u64 do_sys_tdmr_init(struct tdx_module *m, struct tdx_tdmr *tdmr,
			    struct tdx_regs *regs)
{
	u64 pages = m->dynamic_pamt ? tdx_release(m)->dynamic_pamt_pages :
				      TDMR_INIT_PAGES;
	u64 pa = tdmr->next, end = pa + pages * SZ_4K;

	if (pa == tdmr->base + tdmr->size)
		return TDX_TDMR_ALREADY_INITIALIZED;

	if (m->ops->tdmr_init)
		m->ops->tdmr_init();

	if (m->dynamic_pamt)
		init_pamt_bitmap(m, tdmr, pa, end);
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

	while (tdmr < m->tdmrs + m->nr_tdmrs &&
	       (pa < tdmr->base || pa >= tdmr->base + tdmr->size))
		tdmr++;
	if (tdmr == m->tdmrs + m->nr_tdmrs ||
	    !tdx_read_pamt_entry(m, tdmr, level, pa, &entry))
		return false;

	entry.lock_type_owner &= ~TDX_PAMT_ENTRY_LOCK_EX;
	if (lock)
		entry.lock_type_owner |= TDX_PAMT_ENTRY_LOCK_EX;
	tdx_write_pamt_entry(m, tdmr, level, pa, &entry);
	return true;
}

void tdx_module_pamt(const struct tdx_module *m, unsigned int tdmr,
		     unsigned int level, u64 offset, void *contents,
		     size_t len)
{
	const struct tdx_tdmr *t = &m->tdmrs[tdmr];
	unsigned int shift = tdx_pamt_page_shift[level];
	u64 pa = t->base + (offset / sizeof(struct tdx_pamt_entry) << shift);

	/* What the host has added and removed is not kept anywhere else. */
	if (m->pamt_pages_added && level != TDX_PAMT_1G) {
		m->ops->read(contents, t->pamt[level].base + offset, len);
		return;
	}

	if (m->dynamic_pamt && level == TDX_PAMT_4K) {
		pa = t->base + offset * BITS_PER_BYTE * SZ_4K;
		if (pa < t->next)
			fill_pamt_bitmap(t, pa, contents,
					 min_t(u64, len * BITS_PER_BYTE,
					       (t->next - pa) / SZ_4K));
		return;
	}

	if (pa < t->next)
		fill_pamt_entries(t, level, pa, contents,
				  min_t(u64, len / sizeof(struct tdx_pamt_entry),
					DIV_ROUND_UP(t->next - pa, BIT_ULL(shift))));
}
