// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.RD: global metadata fields.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "tdx_internal.h"

/*
 * Field id bits: 23:0 field code, 33:32 element size, 54:52 context, 61:56 class,
 * 63 non-architectural.
 */
#define FIELD_CODE		GENMASK_ULL(23, 0)
#define FIELD_SIZE_SHIFT	32
#define FIELD_SIZE		GENMASK_ULL(33, 32)
#define FIELD_CONTEXT		GENMASK_ULL(54, 52)
#define FIELD_CLASS		GENMASK_ULL(61, 56)
#define FIELD_RESERVED		(GENMASK_ULL(31, 24) | GENMASK_ULL(49, 34) | \
				 BIT_ULL(55) | BIT_ULL(62))
/* Releases before 2.0 do not look at it. */
#define FIELD_WRITE_MASK_VALID	BIT_ULL(51)
#define FIELD_NONE		(~0ULL)

/* Releases that have a field, and the value given: all from 1.5 on for 0. */
#define V1_5_01			BIT(TDX_MODULE_1_5_01)
#define V1_5_05			BIT(TDX_MODULE_1_5_05)
#define V2_0_08			BIT(TDX_MODULE_2_0_08)
#define V1_5			(V1_5_01 | V1_5_05)
#define FROM_1_5_05		(V1_5_05 | V2_0_08)

struct sys_field {
	u64 id;
	unsigned int versions;
	/* Array elements, 0 is an array of one. */
	unsigned int elements;
	/* The first known elements of an array, the rest have the value. */
	unsigned int known;
	const u64 *values;
	u64 value;
	/* Where the value is a property of the platform. */
	u64 (*get)(const struct tdx_platform *platform, unsigned int element);
};

static u64 get_packages(const struct tdx_platform *platform,
			unsigned int element)
{
	return platform->packages;
}

static u64 get_fms(const struct tdx_platform *platform, unsigned int element)
{
	return element < platform->packages ? platform->fms : 0;
}

static u64 get_cmr_base(const struct tdx_platform *platform,
			unsigned int element)
{
	return platform->cmrs[element].base;
}

static u64 get_cmr_size(const struct tdx_platform *platform,
			unsigned int element)
{
	return platform->cmrs[element].size;
}

/* 1.5.01 has no topology enumeration, so none of leaf 0x1f. */
#define CPUID_CONFIGS_1_5_01	12

/* Leaf in 31:0 and subleaf in 63:32, all ones where a leaf has none. */
static const u64 cpuid_config_leaves[] = {
	0xffffffff00000001, 0x0000000000000004, 0x0000000100000004,
	0x0000000200000004, 0x0000000300000004, 0x0000000000000007,
	0x0000000100000007, 0xffffffff0000000a, 0xffffffff0000001c,
	0xffffffff80000008, 0x0000000200000007, 0x0000000000000023,
	0x000000000000001f, 0x000000010000001f, 0x000000020000001f,
	0x000000030000001f, 0x000000040000001f, 0x000000050000001f,
};

/* EAX and EBX, then ECX and EDX of each leaf above. */
static const u64 cpuid_config_values[] = {
	0x00ff00000fff3fff, 0x1800000001000000,
	0xfffff000ffffc3ff, 0xfffffffbffffffff,
	0xfffff000ffffc3ff, 0xfffffffbffffffff,
	0xfffff000ffffc3ff, 0xfffffffbffffffff,
	0xfffff000ffffc3ff, 0x00000007ffffffff,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x000000000000000f, 0x0000000000000000,
	0x0000020000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
};

static const u64 allowed_fms[] = { 0x806f8 };

/*
 * In the order in which TDH.SYS.RD names the next field. All are known of 1.5.05
 * only: where a value of another release is not known, or where it is not
 * known that it has the field, the field is left out, as if it had none.
 */
