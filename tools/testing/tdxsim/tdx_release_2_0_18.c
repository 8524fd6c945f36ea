// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release 2.0.18, on a platform without TDX IO. Fields that are not here are those
 * of 2.0.08 and 1.5.25, as they were not read.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "names.h"
#include "tdx_internal.h"
#include "tdx_release.h"

static const struct tdx_field fields[] = {
	/* UPDATE_VERSION */
	{ 0x0800000100000005, .value = 18 },
	/* ATTRIBUTES_FIXED0 */
	{ 0x1900000300000000, .value = 0x8000000070010001 },
	/* NUM_MEM_SCAN_CONTROL_PAGES, whose value was not read */
	{ 0xa000000000000030, .value = 1 },
	/* MAX_MEM_SCAN_RANGES, NUM_MEM_SCAN_CONTEXTS */
	{ 0xa000000100000031, .value = 128 },
	{ 0xa000000100000032, .value = 256 },
};

const struct tdx_release tdx_release_2_0_18 = {
	.name = "2.0.18",
	.base = &tdx_release_2_0_08,
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.features = 0x5ad9326f3f0fbf,
	.versioned_leaves = (const u8[]){
		TDH_MEM_SEPT_ADD, TDH_MNG_RD, TDH_VP_INIT, TDH_MEM_PAGE_PROMOTE,
		TDH_VP_RD, TDH_MEM_SEPT_REMOVE,
		TDH_SYS_INIT, TDH_SYS_CONFIG, TDH_SYS_UPDATE,
		65, 66, 68, 83, 163, 0
	},
	.refuses_tdx_io = true,
	.field_id_bit_51_reserved = true,
	.arch_capabilities = { .set = 0x20fd6b, .clear = BIT_ULL(2) | BIT_ULL(18) },
	/* Full-width writes of counters, and freezing them in SMM. */
	.perf_capabilities = { .set = BIT_ULL(13) | BIT_ULL(12) },
	/* Performance monitoring is available, and so is BTS. */
	.misc_enable = { .set = BIT_ULL(7), .clear = BIT_ULL(11) },
	.any_pa_width = true,
	.strict_subleaves = true,
	.init_needs_entropy = true,
	.takes_features = true,
	.dynamic_pamt_pages = 1024,
	.shutdown_option = true,
	.module_hv = 2,
	.no_downgrade = true,
};
