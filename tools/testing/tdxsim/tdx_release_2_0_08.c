// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release 2.0.08, on a platform without TDX IO. Its CPUID rules, and fields that are
 * not here, are those of 1.5.25, as they were not read; so was TDX_CONNECT_FEATURES,
 * which is that of 2.0.18.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "names.h"
#include "tdx_internal.h"
#include "tdx_release.h"

static const struct tdx_field fields[] = {
	/* MINOR_VERSION, MAJOR_VERSION, UPDATE_VERSION */
	{ 0x0800000100000003, .value = 0 },
	{ 0x0800000100000004, .value = 2 },
	{ 0x0800000100000005, .value = 8 },
	/* ATTRIBUTES_FIXED0 */
	{ 0x1900000300000000, .value = 0x8000000070010041 },
	/* MAX_VCPUS_PER_TD */
	{ 0x9900000100000008, .value = 1376 },
	/* GUEST_GPA_ATTR_MASK, TDX_CONNECT_FEATURES */
	{ 0x9a00000300000000, .value = 0 },
	{ 0x3000000300000000, .value = 0x1281 },
};

const struct tdx_release tdx_release_2_0_08 = {
	.name = "2.0.08",
	.base = &tdx_release_1_5_25,
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.features = 0x10326f3f0fbf,
	.versioned_leaves = (const u8[]){
		TDH_MEM_SEPT_ADD, TDH_MNG_RD, TDH_VP_INIT, TDH_MEM_PAGE_PROMOTE,
		TDH_VP_RD, TDH_MEM_SEPT_REMOVE,
		TDH_SYS_INIT, 163, 0
	},
	.refuses_tdx_io = true,
	.arch_capabilities = { .set = 0x20fd6b, .clear = BIT_ULL(2) | BIT_ULL(18) },
	/* Full-width writes of counters, and freezing them in SMM. */
	.perf_capabilities = { .set = BIT_ULL(13) | BIT_ULL(12) },
	/* Performance monitoring is available, and so is BTS. */
	.misc_enable = { .set = BIT_ULL(7), .clear = BIT_ULL(11) },
	.any_pa_width = true,
	.strict_subleaves = true,
	.init_needs_entropy = true,
	.dynamic_pamt_pages = 4096,
};
