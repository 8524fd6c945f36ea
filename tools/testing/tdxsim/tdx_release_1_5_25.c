// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release 1.5.25.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "names.h"
#include "tdx_internal.h"
#include "tdx_release.h"

#define ALL_BITS	0xffffffff

static const struct tdx_cpuid_rule cpuid_rules[] = {
	{ 0x7, 0, .mask = { ALL_BITS, 0x219424c3, 0x99000000, 0xfc082600 },
	  .value = { 0x2, 0x219424c3, 0x99000000, 0xfc080400 },
	  .same = { ALL_BITS, 0xfffffffb, 0xbfc17f6f, 0xffebffff } },
	{ 0xa, NO_SUBLEAF, .mask = { 0xff00, 0, 0xffffff80, 0x8000 },
	  .value = { 0x800, 0, 0, 0x8000 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x80000008, NO_SUBLEAF, .mask = { 0, 0x200, 0, 0 },
	  .value = { 0, 0x200, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x23, 1, .mask = { 0xffffff00, 0xffffff80, 0, 0 },
	  .value = { 0, 0, 0, 0 },
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
	0xffffffff00000019, 0x0000000000000018, 0x0000000100000018,
	0x0000000200000018, 0x0000000300000018, 0x0000000400000018,
	0x0000000500000018, 0x0000000600000018, 0x0000000700000018,
	0x0000000800000018,
};

/* EAX and EBX, then ECX and EDX of each leaf above. */
static const u64 cpuid_config_values[] = {
	0x00ff00000fff3fff, 0x1800508001000000,
	0xfffff000ffffc3ff, 0x00000007ffffffff,
	0xfffff000ffffc3ff, 0x00000007ffffffff,
	0xfffff000ffffc3ff, 0x00000007ffffffff,
	0xfffff000ffffc3ff, 0x00000007ffffffff,
	0x0000000000000000, 0x4000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x000000000000000f, 0x0000000000000000,
	0x00000200000000ff, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x03ffc00000000000,
	0x0000000000000000, 0x03ffc00000000000,
	0x0000000000000000, 0x03ffc00000000000,
	0x0000000000000000, 0x03ffc00000000000,
	0x0000000000000000, 0x03ffc00000000000,
	0x0000000000000000, 0x03ffc00000000000,
	0x0000000000000000, 0x03ffc00000000000,
	0x0000000000000000, 0x03ffc00000000000,
	0x0000000000000000, 0x03ffc00000000000,
};

static const struct tdx_field fields[] = {
	/* UPDATE_VERSION */
	{ 0x0800000100000005, .value = 25 },
	/* PAMT_PAGE_BITMAP_ENTRY_BITS, MIN_DYNAMIC_PAMT_NUM_HKID_BITS */
	{ 0x9100000000000013, .value = 1 },
	{ 0x9100000000000014, .get = tdx_get_min_hkid_bits },
	/* ATTRIBUTES_FIXED0 */
	{ 0x1900000300000000, .value = 0x8000000070010001 },
	/* NUM_CPUID_CONFIG, CONFIG_FLAGS_FIXED0 */
	{ 0x9900000100000004, .value = ARRAY_SIZE(cpuid_config_leaves) },
	{ 0x9900000300000006, .value = 0x1f },
	/* MIN_VIRT_MAXPA, MAX_EVENT_FILTERS */
	{ 0x9900000000000009, .value = 45 },
	{ 0x990000010000000a, .value = 512 },
	/* CPUID_CONFIG_LEAVES, CPUID_CONFIG_VALUES */
	{ 0x9900000300000400, .elements = 32,
	  .known = ARRAY_SIZE(cpuid_config_leaves),
	  .values = cpuid_config_leaves, .value = ~0ULL },
	{ 0x9900000300000500, .elements = 64,
	  .known = ARRAY_SIZE(cpuid_config_values),
	  .values = cpuid_config_values },
	/* NUM_VP_STATE_PAGES */
	{ 0xa000000000000022, .value = 9 },
};

const struct tdx_release tdx_release_1_5_25 = {
	.name = "1.5.25",
	.base = &tdx_release_1_5_05,
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.cpuid_rules = cpuid_rules,
	.nr_cpuid_rules = ARRAY_SIZE(cpuid_rules),
	.features = 0xd1326f3f0fbf,
	.versioned_leaves = (const u8[]){
		TDH_MEM_SEPT_ADD, TDH_MNG_RD, TDH_VP_INIT, TDH_MEM_PAGE_PROMOTE,
		TDH_VP_RD, TDH_MEM_SEPT_REMOVE,
		TDH_SYS_INIT, TDH_SYS_UPDATE, 0
	},
	.arch_capabilities = { .set = 0x20fd6b, .clear = BIT_ULL(2) | BIT_ULL(18) },
	/* Full-width writes of counters, and freezing them in SMM. */
	.perf_capabilities = { .set = BIT_ULL(13) | BIT_ULL(12) },
	/* Performance monitoring is available, and so is BTS. */
	.misc_enable = { .set = BIT_ULL(7), .clear = BIT_ULL(11) },
	.any_pa_width = true,
	.strict_subleaves = true,
	.init_needs_entropy = true,
	.dynamic_pamt_pages = 4096,
	.shutdown_option = true,
	.module_hv = 1,
	.no_downgrade = true,
};
