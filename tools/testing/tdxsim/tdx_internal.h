/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the model of the TDX module share, such as the arithmetic of
 * addresses.
 */
#ifndef TDX_INTERNAL_H
#define TDX_INTERNAL_H

#include <linux/bits.h>
#include <linux/types.h>

#include "names.h"
#include "tdx_module.h"

static inline u64 range_end(const struct tdx_range *range)
{
	return range->base + range->size;
}

/* An end of exactly 2^64 is a wrap. */
static inline bool wraps(u64 base, u64 size)
{
	return base + size < base;
}

static inline bool ranges_overlap(u64 base, u64 end, u64 other, u64 other_end)
{
	return base < other_end && other < end;
}

static inline unsigned int hkid_shift(const struct tdx_module *m)
{
	return TDX_MAX_PA_BITS - m->hkid_bits;
}

/* A physical address without KeyID bits and below the highest one. */
static inline bool pa_is_plain(const struct tdx_module *m, u64 pa)
{
	return !(pa >> hkid_shift(m));
}

static inline bool range_is_plain(const struct tdx_module *m, u64 base,
				  u64 size)
{
	return pa_is_plain(m, base) && pa_is_plain(m, base + size - 1);
}

/* tdx_platform.c */

/* Checks 4 to 21 of TDH.SYS.INIT, on the LP that runs it. */
u64 tdx_check_platform(struct tdx_module *m, unsigned int lp,
		       struct tdx_regs *regs);
/* Checks 4 to 9 of TDH.SYS.LP.INIT. */
u64 tdx_check_lp(struct tdx_module *m, unsigned int lp, u32 package,
		 struct tdx_regs *regs);
enum tdx_pconfig tdx_pconfig(struct tdx_module *m);

/* tdx_module.c */

/* Another LP holds the PAMT entry of a page, or lets go of it. */
bool tdx_module_lock_pamt(struct tdx_module *m, enum tdx_pamt_level level,
			  u64 pa, bool lock);

#endif