static const struct sys_field sys_fields[] = {
	/* NUM_PKGS, PKG_FMS */
	{ 0x0000000200000000, .get = get_packages },
	{ 0x0000000200000001, .elements = TDX_MAX_PKGS, .get = get_fms },
	/* VENDOR_ID, BUILD_DATE, BUILD_NUM, and the version */
	{ 0x0800000200000000, .value = 0x8086 },
	{ 0x8800000200000001, V1_5_05, .value = 20240407 },
	{ 0x8800000100000002, V1_5_05, .value = 744 },
	{ 0x8800000100000002, V2_0_08, .value = 882 },
	{ 0x0800000100000003, V1_5, .value = 5 },
	{ 0x0800000100000003, V2_0_08, .value = 0 },
	{ 0x0800000100000004, V1_5, .value = 1 },
	{ 0x0800000100000004, V2_0_08, .value = 2 },
	{ 0x0800000100000005, V1_5_01, .value = 1 },
	{ 0x0800000100000005, V1_5_05, .value = 5 },
	{ 0x0800000100000005, V2_0_08, .value = 8 },
	{ 0x0800000100000006, V1_5_05, .value = 0 },
	/* MODULE_HV, MIN_UPDATE_HV, NO_DOWNGRADE, NUM_HANDOFF_PAGES, ... */
	{ 0x8900000100000000, V1_5_05, .value = 0 },
	{ 0x8900000100000001, V1_5_05, .value = 0 },
	{ 0x8900000000000002, V1_5_05, .value = 0 },
	{ 0x8900000100000003, V1_5_05, .value = 13 },
	/* HANDOFF_DATA_VALID, HANDOFF_DATA_HV, HANDOFF_DATA_SIZE */
	{ 0x8900000000000004, V1_5_05, .value = 0 },
	{ 0x8900000100000005, V1_5_05, .value = 0 },
	{ 0x8900000200000006, V1_5_05, .value = 0 },
	/* SYS_ATTRIBUTES, NUM_TDX_FEATURES, TDX_FEATURES0 */
	{ 0x0a00000200000000, .value = 0 },
	{ 0x0a00000000000001, .value = 1 },
	{ 0x0a00000300000008, V1_5_01, .value = 0x0f0fbf },
	/* 2.0.08 has more of them, which ones is not known. */
	{ 0x0a00000300000008, FROM_1_5_05, .value = 0x1f0fbf },
	/* NUM_CMRS counts the slots, CMR_BASE, CMR_SIZE */
	{ 0x9000000100000000, .value = TDX_MAX_CMRS },
	{ 0x9000000300000080, .elements = TDX_MAX_CMRS, .get = get_cmr_base },
	{ 0x9000000300000100, .elements = TDX_MAX_CMRS, .get = get_cmr_size },
	/* MAX_TDMRS, MAX_RESERVED_PER_TDMR, PAMT_{4K,2M,1G}_ENTRY_SIZE */
	{ 0x9100000100000008, .value = TDX_MAX_TDMRS },
	{ 0x9100000100000009, .value = TDX_MAX_RSVD },
	{ 0x9100000100000010, .value = sizeof(struct tdx_pamt_entry) },
	{ 0x9100000100000011, .value = sizeof(struct tdx_pamt_entry) },
	{ 0x9100000100000012, .value = sizeof(struct tdx_pamt_entry) },
	/* PAMT_PAGE_BITMAP_ENTRY_BITS */
	{ 0x9100000000000013, V2_0_08, .value = 1 },
	/* TDR_BASE_SIZE, TDCS_BASE_SIZE, TDVPS_BASE_SIZE and sizes per L2 VM */
	{ 0x9800000100000000, .value = 0x1000 },
	{ 0x9800000100000100, V1_5_05, .value = 0x6000 },
	{ 0x9800000100000101, V1_5_05, .value = 0x1000 },
	{ 0x9800000100000200, V1_5_05, .value = 0x6000 },
	{ 0x9800000100000201, V1_5_05, .value = 0x3000 },
	/* ATTRIBUTES_FIXED0 and 1, XFAM_FIXED0 and 1 */
	{ 0x1900000300000000, V1_5_05, .value = 0x8000000070000001 },
	{ 0x1900000300000001, V1_5_05, .value = 0 },
	{ 0x1900000300000002, V1_5_05, .value = 0x18e7 },
	{ 0x1900000300000003, V1_5_05, .value = 0x3 },
	/* NUM_CPUID_CONFIG, CONFIG_FLAGS_FIXED0 and 1, MAX_VCPUS_PER_TD */
	{ 0x9900000100000004, V1_5_01, .value = CPUID_CONFIGS_1_5_01 },
	{ 0x9900000100000004, V1_5_05,
	  .value = ARRAY_SIZE(cpuid_config_leaves) },
	{ 0x9900000300000006, V1_5_05, .value = 0x7 },
	{ 0x9900000300000007, V1_5_05, .value = 0 },
	{ 0x9900000100000008, FROM_1_5_05, .value = 576 },
	/* CPUID_CONFIG_LEAVES, CPUID_CONFIG_VALUES */
	{ 0x9900000300000400, V1_5_01, .elements = 32,
	  .known = CPUID_CONFIGS_1_5_01,
	  .values = cpuid_config_leaves, .value = ~0ULL },
	{ 0x9900000300000400, V1_5_05, .elements = 32,
	  .known = ARRAY_SIZE(cpuid_config_leaves),
	  .values = cpuid_config_leaves, .value = ~0ULL },
	{ 0x9900000300000500, V1_5_05, .elements = 64,
	  .known = ARRAY_SIZE(cpuid_config_values),
	  .values = cpuid_config_values },
	/* IA32_ARCH_CAPABILITIES_CONFIG_MASK */
	{ 0x9900000300000600, V1_5_05, .value = 0x1180010 },
	/* NUM_ALLOWED_FMS, NUM_DISALLOWED_FMS, ALLOWED_FMS, DISALLOWED_FMS */
	{ 0x9900000100000800, V1_5_05, .value = ARRAY_SIZE(allowed_fms) },
	{ 0x9900000100000801, V1_5_05, .value = 0 },
	{ 0x9900000300000810, V1_5_05, .elements = 64,
	  .known = ARRAY_SIZE(allowed_fms), .values = allowed_fms },
	{ 0x9900000300000850, V1_5_05, .elements = 64 },
	/* MIG_ATTRIBUTES, {MIN,MAX}_EXPORT_VERSION, {MIN,MAX}_IMPORT_VERSION */
	{ 0xa000000300000000, V1_5_05, .value = 0 },
	{ 0x2000000100000001, V1_5_05, .value = 0 },
	{ 0x2000000100000002, V1_5_05, .value = 0 },
	{ 0x2000000100000003, V1_5_05, .value = 0 },
	{ 0x2000000100000004, V1_5_05, .value = 0 },
	/* MAX_MIGS, NUM_{IMMUTABLE,TD,VP}_STATE_PAGES */
	{ 0xa000000100000010, V1_5_05, .value = 512 },
	{ 0xa000000000000020, V1_5_05, .value = 4 },
	{ 0xa000000000000021, V1_5_05, .value = 2 },
	{ 0xa000000000000022, V1_5_05, .value = 5 },
	/* MAX_SERV_TDS, SERVTD_ATTR_FIXED0 and 1 */
	{ 0xa100000100000000, V1_5_05, .value = 1 },
	{ 0xa100000300000001, V1_5_05, .value = 0x7ff00000001 },
	{ 0xa100000300000002, V1_5_05, .value = 0 },
	/* GUEST_L2_GPA_ATTR_MASK, VM_CTLS_FIXED0 and 1 */
	{ 0xa200000100000000, V1_5_05, .value = 0x807f },
	{ 0xa200000300000001, V1_5_05, .value = 0x1 },
	{ 0xa200000300000002, V1_5_05, .value = 0 },
	/* VCPU_L2_CTLS_FIXED0 and 1, VCPU_L2_DEBUG_CTLS_FIXED0 and 1 */
	{ 0xa200000300000003, V1_5_05, .value = 0x3 },
	{ 0xa200000300000004, V1_5_05, .value = 0 },
	{ 0xa200000300000005, V1_5_05, .value = 0x7 },
	{ 0xa200000300000006, V1_5_05, .value = 0 },
};

