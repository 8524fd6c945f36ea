// SPDX-License-Identifier: GPL-2.0
/*
 * Names of SEAMCALLs, and of the completion codes of those that failed.
 *
 * See "Interface Function Completion Status Codes" in the TDX module 1.5 ABI
 * specification.  This has only the SEAMCALLs that initialize the TDX module.
 */
#define pr_fmt(fmt) "virt/tdx: " fmt

#include <linux/array_size.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/wordpart.h>

#include <asm/cpuid.h>
#include <asm/tdx.h>

#include "tdx.h"

/* What bits 31:0 of a completion code point at, see print_detail() */
enum tdx_detail {
	TDX_DETAIL_NONE,
	TDX_DETAIL_OPERAND,
	TDX_DETAIL_MSR,
	TDX_DETAIL_CPUID,
	TDX_DETAIL_PACKAGE,
	TDX_DETAIL_SMRR,
	TDX_DETAIL_SMRR_CMR,
	TDX_DETAIL_TDMR,
	TDX_DETAIL_RESERVED_AREA,
	TDX_DETAIL_PAMT,
	TDX_DETAIL_PAMT_TDMR,
};

/*
 * The names of bits 31:0, or of the bytes in them from the lowest on.  Levels 0,
 * 1 and 2 of a PAMT are 4K, 2M and 1G.
 */
static const char * const tdx_fields[] = {
	[TDX_DETAIL_NONE]		= "",
	[TDX_DETAIL_OPERAND]		= "",
	[TDX_DETAIL_MSR]		= "MSR",
	[TDX_DETAIL_CPUID]		= "CPUID",
	[TDX_DETAIL_PACKAGE]		= "package\0",
	[TDX_DETAIL_SMRR]		= "SMRR\0",
	[TDX_DETAIL_SMRR_CMR]		= "SMRR\0CMR\0",
	[TDX_DETAIL_TDMR]		= "TDMR\0",
	[TDX_DETAIL_RESERVED_AREA]	= "TDMR\0reserved area\0",
	[TDX_DETAIL_PAMT]		= "TDMR\0PAMT level\0",
	[TDX_DETAIL_PAMT_TDMR]		= "TDMR\0PAMT level\0TDMR\0",
};

/* @code is bits 47:32 of the completion code, @name follows "TDX_" */
struct tdx_code {
	u16 code;
	u8 detail;
	const char *name;
} __packed __aligned(4);

