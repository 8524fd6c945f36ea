/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the model of the TDX module share, such as the arithmetic of
 * addresses.
 */
#ifndef TDX_INTERNAL_H
#define TDX_INTERNAL_H

#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>

#include "names.h"
#include "tdx_module.h"

struct tdx_release;

/* The KeyID bits are above these with dynamic PAMT. */
#define DYNAMIC_PAMT_MAX_PA_BITS	48

/* The version of a leaf. */
static inline unsigned int rax_version(u64 rax)
{
	return rax >> 16 & 0xff;
}

/* tdx_module.c */
const struct tdx_release *tdx_release(const struct tdx_module *m);

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
	return m->max_pa - m->hkid_bits;
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

/*
 * The module never waits: a lock that is taken ends the call. That also makes
 * the model safe in every context that can run SEAMCALL, machine checks
 * included.
 */
static inline bool lock_exclusive(struct tdx_lock *lock)
{
	return atomic_cmpxchg(&lock->holders, 0, -1) == 0;
}

static inline void unlock_exclusive(struct tdx_lock *lock)
{
	atomic_cmpxchg(&lock->holders, -1, 0);
}

static inline bool lock_shared(struct tdx_lock *lock)
{
	int holders, seen = atomic_read(&lock->holders);

	do {
		holders = seen;
		if (holders < 0)
			return false;
		seen = atomic_cmpxchg(&lock->holders, holders, holders + 1);
	} while (seen != holders);

	return true;
}

static inline void unlock_shared(struct tdx_lock *lock)
{
	atomic_dec_and_test(&lock->holders);
}

static inline bool hkid_is_private(const struct tdx_module *m, u64 hkid)
{
	return hkid >= m->private_hkid_min &&
	       hkid <= m->private_hkid_max;
}

static inline u64 pa_strip_hkid(const struct tdx_module *m, u64 pa)
{
	return pa & (BIT_ULL(hkid_shift(m)) - 1);
}

/* Memory of the host that the module may read: neither private nor its own. */
static inline bool pa_is_shared(const struct tdx_module *m, u64 pa, u64 size)
{
	const struct tdx_range *seamrr = &m->platform.seamrr;
	u64 plain = pa_strip_hkid(m, pa);

	if (!IS_ALIGNED(pa, size) || pa >> m->max_pa)
		return false;

	/* Above the private KeyIDs there are no others. */
	if (pa >> hkid_shift(m) >= m->private_hkid_min)
		return false;

	return !ranges_overlap(plain, plain + size, seamrr->base,
			       range_end(seamrr));
}

/* An entry of the PAMT, and what is in its first word. */
struct tdx_pamt_entry {
	u64 lock_type_owner;
	u64 epoch;
};

#define TDX_PAMT_ENTRY_LOCK_EX		BIT(0)
#define TDX_PAMT_ENTRY_TYPE_SHIFT	16
#define TDX_PAMT_ENTRY_TYPE		GENMASK(23, 16)
#define TDX_PAMT_ENTRY_OWNER_SHIFT	24

/* Page types. One of 2 MiB whose 4 KiB pages have entries is a type, too. */
#define TDX_PT_NDA			0x0
#define TDX_PT_RSVD			0x1
#define TDX_PT_PAMT_PAIR		0xf

static inline u64 tdx_pamt_type(const struct tdx_pamt_entry *entry)
{
	return (entry->lock_type_owner & TDX_PAMT_ENTRY_TYPE) >>
	       TDX_PAMT_ENTRY_TYPE_SHIFT;
}

/* The PA of the first page of a pair is above the type, in a part of the owner. */
#define TDX_PAMT_PAIR_SHIFT		16

static inline u64 tdx_pamt_pair_first(const struct tdx_pamt_entry *pair)
{
	return pair->lock_type_owner >> TDX_PAMT_PAIR_SHIFT & ~0xfffULL;
}

static inline u64 tdx_pamt_pair_second(const struct tdx_pamt_entry *pair)
{
	return pair->epoch;
}

/* tdx_shutdown.c: R9 and R10, features that the host wants to use. */
u64 tdx_check_features(const struct tdx_module *m, const struct tdx_regs *in);

/* tdx_pamt.c */
extern const unsigned int tdx_pamt_page_shift[TDX_PAMT_LEVELS];

bool tdx_read_pamt_entry(const struct tdx_module *m,
			 const struct tdx_tdmr *tdmr, unsigned int level,
			 u64 pa, struct tdx_pamt_entry *entry);
void tdx_write_pamt_entry(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			  unsigned int level, u64 pa,
			  const struct tdx_pamt_entry *entry);
bool tdx_read_pamt_bit(const struct tdx_module *m, const struct tdx_tdmr *tdmr,
		       u64 pa);
void tdx_write_pamt_bit(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			u64 pa, bool set);
/* Another LP holds the PAMT entry of a page, or lets go of it. */
bool tdx_module_lock_pamt(struct tdx_module *m, enum tdx_pamt_level level,
			  u64 pa, bool lock);

/* tdx_platform.c */

enum tdx_pconfig tdx_pconfig(struct tdx_module *m);

/* tdx_tdmr_check.c */

/* Checks 8 to 17 of TDH.SYS.CONFIG, of TDMR i. */
u64 tdx_check_tdmr(struct tdx_module *m, unsigned int i);

/* The leaves, named after the TDH. that they are. */
u64 tdx_leaf_sys_init(struct tdx_module *m, struct tdx_lp *lp,
		      struct tdx_regs *regs);
u64 tdx_leaf_sys_lp_init(struct tdx_module *m, struct tdx_lp *lp,
			 struct tdx_regs *regs);
u64 tdx_leaf_sys_rd(struct tdx_module *m, struct tdx_lp *lp,
		    struct tdx_regs *regs);
u64 tdx_leaf_sys_config(struct tdx_module *m, struct tdx_lp *lp,
			struct tdx_regs *regs);
u64 tdx_leaf_sys_key_config(struct tdx_module *m, struct tdx_lp *lp,
			    struct tdx_regs *regs);
u64 tdx_leaf_sys_tdmr_init(struct tdx_module *m, struct tdx_lp *lp,
			   struct tdx_regs *regs);
u64 tdx_leaf_phymem_page_rdmd(struct tdx_module *m, struct tdx_lp *lp,
			      struct tdx_regs *regs);
u64 tdx_leaf_sys_lp_shutdown(struct tdx_module *m, struct tdx_lp *lp,
			     struct tdx_regs *regs);
u64 tdx_leaf_sys_shutdown(struct tdx_module *m, struct tdx_lp *lp,
			  struct tdx_regs *regs);
u64 tdx_leaf_sys_update(struct tdx_module *m, struct tdx_lp *lp,
			struct tdx_regs *regs);
u64 tdx_leaf_phymem_pamt_add(struct tdx_module *m, struct tdx_lp *lp,
			     struct tdx_regs *regs);
u64 tdx_leaf_phymem_pamt_remove(struct tdx_module *m, struct tdx_lp *lp,
				struct tdx_regs *regs);

#endif
