// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches the PAMTs. From TDH.SYS.CONFIG on they are the module's, and the host
 * neither writes nor frees them. A real module has them encrypted with a key of
 * its own, and a host that broke the rule would get machine checks later.
 *
 * The host may take them back when it gives up: when TDH.SYS.KEY.CONFIG or
 * TDH.SYS.TDMR.INIT has failed. It did not if it tries that again with success.
 * A success at another TDMR says nothing, it is of an LP that does not know yet.
 *
 * From TDH.SYS.CONFIG on all lines of the PAMTs count as private. A line is normal
 * memory again when the host has written all of it with MOVDIR64B.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "names.h"
#include "tdxsim.h"

/* Fills what TDH.SYS.TDMR.INIT has not written yet. */
#define UNWRITTEN	0xc7

static bool configured;
static bool reported;
static atomic_t violations;

/* What failed last: TDH.SYS.TDMR.INIT of each TDMR, and TDH.SYS.KEY.CONFIG. */
#define KEY_CONFIG	TDX_MAX_TDMRS
static DECLARE_BITMAP(failed, TDX_MAX_TDMRS + 1);

/* SEAMCALLs. What an LP inside of the module writes is not to be judged. */
static atomic_t begun, ended;

/* The page that the next call looks at. */
static DEFINE_RAW_SPINLOCK(cursor_lock);
static struct {
	unsigned int tdmr;
	unsigned int level;
	u64 index;
} cursor;

enum page_state {
	PAGE_OWNED,
	PAGE_WRITTEN,
	PAGE_FREED,
	PAGE_STATES,
};

static const char * const page_states[] = {
	[PAGE_OWNED]	= "owned",
	[PAGE_WRITTEN]	= "written",
	[PAGE_FREED]	= "freed",
};

static const char * const level_names[] = {
	[TDX_PAMT_4K]	= "4k",
	[TDX_PAMT_2M]	= "2m",
	[TDX_PAMT_1G]	= "1g",
};

static const struct tdx_range *pamt_of(unsigned int tdmr, unsigned int level)
{
	return &tdxsim_module.tdmrs[tdmr].pamt[level];
}

static u64 page_pa(unsigned int tdmr, unsigned int level, u64 index)
{
	return pamt_of(tdmr, level)->base + (index << PAGE_SHIFT);
}

/* The private lines, numbered in the order of TDMRs and levels. */
#define LINE_SHIFT	6
static unsigned long *private_lines;
static unsigned long nr_lines, max_lines;

static unsigned long lines_in(const struct tdx_range *pamt)
{
	return pamt->size >> LINE_SHIFT;
}

/* TDMRs are aligned to 1 GiB, so leave room for PAMTs of twice the usual size. */
int tdxsim_pamt_init(void)
{
	max_lines = get_num_physpages() / 2 + SZ_64K;
	private_lines = kvcalloc(BITS_TO_LONGS(max_lines), sizeof(long), GFP_KERNEL);
	return private_lines ? 0 : -ENOMEM;
}

void tdxsim_pamt_exit(void)
{
	kvfree(private_lines);
}

/**
 * tdxsim_pamt_line_written - a whole line of memory is written with MOVDIR64B
 * @pa: where it is
 *
 * For CPUs that execute MOVDIR64B themselves: tdxsim only sees that of others.
 *
 * Context: Any.
 */
void tdxsim_pamt_line_written(u64 pa)
{
	unsigned long line = 0;
	unsigned int i;

	for (i = 0; i < tdxsim_module.nr_tdmrs * TDX_PAMT_LEVELS; i++) {
		const struct tdx_range *pamt = pamt_of(i / TDX_PAMT_LEVELS,
						       i % TDX_PAMT_LEVELS);

		if (pa >= pamt->base && pa - pamt->base < pamt->size) {
			line += (pa - pamt->base) >> LINE_SHIFT;
			if (line < nr_lines)
				clear_bit(line, private_lines);
			return;
		}
		line += lines_in(pamt);
	}
}
EXPORT_SYMBOL_GPL(tdxsim_pamt_line_written);

/**
 * tdxsim_pamt_private_lines - how many lines of the PAMTs are private
 *
 * Context: Any.
 * Return: their number.
 */
