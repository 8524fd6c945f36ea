// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host side of the Intel TDX module, as far as a host needs it to bring
 * the module up: release 1.5.05, and others where they are known to differ.
 * This is the dispatcher, the files beside it have the leaves.
 *
 * The order of the checks is part of the ABI, as it decides which of several
 * errors the host sees.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tdx_internal.h"

#define RAX_LEAF		GENMASK_ULL(15, 0)
#define RAX_VERSION		GENMASK_ULL(23, 16)

const char *tdx_module_state_name(enum tdx_module_state state)
{
	static const char * const names[] = {
		[TDX_STATE_SYSINIT_PENDING]	= "SYSINIT_PENDING",
		[TDX_STATE_SYSINIT_DONE]	= "SYSINIT_DONE",
		[TDX_STATE_SYSCONFIG_DONE]	= "SYSCONFIG_DONE",
		[TDX_STATE_SYS_READY]		= "SYS_READY",
		[TDX_STATE_SYS_SHUTDOWN]	= "SYS_SHUTDOWN",
	};

	return names[state];
}

int tdx_module_version(const char *name)
{
	static const char * const names[] = {
		[TDX_MODULE_1_0]	= "1.0",
		[TDX_MODULE_1_5_01]	= "1.5.01",
		[TDX_MODULE_1_5_05]	= "1.5.05",
		[TDX_MODULE_2_0_08]	= "2.0.08",
	};
	int version;

	for (version = 0; version < TDX_MODULE_VERSIONS; version++) {
		if (!strcmp(name, names[version]))
			return version;
	}

	return -1;
}

#define LEAF_BEFORE_READY	BIT(0)
#define LEAF_HAS_VERSIONS	BIT(1)
#define LEAF_SINCE_1_5		BIT(2)
#define LEAF_HAS_VERSIONS_1_5_05	BIT(3)
#define LEAF_HAS_VERSIONS_2_0	BIT(4)

/*
 * Leaves without handler are known to the dispatcher, which treats some of them
 * in a special way, and are answered like unknown ones after that.
 */
static const struct leaf {
	u64 (*handler)(struct tdx_module *m, struct tdx_lp *lp,
		       struct tdx_regs *regs);
	unsigned int flags;
} leaves[] = {
	[TDH_MEM_SEPT_ADD]	= { NULL, LEAF_HAS_VERSIONS },
	[TDH_MNG_RD]		= { NULL, LEAF_HAS_VERSIONS },
	[TDH_VP_INIT]		= { NULL, LEAF_HAS_VERSIONS_1_5_05 },
	[TDH_MEM_PAGE_PROMOTE]	= { NULL, LEAF_HAS_VERSIONS },
	[TDH_PHYMEM_PAGE_RDMD]	= { tdx_leaf_phymem_page_rdmd },
	[TDH_VP_RD]		= { NULL, LEAF_HAS_VERSIONS },
	[TDH_MEM_SEPT_REMOVE]	= { NULL, LEAF_HAS_VERSIONS },
	[TDH_SYS_KEY_CONFIG]	= { tdx_leaf_sys_key_config, LEAF_BEFORE_READY },
	[TDH_SYS_INFO]		= { NULL, LEAF_BEFORE_READY },
	[TDH_SYS_INIT]		= { tdx_leaf_sys_init, LEAF_BEFORE_READY | LEAF_HAS_VERSIONS_2_0 },
	[TDH_SYS_RD]		= { tdx_leaf_sys_rd, LEAF_BEFORE_READY | LEAF_SINCE_1_5 },
	[TDH_SYS_LP_INIT]	= { tdx_leaf_sys_lp_init, LEAF_BEFORE_READY },
	[TDH_SYS_TDMR_INIT]	= { tdx_leaf_sys_tdmr_init },
	[TDH_SYS_RDALL]		= { NULL, LEAF_BEFORE_READY | LEAF_SINCE_1_5 },
	[TDH_SYS_LP_SHUTDOWN]	= { tdx_leaf_sys_lp_shutdown, LEAF_BEFORE_READY },
	[TDH_SYS_CONFIG]	= { tdx_leaf_sys_config, LEAF_BEFORE_READY },
	[TDH_SYS_SHUTDOWN]	= { tdx_leaf_sys_shutdown, LEAF_SINCE_1_5 },
	[TDH_SYS_UPDATE]	= { NULL, LEAF_BEFORE_READY | LEAF_SINCE_1_5 },
};

static const struct leaf *find_leaf(const struct tdx_module *m, u64 number)
{
	static const struct leaf unknown;

	if (number >= ARRAY_SIZE(leaves))
		return &unknown;

	if (m->platform.version == TDX_MODULE_1_0 &&
	    leaves[number].flags & LEAF_SINCE_1_5)
		return &unknown;

	return &leaves[number];
}

static bool has_versions(const struct tdx_module *m, const struct leaf *leaf)
{
	return leaf->flags & LEAF_HAS_VERSIONS ||
	       (leaf->flags & LEAF_HAS_VERSIONS_1_5_05 &&
		m->platform.version >= TDX_MODULE_1_5_05) ||
	       (leaf->flags & LEAF_HAS_VERSIONS_2_0 &&
		m->platform.version >= TDX_MODULE_2_0_08);
}

/* The checks of the dispatcher change no register but RAX. */
static u64 dispatch(struct tdx_module *m, struct tdx_lp *lp,
		    struct tdx_regs *regs)
{
	enum tdx_module_state state = READ_ONCE(m->state);
	u64 number = regs->rax;
	const struct leaf *leaf;

	/* 1.0 has no versions: RAX as a whole is the leaf. */
	if (m->platform.version != TDX_MODULE_1_0) {
		number &= RAX_LEAF;
		if (regs->rax & ~(RAX_LEAF | RAX_VERSION))
			return TDX_OPERAND_INVALID + OPERAND_RAX;
	}

	leaf = find_leaf(m, number);
	if (number != regs->rax && !has_versions(m, leaf))
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	if (state == TDX_STATE_SYS_SHUTDOWN) {
		if (number != TDH_SYS_LP_SHUTDOWN)
			return TDX_SYS_SHUTDOWN;
	} else if (state != TDX_STATE_SYS_READY &&
		   !(leaf->flags & LEAF_BEFORE_READY)) {
		return TDX_SYS_NOT_READY;
	}

	if (!leaf->handler)
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	return leaf->handler(m, lp, regs);
}

bool tdx_module_seamcall(struct tdx_module *m, unsigned int lp,
			 struct tdx_regs *regs)
{
	struct tdx_regs in = *regs;

	if (m->stopped || m->lps[lp].shut_down)
		return false;

	atomic_inc(&m->lps_inside);
	regs->rax = dispatch(m, &m->lps[lp], regs);
	atomic_dec_and_test(&m->lps_inside);

	/* The LP never comes back from a fatal error by itself. */
	if (m->stopped)
		*regs = in;
	return !m->stopped;
}

void tdx_module_reload(struct tdx_module *m, unsigned int nr_lps)
{
	const struct tdx_host_ops *ops = m->ops;
	const struct tdx_platform platform = m->platform;
	struct tdx_lp *lps = m->lps;

	memset(m, 0, sizeof(*m));
	memset(lps, 0, nr_lps * sizeof(*lps));
	m->ops = ops;
	m->platform = platform;
	m->lps = lps;
}
