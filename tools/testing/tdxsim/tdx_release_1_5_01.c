// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release 1.5.01. Fields whose values are not known are left out, as if it had
 * none.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "names.h"
#include "tdx_internal.h"
#include "tdx_release.h"

#define ALL_BITS	0xffffffff

/*
 * In the order of the module. What has to be the same on all LPs is that of
 * 1.5.05, as it was not measured with this release.
 */
static const struct tdx_cpuid_rule cpuid_rules[] = {
	{ 0x1, NO_SUBLEAF, .mask = { 0, 0xff00, 0x47faa217, 0x1fa9fbff },
	  .value = { 0, 0x800, 0x47faa217, 0x1fa9fbff },
	  .same = { 0xf000c000, 0xffff, 0xf7ffff9f, ALL_BITS } },
	{ 0x4, 0, .mask = { 0, 0xfff, 0, 0 },
	  .value = { 0, 0x3f, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x4, 1, .mask = { 0, 0xfff, 0, 0 },
	  .value = { 0, 0x3f, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x4, 2, .mask = { 0, 0xfff, 0, 0 },
	  .value = { 0, 0x3f, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x4, 3, .mask = { 0xe0, 0xfff, 0, 0x1 },
	  .value = { 0x60, 0x3f, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x7, 0, .mask = { ALL_BITS, 0x219424c3, 0x99000000, 0xfc082600 },
	  .value = { 0x2, 0x219424c3, 0x99000000, 0xfc080400 },
	  .same = { ALL_BITS, 0xfffffffb, 0xbfc1ff6f, 0xffebffff } },
	{ 0x7, 1, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xa, NO_SUBLEAF, .mask = { 0xff00, 0, 0xffffff80, 0x8000 },
	  .value = { 0x800, 0, 0, 0x8000 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x1c, NO_SUBLEAF,
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x80000008, NO_SUBLEAF, .mask = { 0xff, 0x200, 0, 0 },
	  .value = { 0x34, 0x200, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x0, NO_SUBLEAF, .mask = { 0, ALL_BITS, ALL_BITS, ALL_BITS },
	  .value = { 0, 0x756e6547, 0x6c65746e, 0x49656e69 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x4, 4, .mask = { 0x1f, 0, 0, 0 },
	  .value = { 0, 0, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x6, NO_SUBLEAF, .mask = { 0x800000, 0, 0, 0 },
	  .value = { 0, 0, 0, 0 },
	  .same = { 0x800000, 0, 0, 0 } },
	{ 0x7, 2, .mask = { 0, 0, 0, 0x17 },
	  .value = { 0, 0, 0, 0x17 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0, .mask = { 0x3, 0, 0, 0 },
	  .value = { 0x3, 0, 0, 0 },
	  .same = { ALL_BITS, 0, ALL_BITS, ALL_BITS } },
	{ 0xd, 1, .mask = { 0xf, 0, 0x1800, 0 },
	  .value = { 0xf, 0, 0x1800, 0 },
	  .same = { ALL_BITS, 0, ALL_BITS, ALL_BITS } },
	{ 0xd, 2, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 3, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 4, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 5, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 6, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 7, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 8, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 9, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0xa, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0xb, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0xc, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0xd, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0xe, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0xf, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0x10, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0x11, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0xd, 0x12, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x14, 0, .mask = { ALL_BITS, 0, 0, 0 },
	  .value = { 0x1, 0, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x14, 1, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x15, NO_SUBLEAF,
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x19, NO_SUBLEAF,
	  .same = { ALL_BITS, 0xfffffffe, ALL_BITS, ALL_BITS } },
	{ 0x1d, 0, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x1d, 1, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x1e, NO_SUBLEAF,
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x1f, 0, .same = { ALL_BITS, ALL_BITS, ALL_BITS, 0 } },
	{ 0x1f, 1, .same = { ALL_BITS, ALL_BITS, ALL_BITS, 0 } },
	{ 0x1f, 2, .same = { ALL_BITS, ALL_BITS, ALL_BITS, 0 } },
	{ 0x1f, 3, .same = { ALL_BITS, ALL_BITS, ALL_BITS, 0 } },
	{ 0x1f, 4, .same = { ALL_BITS, ALL_BITS, ALL_BITS, 0 } },
	{ 0x1f, 5, .mask = { 0, 0, 0xff00, 0 },
	  .value = { 0, 0, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, 0 } },
	{ 0x80000000, NO_SUBLEAF,
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x80000001, NO_SUBLEAF, .mask = { 0, 0, 0x121, 0x2c100800 },
	  .value = { 0, 0, 0x121, 0x2c100800 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x80000006, NO_SUBLEAF, .mask = { 0, 0, 0xff, 0 },
	  .value = { 0, 0, 0x40, 0 },
	  .same = { 0, 0, 0xff, 0 } },
	{ 0x80000007, NO_SUBLEAF, .mask = { 0, 0, 0, 0x100 },
	  .value = { 0, 0, 0, 0x100 },
	  .same = { 0, 0, 0, 0x100 } },
	{ 0x23, 0, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x23, 1, .mask = { 0xffffff00, 0xfffffff0, 0, 0 },
	  .value = { 0, 0, 0, 0 },
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x23, 2, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x23, 3, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x5, NO_SUBLEAF, .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
	{ 0x1a, NO_SUBLEAF,
	  .same = { ALL_BITS, ALL_BITS, ALL_BITS, ALL_BITS } },
};

static_assert(ARRAY_SIZE(cpuid_rules) <= TDX_SAMPLED_CPUIDS);

/* Leaf in 31:0 and subleaf in 63:32, all ones where a leaf has none. */
static const u64 cpuid_config_leaves[] = {
	0xffffffff00000001, 0x0000000000000004, 0x0000000100000004,
	0x0000000200000004, 0x0000000300000004, 0x0000000000000007,
	0x0000000100000007, 0xffffffff0000000a, 0xffffffff0000001c,
	0xffffffff80000008, 0x0000000200000007, 0x0000000000000023,
};

static const struct tdx_field fields[] = {
	/* NUM_PKGS, PKG_FMS */
	{ 0x0000000200000000, .get = tdx_get_packages },
	{ 0x0000000200000001, .elements = TDX_MAX_PKGS, .get = tdx_get_fms },
	/* VENDOR_ID, BUILD_DATE, BUILD_NUM, and the version */
	{ 0x0800000200000000, .value = 0x8086 },
	{ 0x0800000100000003, .value = 5 },
	{ 0x0800000100000004, .value = 1 },
	{ 0x0800000100000005, .value = 1 },
	/* SYS_ATTRIBUTES, NUM_TDX_FEATURES, TDX_FEATURES0 */
	{ 0x0a00000200000000, .value = 0 },
	{ 0x0a00000000000001, .value = 1 },
	{ 0x0a00000300000008, .get = tdx_get_features },
	/* NUM_CMRS counts the slots, CMR_BASE, CMR_SIZE */
	{ 0x9000000100000000, .value = TDX_MAX_CMRS },
	{ 0x9000000300000080, .elements = TDX_MAX_CMRS,
	  .get = tdx_get_cmr_base },
	{ 0x9000000300000100, .elements = TDX_MAX_CMRS,
	  .get = tdx_get_cmr_size },
	/* MAX_TDMRS, MAX_RESERVED_PER_TDMR, PAMT_{4K,2M,1G}_ENTRY_SIZE */
	{ 0x9100000100000008, .value = TDX_MAX_TDMRS },
	{ 0x9100000100000009, .value = TDX_MAX_RSVD },
	{ 0x9100000100000010, .value = sizeof(struct tdx_pamt_entry) },
	{ 0x9100000100000011, .value = sizeof(struct tdx_pamt_entry) },
	{ 0x9100000100000012, .value = sizeof(struct tdx_pamt_entry) },
	/* TDR_BASE_SIZE, TDCS_BASE_SIZE, TDVPS_BASE_SIZE and sizes per L2 VM */
	{ 0x9800000100000000, .value = 0x1000 },
	/* NUM_CPUID_CONFIG, CONFIG_FLAGS_FIXED0 and 1, MAX_VCPUS_PER_TD */
	{ 0x9900000100000004, .value = ARRAY_SIZE(cpuid_config_leaves) },
	{ 0x9900000100000008, .value = 576 },
	/* CPUID_CONFIG_LEAVES, CPUID_CONFIG_VALUES */
	{ 0x9900000300000400, .elements = 32, .known = ARRAY_SIZE(cpuid_config_leaves),
	  .values = cpuid_config_leaves, .value = ~0ULL },
};

const struct tdx_release tdx_release_1_5_01 = {
	.name = "1.5.01",
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.cpuid_rules = cpuid_rules,
	.nr_cpuid_rules = ARRAY_SIZE(cpuid_rules),
	.features = 0x0f0fbf,
	.versioned_leaves = (const u8[]){
		TDH_MEM_SEPT_ADD, TDH_MNG_RD, TDH_MEM_PAGE_PROMOTE, TDH_VP_RD,
		TDH_MEM_SEPT_REMOVE, 0
	},
	.arch_capabilities = { .set = 0x20fd6b, .clear = BIT_ULL(2) },
	.perf_capabilities = { .set = BIT_ULL(13) },
	.init_needs_entropy = true,
	.lp_init_needs_entropy = true,
};