unsigned long tdxsim_pamt_private_lines(void)
{
	return bitmap_weight(private_lines, nr_lines);
}
EXPORT_SYMBOL_GPL(tdxsim_pamt_private_lines);

/* Compares in parts, which fit on the stack. */
static bool page_is_intact(unsigned int tdmr, unsigned int level, u64 index)
{
	u64 pa = page_pa(tdmr, level, index);
	u8 want[256], is[sizeof(want)];
	unsigned int offset;

	for (offset = 0; offset < PAGE_SIZE; offset += sizeof(want)) {
		u64 at = (index << PAGE_SHIFT) + offset;

		memset(want, UNWRITTEN, sizeof(want));
		tdx_module_pamt(&tdxsim_module, tdmr, level, at, want,
				sizeof(want));
		if (copy_from_kernel_nofault(is, __va(pa + offset), sizeof(is)) ||
		    memcmp(want, is, sizeof(want)))
			return false;
	}

	return true;
}

static enum page_state look_at_page(unsigned int tdmr, unsigned int level,
				    u64 index)
{
	u64 pa = page_pa(tdmr, level, index);

	if (!pfn_valid(PHYS_PFN(pa)) || !page_count(pfn_to_page(PHYS_PFN(pa))))
		return PAGE_FREED;

	return page_is_intact(tdmr, level, index) ? PAGE_OWNED : PAGE_WRITTEN;
}

static bool owned(void)
{
	return READ_ONCE(configured) && bitmap_empty(failed, TDX_MAX_TDMRS + 1);
}

/* The PAMTs are the module's and no LP is inside, @when this was so. */
static bool can_check(int *when)
{
	int out = atomic_read_acquire(&ended);

	/* Read later: no LP came out in between, if they are equal. */
	*when = atomic_read_acquire(&begun);
	return *when == out && owned();
}

/*
 * A SEAMCALL that began meanwhile may have written to the page, or failed, and
 * the host has the page back. Then what was seen says nothing.
 */
static enum page_state check_page(unsigned int tdmr, unsigned int level,
				  u64 index)
{
	enum page_state state;
	int when;

	if (!can_check(&when))
		return PAGE_OWNED;

	state = look_at_page(tdmr, level, index);
	/* Pairs with the order of tdxsim_pamt_begin() and what follows it. */
	smp_rmb();
	return atomic_read(&begun) == when ? state : PAGE_OWNED;
}

static void report(unsigned int tdmr, unsigned int level, u64 index,
		   enum page_state state)
{
	atomic_inc(&violations);
	if (reported)
		return;

	reported = true;
	pr_err("the kernel has %s PAMT page 0x%llx (TDMR %u, level %s), which is the TDX module's\n",
	       state == PAGE_FREED ? "freed" : "written",
	       page_pa(tdmr, level, index), tdmr, level_names[level]);
}

/* One page a call: a bring-up looks at a good part of them. */
static void check_next_page(void)
{
	enum page_state state;

	if (cursor.index << PAGE_SHIFT >= pamt_of(cursor.tdmr, cursor.level)->size) {
		cursor.index = 0;
		if (++cursor.level == TDX_PAMT_LEVELS) {
			cursor.level = 0;
			if (++cursor.tdmr == tdxsim_module.nr_tdmrs)
				cursor.tdmr = 0;
		}
	}

	state = check_page(cursor.tdmr, cursor.level, cursor.index);
	if (state != PAGE_OWNED)
		report(cursor.tdmr, cursor.level, cursor.index, state);
	cursor.index++;
}

static void fill_pamt(const struct tdx_range *pamt)
{
	u64 pa;

	for (pa = pamt->base; pa < pamt->base + pamt->size; pa += PAGE_SIZE) {
		if (pfn_valid(PHYS_PFN(pa)))
			memset(__va(pa), UNWRITTEN, PAGE_SIZE);
	}
}

