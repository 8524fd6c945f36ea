// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of TDH.SYS.CONFIG on each TDMR.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "tdx_internal.h"

/* CMRs that touch count as one. */
static bool range_in_cmrs(const struct tdx_module *m, u64 base, u64 end)
{
	const struct tdx_range *cmr;

	for (cmr = m->platform.cmrs;
	     cmr < m->platform.cmrs + TDX_MAX_CMRS && base < end; cmr++) {
		if (base >= cmr->base && base < range_end(cmr))
			base = range_end(cmr);
	}

	return base >= end;
}

/* The code of a failed check of TDMR i, and what else the detail names. */
static u64 tdmr_error(u64 code, unsigned int i, unsigned int level_or_area,
		      unsigned int other)
{
	return code + i + (level_or_area << 8) + (other << 16);
}

static u64 check_tdmr_range(struct tdx_module *m, unsigned int i)
{
	const struct tdx_tdmr *tdmr = &m->tdmrs[i];

	if (wraps(tdmr->base, tdmr->size))
		return tdmr_error(TDX_INVALID_TDMR, i, 0, 0);

	if (i && (tdmr->base < tdmr[-1].base ||
		  tdmr->base < tdmr[-1].base + tdmr[-1].size))
		return tdmr_error(TDX_NON_ORDERED_TDMR, i, 0, 0);

	if (!tdmr->size || !IS_ALIGNED(tdmr->base | tdmr->size, SZ_1G) ||
	    !range_is_plain(m, tdmr->base, tdmr->size))
		return tdmr_error(TDX_INVALID_TDMR, i, 0, 0);

	return TDX_SUCCESS;
}

static u64 check_rsvd_area(const struct tdx_tdmr *tdmr, unsigned int j)
{
	const struct tdx_range *area = &tdmr->rsvd[j];

	if (!area->size) {
		if (j + 1 < TDX_MAX_RSVD && area[1].size)
			return TDX_NON_ORDERED_RESERVED_IN_TDMR;
		return TDX_SUCCESS;
	}

	if (wraps(area->base, area->size))
		return TDX_INVALID_RESERVED_IN_TDMR;

	if (j && (area->base < area[-1].base ||
		  area->base < range_end(&area[-1])))
		return TDX_NON_ORDERED_RESERVED_IN_TDMR;

	if (!IS_ALIGNED(area->base | area->size, SZ_4K) ||
	    range_end(area) > tdmr->size)
		return TDX_INVALID_RESERVED_IN_TDMR;

	return TDX_SUCCESS;
}

static u64 check_rsvd_areas(struct tdx_module *m, unsigned int i)
{
	unsigned int j;
	u64 ret;

	for (j = 0; j < TDX_MAX_RSVD; j++) {
		ret = check_rsvd_area(&m->tdmrs[i], j);
		if (ret)
			return tdmr_error(ret, i, j, 0);
	}

	return TDX_SUCCESS;
}

static u64 pamt_bytes(const struct tdx_module *m, const struct tdx_tdmr *tdmr,
		      unsigned int level)
{
	u64 pages = tdmr->size >> tdx_pamt_page_shift[level];

	if (level == TDX_PAMT_4K && m->dynamic_pamt)
		return pages / BITS_PER_BYTE;

	return pages * sizeof(struct tdx_pamt_entry);
}

static u64 check_pamt_ranges(struct tdx_module *m, unsigned int i)
{
	const struct tdx_tdmr *tdmr = &m->tdmrs[i];
	int level;

	for (level = TDX_PAMT_1G; level >= TDX_PAMT_4K; level--) {
		const struct tdx_range *pamt = &tdmr->pamt[level];

		if (wraps(pamt->base, pamt->size) ||
		    !IS_ALIGNED(pamt->base | pamt->size, SZ_4K) ||
		    pamt->size < pamt_bytes(m, tdmr, level) ||
		    !range_is_plain(m, pamt->base, pamt->size))
			return tdmr_error(TDX_INVALID_PAMT, i, level, 0);
	}

	return TDX_SUCCESS;
}

static bool pamts_overlap(const struct tdx_range *pamt,
			  const struct tdx_range *other)
{
	return ranges_overlap(pamt->base, range_end(pamt),
			      other->base, range_end(other));
}

static u64 check_pamt_overlaps_earlier(struct tdx_module *m, unsigned int i)
{
	unsigned int level, other_level, other;

	for (level = TDX_PAMT_4K; level < TDX_PAMT_LEVELS; level++) {
		for (other = 0; other < i; other++) {
			for (other_level = TDX_PAMT_4K;
			     other_level < TDX_PAMT_LEVELS; other_level++) {
				if (pamts_overlap(&m->tdmrs[i].pamt[level],
						  &m->tdmrs[other].pamt[other_level]))
					return tdmr_error(TDX_PAMT_OVERLAP, i,
							  level, other);
			}
		}
	}

	return TDX_SUCCESS;
}

