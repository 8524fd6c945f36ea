/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the model of the TDX module share: completion codes, and
 * the arithmetic of addresses.
 */
#ifndef TDX_INTERNAL_H
#define TDX_INTERNAL_H

#include <linux/bits.h>
#include <linux/types.h>

#include "tdx_module.h"

/* Completion codes */
#define TDX_SUCCESS				0x0000000000000000ULL
#define TDX_OPERAND_INVALID			0xc000010000000000ULL
#define TDX_OPERAND_ADDR_RANGE_ERROR		0xc000010100000000ULL
#define TDX_OPERAND_BUSY			0x8000020000000000ULL
#define TDX_SYS_BUSY				0x8000020200000000ULL
#define TDX_RND_NO_ENTROPY			0x8000020300000000ULL
#define TDX_SYS_INIT_NOT_PENDING		0xc000050000000000ULL
#define TDX_SYS_LP_INIT_NOT_DONE		0xc000050200000000ULL
#define TDX_SYS_LP_INIT_DONE			0xc000050300000000ULL
#define TDX_SYS_NOT_READY			0xc000050500000000ULL
#define TDX_SYS_SHUTDOWN			0xc000050600000000ULL
#define TDX_SYS_KEY_CONFIG_NOT_PENDING		0xc000050700000000ULL
#define TDX_SYS_INCOMPATIBLE_SIGSTRUCT		0xc000050a00000000ULL
#define TDX_SYS_LP_INIT_NOT_PENDING		0xc000050b00000000ULL
#define TDX_SYS_CONFIG_NOT_PENDING		0xc000050c00000000ULL
#define TDX_INCOMPATIBLE_SEAM_CAPABILITIES	0xc000050d00000000ULL
#define TDX_KEY_GENERATION_FAILED		0x8000080000000000ULL
#define TDX_KEY_CONFIGURED			0x0000081500000000ULL
#define TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED	0xc000082500000000ULL
#define TDX_INCORRECT_CPUID_VALUE		0xc000090000000000ULL
#define TDX_LIMIT_CPUID_MAXVAL_SET		0xc000090100000000ULL
#define TDX_INCONSISTENT_CPUID_FIELD		0xc000090200000000ULL
#define TDX_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED	0xc000090400000000ULL
#define TDX_INVALID_WBINVD_SCOPE		0xc000090500000000ULL
#define TDX_INVALID_PKG_ID			0xc000090600000000ULL
#define TDX_CPUID_LEAF_NOT_SUPPORTED		0xc000090800000000ULL
#define TDX_SMRR_NOT_LOCKED			0xc000091000000000ULL
#define TDX_INVALID_SMRR_CONFIGURATION		0xc000091100000000ULL
#define TDX_SMRR_OVERLAPS_CMR			0xc000091200000000ULL
#define TDX_SMRR_LOCK_NOT_SUPPORTED		0xc000091300000000ULL
#define TDX_SMRR_NOT_SUPPORTED			0xc000091400000000ULL
#define TDX_INCONSISTENT_MSR			0xc000092000000000ULL
#define TDX_INCORRECT_MSR_VALUE			0xc000092100000000ULL
#define TDX_INVALID_TDMR			0xc0000a0000000000ULL
#define TDX_NON_ORDERED_TDMR			0xc0000a0100000000ULL
#define TDX_TDMR_OUTSIDE_CMRS			0xc0000a0200000000ULL
#define TDX_TDMR_ALREADY_INITIALIZED		0x00000a0300000000ULL
#define TDX_INVALID_PAMT			0xc0000a1000000000ULL
#define TDX_PAMT_OUTSIDE_CMRS			0xc0000a1100000000ULL
#define TDX_PAMT_OVERLAP			0xc0000a1200000000ULL
#define TDX_INVALID_RESERVED_IN_TDMR		0xc0000a2000000000ULL
#define TDX_NON_ORDERED_RESERVED_IN_TDMR	0xc0000a2100000000ULL
#define TDX_CMR_LIST_INVALID			0xc0000a2200000000ULL
#define TDX_METADATA_FIELD_ID_INCORRECT		0xc0000c0000000000ULL
#define TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT	0x00000c0b00000000ULL

/* Operand ids, the details of TDX_OPERAND_* */
#define OPERAND_RAX	0
#define OPERAND_RCX	1
#define OPERAND_RDX	2
#define OPERAND_R8	8
#define OPERAND_KET	187

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