static void take_pamts(void)
{
	unsigned int tdmr, level;

	nr_lines = 0;
	for (tdmr = 0; tdmr < tdxsim_module.nr_tdmrs; tdmr++) {
		for (level = 0; level < TDX_PAMT_LEVELS; level++) {
			fill_pamt(pamt_of(tdmr, level));
			nr_lines += lines_in(pamt_of(tdmr, level));
		}
	}
	nr_lines = min(nr_lines, max_lines);
	bitmap_set(private_lines, 0, nr_lines);

	memset(&cursor, 0, sizeof(cursor));
	reported = false;
	bitmap_zero(failed, TDX_MAX_TDMRS + 1);
	/* An injected success has none. */
	WRITE_ONCE(configured, tdxsim_module.nr_tdmrs);
}

/* Before each SEAMCALL, ordered before what it writes. */
void tdxsim_pamt_begin(void)
{
	atomic_inc_return(&begun);
}

static void note_result(unsigned int call, bool success)
{
	if (success)
		clear_bit(call, failed);
	else
		set_bit(call, failed);
}

static void note_tdmr_init(u64 base, bool success)
{
	unsigned int tdmr;

	for (tdmr = 0; tdmr < tdxsim_module.nr_tdmrs; tdmr++) {
		if (tdxsim_module.tdmrs[tdmr].base == base)
			note_result(tdmr, success);
	}
}

static void note_owner(const struct tdx_regs *in, bool success)
{
	switch (tdx_leaf(in->rax)) {
	case TDH_SYS_CONFIG:
		if (success)
			take_pamts();
		break;
	case TDH_SYS_KEY_CONFIG:
		note_result(KEY_CONFIG, success);
		break;
	case TDH_SYS_TDMR_INIT:
		note_tdmr_init(in->rcx, success);
		break;
	}
}

/* After each SEAMCALL. */
void tdxsim_pamt_end(const struct tdx_regs *in, bool success)
{
	bool testbed = tdxsim_testbed_active();
	int when;

	if (!testbed)
		note_owner(in, success);
	/* Whoever sees this sees the owner. */
	atomic_inc_return(&ended);

	/* Nothing waits here: another CPU is looking, then this one need not. */
	if (!testbed && tdxsim_watch && can_check(&when) && raw_spin_trylock(&cursor_lock)) {
		check_next_page();
		raw_spin_unlock(&cursor_lock);
	}
}

static void show_pamt(struct seq_file *s, unsigned int tdmr,
		      unsigned int level)
{
	const struct tdx_range *pamt = pamt_of(tdmr, level);
	unsigned int states[PAGE_STATES] = {};
	unsigned int state;
	u64 index;

	for (index = 0; index << PAGE_SHIFT < pamt->size; index++) {
		state = check_page(tdmr, level, index);
		states[state]++;
		if (state != PAGE_OWNED)
			report(tdmr, level, index, state);
	}

	seq_printf(s, "%u %s 0x%llx", tdmr, level_names[level], pamt->base);
	for (state = 0; state < PAGE_STATES; state++)
		seq_printf(s, " %s %u", page_states[state], states[state]);
	seq_putc(s, '\n');
}

unsigned int tdxsim_pamt_violations(void)
{
	return atomic_read(&violations);
}

void tdxsim_show_pamts(struct seq_file *s)
{
	unsigned int tdmr, level;

	if (tdxsim_testbed_active() || !owned())
		return;

	for (tdmr = 0; tdmr < tdxsim_module.nr_tdmrs; tdmr++) {
		for (level = 0; level < TDX_PAMT_LEVELS; level++)
			show_pamt(s, tdmr, level);
	}
}

static bool page_is_clear(u64 pa)
{
	return pfn_valid(PHYS_PFN(pa)) && !memchr_inv(__va(pa), 0, PAGE_SIZE);
}

/* After a failure this shows whether the host cleared the PAMTs it took back. */
void tdxsim_show_clear_pamts(struct seq_file *s)
{
	unsigned int tdmr, level, clear = 0, pages = 0;
	const struct tdx_range *pamt;
	u64 pa;

	for (tdmr = 0; tdmr < tdxsim_module.nr_tdmrs; tdmr++) {
		for (level = 0; level < TDX_PAMT_LEVELS; level++) {
			pamt = pamt_of(tdmr, level);
			for (pa = pamt->base; pa < pamt->base + pamt->size; pa += PAGE_SIZE) {
				pages++;
				clear += page_is_clear(pa);
			}
		}
	}

	seq_printf(s, "clear %u pages %u\n", clear, pages);
}