static u64 check_pamt_overlaps_own(struct tdx_module *m, unsigned int i)
{
	const struct tdx_range *pamt = m->tdmrs[i].pamt;
	unsigned int level, other;

	for (level = TDX_PAMT_4K; level < TDX_PAMT_LEVELS; level++) {
		for (other = level + 1; other < TDX_PAMT_LEVELS; other++) {
			if (pamts_overlap(&pamt[level], &pamt[other]))
				return tdmr_error(TDX_PAMT_OVERLAP, i, level, i);
		}
	}

	return TDX_SUCCESS;
}

/*
 * The part of a TDMR before its reserved area j: between that one and the one
 * before it. Empty where the two touch. Entries without size stand behind all
 * others, and the part before the first of them reaches to the end of the TDMR.
 */
static struct tdx_range tdmr_usable_part(const struct tdx_tdmr *tdmr,
					 unsigned int j)
{
	u64 start = j ? range_end(&tdmr->rsvd[j - 1]) : 0;
	u64 end = tdmr->size;

	if (j && !tdmr->rsvd[j - 1].size)
		start = end;
	else if (j < TDX_MAX_RSVD && tdmr->rsvd[j].size)
		end = tdmr->rsvd[j].base;

	return (struct tdx_range) { tdmr->base + start, end - start };
}

static bool range_hits_usable(const struct tdx_tdmr *tdmr,
			      const struct tdx_range *range)
{
	unsigned int j;

	for (j = 0; j <= TDX_MAX_RSVD; j++) {
		struct tdx_range part = tdmr_usable_part(tdmr, j);

		if (part.size && ranges_overlap(range->base, range_end(range),
						part.base, range_end(&part)))
			return true;
	}

	return false;
}

static u64 check_pamt_hits_tdmr(struct tdx_module *m, unsigned int owner,
				unsigned int hit)
{
	unsigned int level;

	for (level = TDX_PAMT_4K; level < TDX_PAMT_LEVELS; level++) {
		if (range_hits_usable(&m->tdmrs[hit],
				      &m->tdmrs[owner].pamt[level]))
			return tdmr_error(TDX_PAMT_OVERLAP, owner, level, hit);
	}

	return TDX_SUCCESS;
}

static u64 check_pamt_overlaps_tdmrs(struct tdx_module *m, unsigned int i)
{
	unsigned int other;
	u64 ret;

	for (other = 0; other <= i; other++) {
		ret = check_pamt_hits_tdmr(m, i, other);
		if (ret)
			return ret;
	}

	for (other = 0; other < i; other++) {
		ret = check_pamt_hits_tdmr(m, other, i);
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}

static u64 check_pamt_in_cmrs(struct tdx_module *m, unsigned int i)
{
	int level;

	for (level = TDX_PAMT_1G; level >= TDX_PAMT_4K; level--) {
		const struct tdx_range *pamt = &m->tdmrs[i].pamt[level];

		if (!range_in_cmrs(m, pamt->base, range_end(pamt)))
			return tdmr_error(TDX_PAMT_OUTSIDE_CMRS, i, level, 0);
	}

	return TDX_SUCCESS;
}

static u64 check_tdmr_in_cmrs(struct tdx_module *m, unsigned int i)
{
	unsigned int j;

	for (j = 0; j <= TDX_MAX_RSVD; j++) {
		struct tdx_range part = tdmr_usable_part(&m->tdmrs[i], j);

		if (!range_in_cmrs(m, part.base, range_end(&part)))
			return tdmr_error(TDX_TDMR_OUTSIDE_CMRS, i, 0, 0);
	}

	return TDX_SUCCESS;
}

static u64 (* const tdmr_checks[])(struct tdx_module *m, unsigned int i) = {
	check_tdmr_range,
	check_rsvd_areas,
	check_pamt_ranges,
	check_pamt_overlaps_earlier,
	check_pamt_overlaps_own,
	check_pamt_overlaps_tdmrs,
	check_pamt_in_cmrs,
	check_tdmr_in_cmrs,
};

u64 tdx_check_tdmr(struct tdx_module *m, unsigned int i)
{
	unsigned int check;
	u64 ret;

	for (check = 0; check < ARRAY_SIZE(tdmr_checks); check++) {
		ret = tdmr_checks[check](m, i);
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}
