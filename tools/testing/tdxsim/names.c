// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names for the numbers in names.h, in rules and in debugfs.
 */
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/string.h>
#include <linux/types.h>

#include "names.h"
#include "tdxsim.h"

struct name {
	const char *name;
	u64 value;
};

#define CODE(code)	{ .name = #code, .value = code }
#define OPERAND(id)	{ .name = #id, .value = OPERAND_##id }

static const struct name leaves[] = {
	{ "TDH.MEM.SEPT.ADD", TDH_MEM_SEPT_ADD },
	{ "TDH.MNG.RD", TDH_MNG_RD },
	{ "TDH.VP.INIT", TDH_VP_INIT },
	{ "TDH.MEM.PAGE.PROMOTE", TDH_MEM_PAGE_PROMOTE },
	{ "TDH.PHYMEM.PAGE.RDMD", TDH_PHYMEM_PAGE_RDMD },
	{ "TDH.VP.RD", TDH_VP_RD },
	{ "TDH.MEM.SEPT.REMOVE", TDH_MEM_SEPT_REMOVE },
	{ "TDH.SYS.KEY.CONFIG", TDH_SYS_KEY_CONFIG },
	{ "TDH.SYS.INFO", TDH_SYS_INFO },
	{ "TDH.SYS.INIT", TDH_SYS_INIT },
	{ "TDH.SYS.RD", TDH_SYS_RD },
	{ "TDH.SYS.LP.INIT", TDH_SYS_LP_INIT },
	{ "TDH.SYS.TDMR.INIT", TDH_SYS_TDMR_INIT },
	{ "TDH.SYS.RDALL", TDH_SYS_RDALL },
	{ "TDH.SYS.LP.SHUTDOWN", TDH_SYS_LP_SHUTDOWN },
	{ "TDH.SYS.CONFIG", TDH_SYS_CONFIG },
	{ "TDH.SYS.SHUTDOWN", TDH_SYS_SHUTDOWN },
	{ "TDH.SYS.UPDATE", TDH_SYS_UPDATE },
	{ "TDH.PHYMEM.PAMT.ADD", TDH_PHYMEM_PAMT_ADD },
	{ "TDH.PHYMEM.PAMT.REMOVE", TDH_PHYMEM_PAMT_REMOVE },
};

static const struct name codes[] = {
	CODE(TDX_SUCCESS),
	CODE(TDX_KEY_CONFIGURED),
	CODE(TDX_TDMR_ALREADY_INITIALIZED),
	CODE(TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT),
	CODE(TDX_METADATA_FIELD_SKIP),
	CODE(TDX_OPERAND_BUSY),
	CODE(TDX_SYS_BUSY),
	CODE(TDX_RND_NO_ENTROPY),
	CODE(TDX_KEY_GENERATION_FAILED),
	CODE(TDX_OPERAND_INVALID),
	CODE(TDX_OPERAND_ADDR_RANGE_ERROR),
	CODE(TDX_PAGE_NOT_FREE),
	CODE(TDX_HPA_RANGE_NOT_FREE),
	CODE(TDX_PAMT_PAGES_MISSING),
	CODE(TDX_PAMT_PAGES_IN_USE),
	CODE(TDX_SYS_INIT_NOT_PENDING),
	CODE(TDX_SYS_LP_INIT_NOT_DONE),
	CODE(TDX_SYS_LP_INIT_DONE),
	CODE(TDX_SYS_NOT_READY),
	CODE(TDX_SYS_SHUTDOWN),
	CODE(TDX_SYS_KEY_CONFIG_NOT_PENDING),
	CODE(TDX_SYS_STATE_INCORRECT),
	CODE(TDX_SYS_INVALID_HANDOFF),
	CODE(TDX_SYS_INCOMPATIBLE_SIGSTRUCT),
	CODE(TDX_SYS_LP_INIT_NOT_PENDING),
	CODE(TDX_SYS_CONFIG_NOT_PENDING),
	CODE(TDX_INCOMPATIBLE_SEAM_CAPABILITIES),
	CODE(TDX_CRYPTO_SELF_TEST_FAILED),
	CODE(TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED),
	CODE(TDX_INCORRECT_CPUID_VALUE),
	CODE(TDX_LIMIT_CPUID_MAXVAL_SET),
	CODE(TDX_INCONSISTENT_CPUID_FIELD),
	CODE(TDX_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED),
	CODE(TDX_INVALID_WBINVD_SCOPE),
	CODE(TDX_INVALID_PKG_ID),
	CODE(TDX_CPUID_LEAF_NOT_SUPPORTED),
	CODE(TDX_SMRR_NOT_LOCKED),
	CODE(TDX_INVALID_SMRR_CONFIGURATION),
	CODE(TDX_SMRR_OVERLAPS_CMR),
	CODE(TDX_SMRR_LOCK_NOT_SUPPORTED),
	CODE(TDX_SMRR_NOT_SUPPORTED),
	CODE(TDX_INCONSISTENT_MSR),
	CODE(TDX_INCORRECT_MSR_VALUE),
	CODE(TDX_INVALID_TDMR),
	CODE(TDX_NON_ORDERED_TDMR),
	CODE(TDX_TDMR_OUTSIDE_CMRS),
	CODE(TDX_INVALID_PAMT),
	CODE(TDX_PAMT_OUTSIDE_CMRS),
	CODE(TDX_PAMT_OVERLAP),
	CODE(TDX_INVALID_RESERVED_IN_TDMR),
	CODE(TDX_NON_ORDERED_RESERVED_IN_TDMR),
	CODE(TDX_CMR_LIST_INVALID),
	CODE(TDX_METADATA_FIELD_ID_INCORRECT),
	CODE(TDX_METADATA_FIELD_NOT_READABLE),
	CODE(TDX_SMRR_OVERLAPS_IORANGE),
};

static const struct name operands[] = {
	OPERAND(RAX),
	OPERAND(RCX),
	OPERAND(RDX),
	OPERAND(R8),
	OPERAND(R9),
	OPERAND(R10),
	OPERAND(TDMR_INFO),
	OPERAND(SYS),
	OPERAND(TDMR),
	OPERAND(KEY_TABLE),
};

static bool find(const struct name *names, unsigned int nr, const char *name,
		 u64 *value)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(names[i].name, name)) {
			*value = names[i].value;
			return true;
		}
	}

	return false;
}

bool tdxsim_find_leaf(const char *name, u64 *leaf)
{
	return find(leaves, ARRAY_SIZE(leaves), name, leaf);
}

bool tdxsim_find_code(const char *name, u64 *code)
{
	return find(codes, ARRAY_SIZE(codes), name, code);
}

bool tdxsim_find_operand(const char *name, u64 *id)
{
	return find(operands, ARRAY_SIZE(operands), name, id);
}

/* NULL for a leaf without a name. */
const char *tdxsim_leaf_name(u64 leaf)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		if (leaves[i].value == leaf)
			return leaves[i].name;
	}

	return NULL;
}