static unsigned int field_elements(const struct sys_field *field)
{
	return field->elements ?: 1;
}

/* The first field of this release from this entry of the table on. */
static const struct sys_field *skip_fields(const struct tdx_module *m,
					   const struct sys_field *field)
{
	const struct sys_field *end = sys_fields + ARRAY_SIZE(sys_fields);

	while (field < end && field->versions &&
	       !(field->versions & BIT(m->platform.version)))
		field++;

	return field < end ? field : NULL;
}

/* Class and code alone name a field, size and the rest are ignored. */
static const struct sys_field *find_field(const struct tdx_module *m, u64 id)
{
	const struct sys_field *field;

	for (field = skip_fields(m, sys_fields); field;
	     field = skip_fields(m, field + 1)) {
		if ((field->id & FIELD_CLASS) == (id & FIELD_CLASS) &&
		    (id & FIELD_CODE) - (field->id & FIELD_CODE) <
		    field_elements(field))
			return field;
	}

	return NULL;
}

static u64 field_value(const struct tdx_module *m,
		       const struct sys_field *field, unsigned int element)
{
	unsigned int bits = 8 << ((field->id & FIELD_SIZE) >> FIELD_SIZE_SHIFT);
	u64 value = field->value;

	if (field->get)
		value = field->get(&m->platform, element);
	else if (element < field->known)
		value = field->values[element];

	return value & GENMASK_ULL(bits - 1, 0);
}

static u64 next_field_id(const struct tdx_module *m,
			 const struct sys_field *field, unsigned int element,
			 u64 id)
{
	if (element + 1 < field_elements(field))
		return (id & ~FIELD_CONTEXT) + 1;

	field = skip_fields(m, field + 1);
	return field ? field->id : FIELD_NONE;
}

/* TDH.SYS.RD: the only leaf here that asks whether its LP is initialised. */
u64 tdx_leaf_sys_rd(struct tdx_module *m, struct tdx_lp *lp,
		    struct tdx_regs *regs)
{
	const struct sys_field *field;
	unsigned int element;
	u64 id = regs->rdx;

	regs->rdx = FIELD_NONE;
	regs->r8 = 0;

	if (!lp->initialized)
		return TDX_SYS_LP_INIT_NOT_DONE;

	if ((id | FIELD_CONTEXT) == FIELD_NONE) {
		regs->rdx = skip_fields(m, sys_fields)->id;
		return TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
	}

	if (id & FIELD_RESERVED ||
	    (m->platform.version >= TDX_MODULE_2_0_08 &&
	     id & FIELD_WRITE_MASK_VALID))
		return TDX_METADATA_FIELD_ID_INCORRECT;

	field = find_field(m, id);
	if (!field)
		return TDX_METADATA_FIELD_ID_INCORRECT;

	element = (id & FIELD_CODE) - (field->id & FIELD_CODE);
	regs->rdx = next_field_id(m, field, element, id);
	regs->r8 = field_value(m, field, element);
	return TDX_SUCCESS;
}
