// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release 1.5.05.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "names.h"
#include "tdx_internal.h"
#include "tdx_release.h"

#define ALL_BITS	0xffffffff

static const struct tdx_cpuid_rule cpuid_rules[] = {
	{ 0xa, NO_SUBLEAF, .mask = { 0xff00, 0, 0xfffffff0, 0x8000 },
	  .value = { 0x800, 0, 0, 0x8000 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
};

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

static const struct tdx_field fields[] = {
	/* VENDOR_ID, BUILD_DATE, BUILD_NUM, and the version */
	{ 0x8800000200000001, .value = 20240407 },
	{ 0x8800000100000002, .value = 744 },
	{ 0x0800000100000005, .value = 5 },
	{ 0x0800000100000006, .value = 0 },
	/* MODULE_HV, MIN_UPDATE_HV, NO_DOWNGRADE, NUM_HANDOFF_PAGES, ... */
	{ 0x8900000100000000, .get = tdx_get_module_hv },
	{ 0x8900000100000001, .get = tdx_get_min_update_hv },
	{ 0x8900000000000002, .get = tdx_get_no_downgrade },
	{ 0x8900000100000003, .value = 13 },
	/* HANDOFF_DATA_VALID, HANDOFF_DATA_HV, HANDOFF_DATA_SIZE */
	{ 0x8900000000000004, .value = 0 },
	{ 0x8900000100000005, .value = 0 },
	{ 0x8900000200000006, .value = 0 },
	/* TDR_BASE_SIZE, TDCS_BASE_SIZE, TDVPS_BASE_SIZE and sizes per L2 VM */
	{ 0x9800000100000100, .value = 0x6000 },
	{ 0x9800000100000101, .value = 0x1000 },
	{ 0x9800000100000200, .value = 0x6000 },
	{ 0x9800000100000201, .value = 0x3000 },
	/* ATTRIBUTES_FIXED0 and 1, XFAM_FIXED0 and 1 */
	{ 0x1900000300000000, .value = 0x8000000070000001 },
	{ 0x1900000300000001, .value = 0 },
	{ 0x1900000300000002, .value = 0x18e7 },
	{ 0x1900000300000003, .value = 0x3 },
	/* NUM_CPUID_CONFIG, CONFIG_FLAGS_FIXED0 and 1, MAX_VCPUS_PER_TD */
	{ 0x9900000100000004, .value = ARRAY_SIZE(cpuid_config_leaves) },
	{ 0x9900000300000006, .value = 0x7 },
	{ 0x9900000300000007, .value = 0 },
	/* CPUID_CONFIG_LEAVES, CPUID_CONFIG_VALUES */
	{ 0x9900000300000400, .elements = 32,
	  .known = ARRAY_SIZE(cpuid_config_leaves),
	  .values = cpuid_config_leaves, .value = ~0ULL },
	{ 0x9900000300000500, .elements = 64,
	  .known = ARRAY_SIZE(cpuid_config_values),
	  .values = cpuid_config_values },
	/* IA32_ARCH_CAPABILITIES_CONFIG_MASK */
	{ 0x9900000300000600, .value = 0x1180010 },
	/* NUM_ALLOWED_FMS, NUM_DISALLOWED_FMS, ALLOWED_FMS, DISALLOWED_FMS */
	{ 0x9900000100000800, .value = ARRAY_SIZE(allowed_fms) },
	{ 0x9900000100000801, .value = 0 },
	{ 0x9900000300000810, .elements = 64, .known = ARRAY_SIZE(allowed_fms),
	  .values = allowed_fms },
	{ 0x9900000300000850, .elements = 64 },
	/* MIG_ATTRIBUTES, {MIN,MAX}_EXPORT_VERSION, {MIN,MAX}_IMPORT_VERSION */
	{ 0xa000000300000000, .value = 0 },
	{ 0x2000000100000001, .value = 0 },
	{ 0x2000000100000002, .value = 0 },
	{ 0x2000000100000003, .value = 0 },
	{ 0x2000000100000004, .value = 0 },
	/* MAX_MIGS, NUM_{IMMUTABLE,TD,VP}_STATE_PAGES */
	{ 0xa000000100000010, .value = 512 },
	{ 0xa000000000000020, .value = 4 },
	{ 0xa000000000000021, .value = 2 },
	{ 0xa000000000000022, .value = 5 },
	/* MAX_SERV_TDS, SERVTD_ATTR_FIXED0 and 1 */
	{ 0xa100000100000000, .value = 1 },
	{ 0xa100000300000001, .value = 0x7ff00000001 },
	{ 0xa100000300000002, .value = 0 },
	/* GUEST_L2_GPA_ATTR_MASK, VM_CTLS_FIXED0 and 1 */
	{ 0xa200000100000000, .value = 0x807f },
	{ 0xa200000300000001, .value = 0x1 },
	{ 0xa200000300000002, .value = 0 },
	/* VCPU_L2_CTLS_FIXED0 and 1, VCPU_L2_DEBUG_CTLS_FIXED0 and 1 */
	{ 0xa200000300000003, .value = 0x3 },
	{ 0xa200000300000004, .value = 0 },
	{ 0xa200000300000005, .value = 0x7 },
	{ 0xa200000300000006, .value = 0 },
};

const struct tdx_release tdx_release_1_5_05 = {
	.name = "1.5.05",
	.base = &tdx_release_1_5_01,
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.cpuid_rules = cpuid_rules,
	.nr_cpuid_rules = ARRAY_SIZE(cpuid_rules),
	.features = 0x1f0fbf,
	.versioned_leaves = (const u8[]){
		TDH_MEM_SEPT_ADD, TDH_MNG_RD, TDH_VP_INIT, TDH_MEM_PAGE_PROMOTE,
		TDH_VP_RD, TDH_MEM_SEPT_REMOVE, 0
	},
	.arch_capabilities = { .set = 0x20fd6b, .clear = BIT_ULL(2) | BIT_ULL(18) },
	/* Full-width writes of counters, and freezing them in SMM. */
	.perf_capabilities = { .set = BIT_ULL(13) | BIT_ULL(12) },
	/* Performance monitoring is available, and so is BTS. */
	.misc_enable = { .set = BIT_ULL(7), .clear = BIT_ULL(11) },
	.init_needs_entropy = true,
	.lp_init_needs_entropy = true,
};
