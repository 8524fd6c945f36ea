// SPDX-License-Identifier: GPL-2.0
/*
 * Names for SEAMCALLs that failed and for what the TDX module says of them.
 *
 * See "Interface Function Completion Status Codes" in the TDX module 1.5 ABI
 * specification.  Only the SEAMCALLs that initialize the TDX module are here.
 */
#define pr_fmt(fmt) "virt/tdx: " fmt

#include <linux/array_size.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/wordpart.h>

#include <asm/cpuid.h>
#include <asm/tdx.h>

#include "tdx.h"

/* What bits 31:0 of a completion code tell, see tdx_details. */
enum tdx_detail {
	TDX_DETAIL_NONE,
	TDX_DETAIL_OPERAND,
	TDX_DETAIL_MSR,
	TDX_DETAIL_CPUID,
	TDX_DETAIL_PACKAGE,
	/* One number in each byte from here on. */
	TDX_DETAIL_SMRR,
	TDX_DETAIL_SMRR_CMR,
	TDX_DETAIL_TDMR,
	TDX_DETAIL_RESERVED_AREA,
	TDX_DETAIL_PAMT,
	TDX_DETAIL_PAMT_TDMR,
};

static const char * const tdx_details[] = {
	[TDX_DETAIL_OPERAND]		= ", operand %u",
	[TDX_DETAIL_MSR]		= ", MSR 0x%x",
	[TDX_DETAIL_CPUID]		= ", CPUID 0x%x",
	[TDX_DETAIL_PACKAGE]		= ", package %u",
	[TDX_DETAIL_SMRR]		= ", SMRR %u",
	[TDX_DETAIL_SMRR_CMR]		= ", SMRR %u, CMR %u",
	[TDX_DETAIL_TDMR]		= ", TDMR %u",
	[TDX_DETAIL_RESERVED_AREA]	= ", TDMR %u, reserved area %u",
	/* Levels 0, 1 and 2 are 4K, 2M and 1G. */
	[TDX_DETAIL_PAMT]		= ", TDMR %u, PAMT level %u",
	[TDX_DETAIL_PAMT_TDMR]		= ", TDMR %u, PAMT level %u, TDMR %u",
};

/* @code is what TDX_STATUS() gives, @name comes after "TDX_". */
struct tdx_code {
	u32 code;
	enum tdx_detail detail;
	const char *name;
};

