// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release 1.0: has neither versions nor TDH.SYS.RD. Its CPUID rules are not known,
 * and taken to be those of 1.5.01.
 */
#include <linux/bits.h>
#include <linux/types.h>

#include "names.h"
#include "tdx_internal.h"
#include "tdx_release.h"

const struct tdx_release tdx_release_1_0 = {
	.name = "1.0",
	.base = &tdx_release_1_5_01,
	.absent_leaves = (const u8[]){
		TDH_SYS_RD, TDH_SYS_RDALL, TDH_SYS_SHUTDOWN, TDH_SYS_UPDATE, 0
	},
	.rax_is_leaf = true,
	.arch_capabilities = { .set = 0xd6b, .clear = BIT_ULL(2) },
	.perf_capabilities = { .set = BIT_ULL(13) },
	.tsx_ctrl_matters = true,
	.lp_shutdown = true,
};