#define TDX_CODE(_code, _name, _detail) \
	{ .code = _code, .name = #_name, .detail = TDX_DETAIL_##_detail }

static const struct tdx_code tdx_codes[] = {
	TDX_CODE(0x0200, OPERAND_BUSY,			OPERAND),
	TDX_CODE(0x0202, SYS_BUSY,				NONE),
	TDX_CODE(0x0203, RND_NO_ENTROPY,			NONE),
	TDX_CODE(0x0800, KEY_GENERATION_FAILED,		NONE),
	TDX_CODE(0x0100, OPERAND_INVALID,			OPERAND),
	TDX_CODE(0x0101, OPERAND_ADDR_RANGE_ERROR,		OPERAND),
	TDX_CODE(0x0500, SYS_INIT_NOT_PENDING,		NONE),
	TDX_CODE(0x0502, SYS_LP_INIT_NOT_DONE,		NONE),
	TDX_CODE(0x0503, SYS_LP_INIT_DONE,			NONE),
	TDX_CODE(0x0505, SYS_NOT_READY,			NONE),
	TDX_CODE(0x0506, SYS_SHUTDOWN,			NONE),
	TDX_CODE(0x0507, SYS_KEY_CONFIG_NOT_PENDING,	NONE),
	TDX_CODE(0x050a, SYS_INCOMPATIBLE_SIGSTRUCT,	NONE),
	TDX_CODE(0x050b, SYS_LP_INIT_NOT_PENDING,		NONE),
	TDX_CODE(0x050c, SYS_CONFIG_NOT_PENDING,		NONE),
	TDX_CODE(0x050d, INCOMPATIBLE_SEAM_CAPABILITIES,	NONE),
	TDX_CODE(0x0511, CRYPTO_SELF_TEST_FAILED,		NONE),
	TDX_CODE(0x0825, NUM_ACTIVATED_HKIDS_NOT_SUPPORTED,	NONE),
	TDX_CODE(0x0900, INCORRECT_CPUID_VALUE,		NONE),
	TDX_CODE(0x0901, LIMIT_CPUID_MAXVAL_SET,		NONE),
	TDX_CODE(0x0902, INCONSISTENT_CPUID_FIELD,		NONE),
	TDX_CODE(0x0904, CPUID_LEAF_1F_FORMAT_UNRECOGNIZED,	NONE),
	TDX_CODE(0x0905, INVALID_WBINVD_SCOPE,		NONE),
	TDX_CODE(0x0906, INVALID_PKG_ID,			PACKAGE),
	TDX_CODE(0x0908, CPUID_LEAF_NOT_SUPPORTED,		CPUID),
	TDX_CODE(0x0910, SMRR_NOT_LOCKED,			SMRR),
	TDX_CODE(0x0911, INVALID_SMRR_CONFIGURATION,	SMRR),
	TDX_CODE(0x0912, SMRR_OVERLAPS_CMR,			SMRR_CMR),
	TDX_CODE(0x0913, SMRR_LOCK_NOT_SUPPORTED,		NONE),
	TDX_CODE(0x0914, SMRR_NOT_SUPPORTED,		NONE),
	TDX_CODE(0x0920, INCONSISTENT_MSR,			MSR),
	TDX_CODE(0x0921, INCORRECT_MSR_VALUE,		MSR),
	TDX_CODE(0x0a00, INVALID_TDMR,			TDMR),
	TDX_CODE(0x0a01, NON_ORDERED_TDMR,			TDMR),
	TDX_CODE(0x0a02, TDMR_OUTSIDE_CMRS,			TDMR),
	TDX_CODE(0x0a10, INVALID_PAMT,			PAMT),
	TDX_CODE(0x0a11, PAMT_OUTSIDE_CMRS,			PAMT),
	TDX_CODE(0x0a12, PAMT_OVERLAP,			PAMT_TDMR),
	TDX_CODE(0x0a20, INVALID_RESERVED_IN_TDMR,		RESERVED_AREA),
	TDX_CODE(0x0a21, NON_ORDERED_RESERVED_IN_TDMR,	RESERVED_AREA),
	TDX_CODE(0x0a22, CMR_LIST_INVALID,			NONE),
	TDX_CODE(0x0c00, METADATA_FIELD_ID_INCORRECT,	NONE),
	TDX_CODE(0x0c02, METADATA_FIELD_NOT_READABLE,	NONE),
	TDX_CODE(0x0f50, SMRR_OVERLAPS_IORANGE,		NONE),
};

static const char *tdx_leaf_name(u64 fn)
{
	switch (fn) {
	case TDH_SYS_KEY_CONFIG:
		return "TDH.SYS.KEY.CONFIG";
	case TDH_SYS_INIT:
		return "TDH.SYS.INIT";
	case TDH_SYS_RD:
		return "TDH.SYS.RD";
	case TDH_SYS_LP_INIT:
		return "TDH.SYS.LP.INIT";
	case TDH_SYS_TDMR_INIT:
		return "TDH.SYS.TDMR.INIT";
	case TDH_SYS_CONFIG:
		return "TDH.SYS.CONFIG";
	default:
		return "unknown leaf";
	}
}

static const char *tdx_operand_name(u32 id)
{
	switch (id) {
	case 0:
		return "RAX";
	case 1:
		return "RCX";
	case 2:
		return "RDX";
	case 8:
		return "R8";
	case 96:
		return "TDMR_INFO";
	case 184:
		return "SYS";
	case 185:
		return "TDMR";
	case 187:
		return "key table";
	default:
		return NULL;
	}
}

static void print_detail(char *buf, size_t size, enum tdx_detail detail, u32 info)
{
	const char *field = tdx_fields[detail];
	int len = 0;

	switch (detail) {
	case TDX_DETAIL_OPERAND:
		if (tdx_operand_name(info))
			snprintf(buf, size, ", %s", tdx_operand_name(info));
		else
			snprintf(buf, size, ", operand %u", info);
		break;
	case TDX_DETAIL_MSR:
	case TDX_DETAIL_CPUID:
		snprintf(buf, size, ", %s 0x%x", field, info);
		break;
	default:
		for (; *field; field += strlen(field) + 1, info >>= 8)
			len += scnprintf(buf + len, size - len, ", %s %u", field, (u8)info);
	}
}

/**
 * tdx_print_seamcall_err - log a SEAMCALL that failed, with names
 * @fn: the leaf
 * @err: the completion code
 *
 * Log one line with the numbers and names of both, and with what bits 31:0 of
 * the completion code point at.  For a leaf that acts on the CPU or the
 * package that it is made on, add the CPU.
 *
 * Context: Any.  With such a leaf, on the CPU that made the SEAMCALL.
 */
void tdx_print_seamcall_err(u64 fn, u64 err)
{
	const char *name = "UNKNOWN";
	char detail[48] = "", cpu[16] = "";
	int i;

	if (fn == TDH_SYS_INIT || fn == TDH_SYS_LP_INIT || fn == TDH_SYS_KEY_CONFIG)
		snprintf(cpu, sizeof(cpu), " on CPU %d", raw_smp_processor_id());

	for (i = 0; i < ARRAY_SIZE(tdx_codes); i++) {
		if (tdx_codes[i].code != (u16)TDX_STATUS(err))
			continue;
		name = tdx_codes[i].name;
		print_detail(detail, sizeof(detail), tdx_codes[i].detail, lower_32_bits(err));
		break;
	}

	pr_err("SEAMCALL (0x%016llx) failed: 0x%016llx (%s%s: TDX_%s%s)\n",
	       fn, err, tdx_leaf_name(fn), cpu, name, detail);
}

/**
 * tdx_print_cpuid_err - log the CPUID leaf that the TDX module refuses
 * @err: the completion code of TDH.SYS.INIT or TDH.SYS.LP.INIT
 * @args: the output registers of the SEAMCALL
 *
 * Log one line for each register of the leaf that the TDX module has compared,
 * with its value on this CPU and, if known, the required one.  Do nothing if
 * @err is not about a CPUID leaf.
 *
 * Context: On the CPU that made the SEAMCALL, not preemptible.
 */
void tdx_print_cpuid_err(u64 err, const struct tdx_module_args *args)
{
	u32 leaf = lower_32_bits(args->rcx), subleaf = upper_32_bits(args->rcx);
	u32 mask[] = {
		lower_32_bits(args->rdx), upper_32_bits(args->rdx),
		lower_32_bits(args->r8), upper_32_bits(args->r8),
	};
	u32 expected[] = {
		lower_32_bits(args->r9), upper_32_bits(args->r9),
		lower_32_bits(args->r10), upper_32_bits(args->r10),
	};
	u32 regs[4];
	int i;

	if (TDX_STATUS(err) != TDX_INCORRECT_CPUID_VALUE &&
	    TDX_STATUS(err) != TDX_INCONSISTENT_CPUID_FIELD)
		return;

	/* The leaf has no subleaves. */
	if (subleaf == U32_MAX)
		subleaf = 0;

	cpuid_count(leaf, subleaf, &regs[0], &regs[1], &regs[2], &regs[3]);

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		if (!mask[i])
			continue;
		if (TDX_STATUS(err) == TDX_INCONSISTENT_CPUID_FIELD)
			pr_err("CPUID 0x%x.%u E%cX on CPU %d is 0x%08x, with mask 0x%08x it has to be the same on all CPUs\n",
			       leaf, subleaf, "ABCD"[i], raw_smp_processor_id(),
			       regs[i], mask[i]);
		else
			pr_err("CPUID 0x%x.%u E%cX is 0x%08x, with mask 0x%08x it has to be 0x%08x\n",
			       leaf, subleaf, "ABCD"[i], regs[i], mask[i], expected[i]);
	}
}