#define TDX_CODE(_code, _name, _detail) \
	{ .code = _code, .name = #_name, .detail = TDX_DETAIL_##_detail }

static const struct tdx_code tdx_codes[] = {
	TDX_CODE(0x00000815, KEY_CONFIGURED,			NONE),
	TDX_CODE(0x00000a03, TDMR_ALREADY_INITIALIZED,		NONE),
	TDX_CODE(0x80000200, OPERAND_BUSY,			OPERAND),
	TDX_CODE(0x80000202, SYS_BUSY,				NONE),
	TDX_CODE(0x80000203, RND_NO_ENTROPY,			NONE),
	TDX_CODE(0x80000800, KEY_GENERATION_FAILED,		NONE),
	TDX_CODE(0xc0000100, OPERAND_INVALID,			OPERAND),
	TDX_CODE(0xc0000101, OPERAND_ADDR_RANGE_ERROR,		OPERAND),
	TDX_CODE(0xc0000500, SYS_INIT_NOT_PENDING,		NONE),
	TDX_CODE(0xc0000502, SYS_LP_INIT_NOT_DONE,		NONE),
	TDX_CODE(0xc0000503, SYS_LP_INIT_DONE,			NONE),
	TDX_CODE(0xc0000505, SYS_NOT_READY,			NONE),
	TDX_CODE(0xc0000506, SYS_SHUTDOWN,			NONE),
	TDX_CODE(0xc0000507, SYS_KEY_CONFIG_NOT_PENDING,	NONE),
	TDX_CODE(0xc000050a, SYS_INCOMPATIBLE_SIGSTRUCT,	NONE),
	TDX_CODE(0xc000050b, SYS_LP_INIT_NOT_PENDING,		NONE),
	TDX_CODE(0xc000050c, SYS_CONFIG_NOT_PENDING,		NONE),
	TDX_CODE(0xc000050d, INCOMPATIBLE_SEAM_CAPABILITIES,	NONE),
	TDX_CODE(0xc0000511, CRYPTO_SELF_TEST_FAILED,		NONE),
	TDX_CODE(0xc0000825, NUM_ACTIVATED_HKIDS_NOT_SUPPORTED,	NONE),
	TDX_CODE(0xc0000900, INCORRECT_CPUID_VALUE,		NONE),
	TDX_CODE(0xc0000901, LIMIT_CPUID_MAXVAL_SET,		NONE),
	TDX_CODE(0xc0000902, INCONSISTENT_CPUID_FIELD,		NONE),
	TDX_CODE(0xc0000904, CPUID_LEAF_1F_FORMAT_UNRECOGNIZED,	NONE),
	TDX_CODE(0xc0000905, INVALID_WBINVD_SCOPE,		NONE),
	TDX_CODE(0xc0000906, INVALID_PKG_ID,			PACKAGE),
	TDX_CODE(0xc0000908, CPUID_LEAF_NOT_SUPPORTED,		CPUID),
	TDX_CODE(0xc0000910, SMRR_NOT_LOCKED,			SMRR),
	TDX_CODE(0xc0000911, INVALID_SMRR_CONFIGURATION,	SMRR),
	TDX_CODE(0xc0000912, SMRR_OVERLAPS_CMR,			SMRR_CMR),
	TDX_CODE(0xc0000913, SMRR_LOCK_NOT_SUPPORTED,		NONE),
	TDX_CODE(0xc0000914, SMRR_NOT_SUPPORTED,		NONE),
	TDX_CODE(0xc0000920, INCONSISTENT_MSR,			MSR),
	TDX_CODE(0xc0000921, INCORRECT_MSR_VALUE,		MSR),
	TDX_CODE(0xc0000a00, INVALID_TDMR,			TDMR),
	TDX_CODE(0xc0000a01, NON_ORDERED_TDMR,			TDMR),
	TDX_CODE(0xc0000a02, TDMR_OUTSIDE_CMRS,			TDMR),
	TDX_CODE(0xc0000a10, INVALID_PAMT,			PAMT),
	TDX_CODE(0xc0000a11, PAMT_OUTSIDE_CMRS,			PAMT),
	TDX_CODE(0xc0000a12, PAMT_OVERLAP,			PAMT_TDMR),
	TDX_CODE(0xc0000a20, INVALID_RESERVED_IN_TDMR,		RESERVED_AREA),
	TDX_CODE(0xc0000a21, NON_ORDERED_RESERVED_IN_TDMR,	RESERVED_AREA),
	TDX_CODE(0xc0000a22, CMR_LIST_INVALID,			NONE),
	TDX_CODE(0xc0000c00, METADATA_FIELD_ID_INCORRECT,	NONE),
	TDX_CODE(0xc0000c02, METADATA_FIELD_NOT_READABLE,	NONE),
	TDX_CODE(0xc0000f50, SMRR_OVERLAPS_IORANGE,		NONE),
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

static void tdx_describe_detail(enum tdx_detail detail, u32 info, char *buf, size_t size)
{
	const char *operand = tdx_operand_name(info);

	if (detail == TDX_DETAIL_OPERAND && operand)
		snprintf(buf, size, ", %s", operand);
	else if (detail >= TDX_DETAIL_SMRR)
		snprintf(buf, size, tdx_details[detail], info & 0xff,
			 info >> 8 & 0xff, info >> 16 & 0xff);
	else if (detail != TDX_DETAIL_NONE)
		snprintf(buf, size, tdx_details[detail], info);
}

/**
 * tdx_print_seamcall_err - log a SEAMCALL that failed, with names
 * @fn: the leaf
 * @err: the completion code, or the software defined one
 *
 * One line: the numbers, the names of both, and what bits 31:0 of the
 * completion code point at.  Also the CPU for those leaves that act on the CPU,
 * or on the package of the CPU, that they are made on.
 *
 * Context: Any.
 */
void tdx_print_seamcall_err(u64 fn, u64 err)
{
	const char *name = "UNKNOWN";
	char detail[48] = "", cpu[16] = "";
	int i;

	if (fn == TDH_SYS_INIT || fn == TDH_SYS_LP_INIT || fn == TDH_SYS_KEY_CONFIG)
		snprintf(cpu, sizeof(cpu), " on CPU %d", raw_smp_processor_id());

	switch (err) {
	case TDX_SEAMCALL_VMFAILINVALID:
		if (fn == TDH_SYS_INIT)
			pr_err("module not loaded by the BIOS\n");
		else
			pr_err("module does not answer anymore (%s%s)\n",
			       tdx_leaf_name(fn), cpu);
		return;
	case TDX_SEAMCALL_GP:
		pr_err("SEAMCALL took #GP (%s%s), the BIOS set up KeyIDs but did not enable SEAM\n",
		       tdx_leaf_name(fn), cpu);
		return;
	case TDX_SEAMCALL_UD:
		if (fn == TDH_SYS_INIT)
			pr_err("SEAMCALL took #UD (%s%s), the CPU does not offer it\n",
			       tdx_leaf_name(fn), cpu);
		else
			pr_err("SEAMCALL took #UD (%s%s), VMX is off on the CPU\n",
			       tdx_leaf_name(fn), cpu);
		return;
	}

	for (i = 0; i < ARRAY_SIZE(tdx_codes); i++) {
		if (tdx_codes[i].code != TDX_STATUS(err))
			continue;
		name = tdx_codes[i].name;
		tdx_describe_detail(tdx_codes[i].detail, lower_32_bits(err),
				    detail, sizeof(detail));
		break;
	}

	pr_err("SEAMCALL (0x%016llx) failed: 0x%016llx (%s%s: TDX_%s%s)\n",
	       fn, err, tdx_leaf_name(fn), cpu, name, detail);
}

/**
 * tdx_print_cpuid_err - log the CPUID leaf that the TDX module does not like
 * @err: the completion code of TDH.SYS.INIT or TDH.SYS.LP.INIT
 * @args: the registers that came back with it
 *
 * One line for each register of the leaf that is not as it has to be, or if that
 * cannot be told, that was compared, with its value on this CPU.  Does nothing
 * if @err is about something else.
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
	bool differs = false;
	u32 regs[4];
	int i;

	if (TDX_STATUS(err) != TDX_INCORRECT_CPUID_VALUE &&
	    TDX_STATUS(err) != TDX_INCONSISTENT_CPUID_FIELD)
		return;

	/* A leaf without subleaves. */
	if (subleaf == U32_MAX)
		subleaf = 0;

	cpuid_count(leaf, subleaf, &regs[0], &regs[1], &regs[2], &regs[3]);

	for (i = 0; i < ARRAY_SIZE(regs); i++)
		differs |= mask[i] && (regs[i] & mask[i]) != expected[i];

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		if (!mask[i])
			continue;
		if (TDX_STATUS(err) == TDX_INCONSISTENT_CPUID_FIELD)
			pr_err("CPUID 0x%x.%u E%cX on CPU %d is 0x%08x, with mask 0x%08x it has to be the same on all CPUs\n",
			       leaf, subleaf, "ABCD"[i], raw_smp_processor_id(),
			       regs[i], mask[i]);
		else if (!differs || (regs[i] & mask[i]) != expected[i])
			pr_err("CPUID 0x%x.%u E%cX is 0x%08x, with mask 0x%08x it has to be 0x%08x\n",
			       leaf, subleaf, "ABCD"[i], regs[i], mask[i], expected[i]);
	}
}
