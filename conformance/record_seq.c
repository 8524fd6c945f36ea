// SPDX-License-Identifier: GPL-2.0-only
/*
 * seq: calls after each other on a freshly loaded module.
 */
#include <string.h>

#include "records.h"

/* R9 and R10 of the next call, after a line that gives them. */
static bool has_next_regs;
static u64 next_regs[2];

/* The state that is reached before the first call. */
static bool has_state;
static enum state state;

/* tdmr_init.vec: two packages of two LPs. */
static void reach_state(void)
{
	machine.lps = 4;
	machine.packages = 2;
	load_once();
	reach(state, 4, machine.tdmrs, machine.nr_tdmrs);
}

static void load_for_call(void)
{
	if (!loaded && has_state)
		reach_state();
	load_once();
}

/* All that is not said of the inputs is this. */
#define JUNK	0x5a5a5a5a5a5a5a5aULL

static void set_junk(u64 *regs, u64 rax)
{
	set_inputs(regs, rax, 0);
	regs[RCX] = JUNK;
	regs[RDX] = JUNK;
	regs[R8] = JUNK;
	regs[R9] = JUNK;
	regs[R10] = JUNK;
	regs[R11] = JUNK;
}

static void forget_regs(void)
{
	has_next_regs = false;
	memset(next_regs, 0, sizeof(next_regs));
}

static void seq_tdmr_init(void)
{
	u64 regs[NR_REGS], want[NR_REGS];

	set_junk(regs, TDH_SYS_TDMR_INIT);
	regs[RCX] = number(2);
	memcpy(want, regs, sizeof(want));
	want[RAX] = number(4);
	want[RDX] = number(5);
	check_call(number(1), package_of(number(1)), regs, want, COMPLETED, 0);
	end_of_check();
}

static void seq_rdmd(void)
{
	u64 regs[NR_REGS], want[NR_REGS];

	set_junk(regs, TDH_PHYMEM_PAGE_RDMD);
	regs[RCX] = number(1);
	memcpy(want, regs, sizeof(want));
	want[RAX] = number(3);
	want[RCX] = number(4);
	want[RDX] = number(5);
	want[R8] = number(6);
	want[R9] = number(7);
	/* Where dynamic PAMT does not exist, these are not given. */
	if (nr_words > 8) {
		want[R10] = number(8);
		want[R11] = number(9);
	} else if (want[RAX] != TDX_SYS_NOT_READY) {
		want[R10] = 0;
		want[R11] = 0;
	}
	check_call(0, 0, regs, want, COMPLETED, 0);
	end_of_check();
}

/* pamt add|remove LP RCX RDX R8 out RAX RCX RDX R8 */
static void seq_pamt(void)
{
	u64 regs[NR_REGS], want[NR_REGS];

	set_junk(regs, is(1, "add") ? TDH_PHYMEM_PAMT_ADD :
				      TDH_PHYMEM_PAMT_REMOVE);
	regs[RCX] = number(3);
	regs[RDX] = number(4);
	regs[R8] = number(5);
	memcpy(want, regs, sizeof(want));
	want[RAX] = number(7);
	want[RCX] = number(8);
	want[RDX] = number(9);
	want[R8] = number(10);
	check_call(number(2), package_of(number(2)), regs, want, COMPLETED, 0);
	end_of_check();
}

static void seq_call(void)
{
	u64 regs[NR_REGS], want[NR_REGS];
	unsigned int unknown = 0;

	set_inputs(regs, number(3), 0);
	regs[RCX] = number(4);
	regs[RDX] = number(5);
	regs[R8] = number(6);
	regs[R9] = next_regs[0];
	regs[R10] = next_regs[1];
	regs[R11] = 0;
	/* What comes of them is not given. */
	if (has_next_regs)
		unknown = 1U << R9 | 1U << R10;
	forget_regs();
	memcpy(want, regs, sizeof(want));
	want[RAX] = number(8);
	want[RCX] = number(9);
	want[RDX] = number(10);
	want[R8] = number(11);
	check_call(number(1), number(2), regs, want, COMPLETED, unknown);
	check_state(state_word(12));
	end_of_check();
}

static void seq_script(void)
{
	if (backend_line(line_text))
		return;

	mismatch_name("line", line_text, "refused");
	end_of_check();
}

static void seq_regs(void)
{
	has_next_regs = true;
	next_regs[0] = number(1);
	next_regs[1] = number(2);
}

void seq_start(void)
{
	has_state = false;
	forget_regs();
}

void seq_line(void)
{
	if (is(0, "state")) {
		state = state_word(1);
		has_state = true;
	} else if (is_script()) {
		load_for_call();
		seq_script();
	} else if (is(0, "rdmd")) {
		load_for_call();
		seq_rdmd();
	} else if (is(0, "pamt")) {
		load_for_call();
		seq_pamt();
	} else if (is(0, "regs")) {
		seq_regs();
	} else if (is(0, "config")) {
		machine.config_r8 = number(1);
	} else if (is(0, "call")) {
		load_for_call();
		if (nr_words > 7)
			seq_call();
		else
			seq_tdmr_init();
	} else if (!machine_line(&machine)) {
		unknown_line();
	}
}
