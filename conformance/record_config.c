// SPDX-License-Identifier: GPL-2.0-only
/*
 * case: one TDH.SYS.CONFIG in a state that is reached before it.
 */
#include <stdio.h>
#include <string.h>

#include "records.h"

#define RAX_VERSION_SHIFT	16

static struct {
	unsigned int lps_initialized;
	enum state state;
	u64 in[3];
	/* The version of the leaf, R9 and R10 */
	bool has_regs;
	u64 regs[3];
	char lock[16];
} config;

/* The first GiB that the CMRs hold as a whole, with its PAMT at the start. */
static unsigned int other_layout(struct tdmr *tdmr)
{
	const struct range *cmr;

	memset(tdmr, 0, sizeof(*tdmr));
	for (cmr = machine.cmrs; cmr < machine.cmrs + MAX_CMRS; cmr++) {
		u64 base = (cmr->base + GIB - 1) & -GIB;

		if (!cmr->size || base + GIB > cmr->base + cmr->size)
			continue;
		*tdmr = (struct tdmr) {
			.pa = INFO_PA,
			.info = {
				.base = base,
				.size = GIB,
				.pamt = {
					{ base + 0x402000, 0x1000 },
					{ base + 0x400000, 0x2000 },
					{ base, 0x400000 },
				},
				.rsvd = { { 0, 0x403000 } },
			},
		};
		return 1;
	}

	return 0;
}

static void config_out(void)
{
	u64 regs[NR_REGS], want[NR_REGS];
	struct tdmr other;

	machine.packages = 1;
	loaded = false;
	load_once();
	reach(config.state, config.lps_initialized, &other,
	      other_layout(&other));
	place_tdmrs(config.in[0], machine.tdmrs, machine.nr_tdmrs);
	if (*config.lock)
		tell_backend("%s", config.lock);

	set_inputs(regs, TDH_SYS_CONFIG, 0x1234);
	regs[RCX] = config.in[0];
	regs[RDX] = config.in[1];
	regs[R8] = config.in[2];
	if (config.has_regs) {
		regs[RAX] |= config.regs[0] << RAX_VERSION_SHIFT;
		regs[R9] = config.regs[1];
		regs[R10] = config.regs[2];
	}
	memcpy(want, regs, sizeof(want));
	want[RAX] = number(1);
	check_call(0, 0, regs, want, COMPLETED, 0);
	check_state(state_word(2));
	end_of_check();
}

void config_start(void)
{
	memset(&config, 0, sizeof(config));
}

void config_line(void)
{
	if (is(0, "lps")) {
		machine.lps = number(1);
		config.lps_initialized = number(2);
	} else if (is(0, "state")) {
		config.state = state_word(1);
	} else if (is(0, "in")) {
		config.in[0] = number(1);
		config.in[1] = number(2);
		config.in[2] = number(3);
	} else if (is(0, "regs")) {
		config.has_regs = true;
		config.regs[0] = number(1);
		config.regs[1] = number(2);
		config.regs[2] = number(3);
	} else if (is(0, "busy")) {
		snprintf(config.lock, sizeof(config.lock), "lock global %.2s",
			 words[1]);
	} else if (is(0, "out")) {
		config_out();
	} else if (!machine_line(&machine)) {
		unknown_line();
	}
}
