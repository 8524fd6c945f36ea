// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host side of the Intel TDX module, as far as a host needs it to bring
 * the module up. This is the dispatcher, the files beside it have the leaves, and
 * a table for each release.
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
#include "tdx_release.h"

#define RAX_LEAF		GENMASK_ULL(15, 0)

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

static const struct tdx_release * const releases[] = {
	&tdx_release_1_0,
	&tdx_release_1_5_01,
	&tdx_release_1_5_05,
	&tdx_release_1_5_25,
	&tdx_release_2_0_08,
	&tdx_release_2_0_18,
};

int tdx_module_version(const char *name)
{
	int version;

	for (version = 0; version < ARRAY_SIZE(releases); version++) {
		if (!strcmp(name, releases[version]->name))
			return version;
	}

	return -1;
}

const struct tdx_release *tdx_release(const struct tdx_module *m)
{
	return releases[m->platform.version];
}

/*
 * Known to the dispatcher before the module is ready. Leaves without handler are
 * answered like unknown ones after that.
 */
static const struct leaf {
	u64 (*handler)(struct tdx_module *m, struct tdx_lp *lp,
		       struct tdx_regs *regs);
	bool before_ready;
} leaves[] = {
	[TDH_PHYMEM_PAGE_RDMD]	= { tdx_leaf_phymem_page_rdmd },
	[TDH_SYS_KEY_CONFIG]	= { tdx_leaf_sys_key_config, true },
	[TDH_SYS_INFO]		= { NULL, true },
	[TDH_SYS_INIT]		= { tdx_leaf_sys_init, true },
	[TDH_SYS_RD]		= { tdx_leaf_sys_rd, true },
	[TDH_SYS_LP_INIT]	= { tdx_leaf_sys_lp_init, true },
	[TDH_SYS_TDMR_INIT]	= { tdx_leaf_sys_tdmr_init },
	[TDH_SYS_RDALL]		= { NULL, true },
	[TDH_SYS_LP_SHUTDOWN]	= { tdx_leaf_sys_lp_shutdown, true },
	[TDH_SYS_CONFIG]	= { tdx_leaf_sys_config, true },
	[TDH_SYS_SHUTDOWN]	= { tdx_leaf_sys_shutdown },
	[TDH_SYS_UPDATE]	= { tdx_leaf_sys_update, true },
	[TDH_PHYMEM_PAMT_ADD]	= { tdx_leaf_phymem_pamt_add },
	[TDH_PHYMEM_PAMT_REMOVE] = { tdx_leaf_phymem_pamt_remove },
};

static bool is_in(const u8 *list, u64 number)
{
	while (list && *list && *list != number)
		list++;

	return list && *list;
}

static const struct leaf *find_leaf(const struct tdx_module *m, u64 number)
{
	static const struct leaf unknown;

	if (number >= ARRAY_SIZE(leaves) ||
	    is_in(tdx_release(m)->absent_leaves, number))
		return &unknown;

	return &leaves[number];
}

/* The leaves of TDX IO, which no platform here has. */
static bool is_tdx_io(u64 number)
{
	return (number >= 128 && number <= 140) ||
	       (number >= 150 && number <= 166);
}

/* The checks of the dispatcher change no register but RAX. */
static u64 dispatch(struct tdx_module *m, struct tdx_lp *lp,
		    struct tdx_regs *regs)
{
	enum tdx_module_state state = READ_ONCE(m->state);
	const struct tdx_release *release = tdx_release(m);
	u64 number = regs->rax;
	const struct leaf *leaf;

	if (!release->rax_is_leaf) {
		number &= RAX_LEAF;
		if (regs->rax & ~(RAX_LEAF | RAX_VERSION))
			return TDX_OPERAND_INVALID + OPERAND_RAX;
	}

	leaf = find_leaf(m, number);
	if (number != regs->rax && !is_in(release->versioned_leaves, number))
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	if (release->refuses_tdx_io && is_tdx_io(number))
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	if (state == TDX_STATE_SYS_SHUTDOWN) {
		if (number != TDH_SYS_LP_SHUTDOWN)
			return TDX_SYS_SHUTDOWN;
	} else if (state != TDX_STATE_SYS_READY &&
		   !leaf->before_ready) {
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
