// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls to the TDX module, and whether the answers are right.
 */
#include <stdio.h>
#include <string.h>

#include "records.h"

/* Metadata field */
#define MODULE_HV	0x8900000100000000ULL

unsigned long passed, failed, skipped;

static const char * const reg_names[NR_REGS] = {
	"rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "rbx", "rsi", "rdi",
	"r12", "r13", "r14", "r15", "rflags"
};

static const char * const outcome_names[NR_OUTCOMES] = {
	"completed", "vmfailinvalid", "gp", "ud"
};

enum reg find_reg(const char *name)
{
	enum reg reg;

	for (reg = RAX; reg < NR_REGS; reg++) {
		if (!strcmp(name, reg_names[reg]))
			break;
	}

	return reg;
}

enum outcome find_outcome(const char *name)
{
	enum outcome outcome;

	for (outcome = COMPLETED; outcome < NR_OUTCOMES; outcome++) {
		if (!strcmp(name, outcome_names[outcome]))
			break;
	}

	return outcome;
}

void set_inputs(u64 *regs, u64 rax, u64 rest)
{
	enum reg reg;

	for (reg = RAX; reg < NR_REGS; reg++)
		regs[reg] = rest + reg;
	regs[RAX] = rax;
	regs[RFLAGS] = RFLAGS_ARITHMETIC;
}

/* What a record has failed on, for its name and place to be printed once. */
bool record_failed;
const char *record_name;

void mismatch(const char *what, u64 want, u64 got)
{
	printf("not ok %s # %s:%lu: %s: want %#llx, got %#llx\n", record_name,
	       file, line_nr, what, (unsigned long long)want,
	       (unsigned long long)got);
	record_failed = true;
}

void mismatch_name(const char *what, const char *want, const char *got)
{
	printf("not ok %s # %s:%lu: %s: want %s, got %s\n", record_name, file,
	       line_nr, what, want, got);
	record_failed = true;
}

void end_of_check(void)
{
	if (record_failed)
		failed++;
	else
		passed++;
	record_failed = false;
}

/* One that this program does not know is not passed over. */
void unknown_line(void)
{
	mismatch_name("line", "a known one", line_text);
	end_of_check();
}

/* RFLAGS are as the outcome wants them, whatever the registers are. */
void check_call(unsigned int lp, unsigned int package, u64 *regs,
		const u64 *want, enum outcome want_outcome,
		unsigned int unknown)
{
	enum outcome outcome = backend_call(lp, package, regs);
	u64 flags = want_outcome == VMFAILINVALID ? RFLAGS_CF : 0;
	enum reg reg;

	if (outcome != want_outcome) {
		mismatch_name("outcome", outcome_names[want_outcome],
			      outcome_names[outcome]);
		if (outcome == COMPLETED)
			mismatch("rax", want[RAX], regs[RAX]);
		return;
	}

	/* RAX and RFLAGS do not survive the handling of a fault. */
	for (reg = outcome <= VMFAILINVALID ? RAX : RCX; reg < RFLAGS; reg++) {
		if (!(unknown & 1U << reg) && regs[reg] != want[reg])
			mismatch(reg_names[reg], want[reg], regs[reg]);
	}
	if (outcome <= VMFAILINVALID &&
	    (regs[RFLAGS] & RFLAGS_ARITHMETIC) != flags)
		mismatch("rflags", flags, regs[RFLAGS] & RFLAGS_ARITHMETIC);
}

void check_state(enum state state)
{
	if (strcmp(backend_state(), state_name(state)))
		mismatch_name("state", state_name(state), backend_state());
}

static void good_call(unsigned int lp, u64 rax, u64 rcx, u64 rdx, u64 r8)
{
	enum outcome outcome;
	u64 regs[NR_REGS];

	set_inputs(regs, rax, 0);
	regs[RCX] = rcx;
	regs[RDX] = rdx;
	regs[R8] = r8;
	outcome = backend_call(lp, package_of(lp), regs);
	if (outcome != COMPLETED)
		mismatch_name("outcome of a good call",
			      outcome_names[COMPLETED], outcome_names[outcome]);
}

/* The handoff version of the module, which it can always shut down with. */
static u64 handoff_version(void)
{
	u64 regs[NR_REGS];

	set_inputs(regs, TDH_SYS_RD, 0);
	regs[RDX] = MODULE_HV;
	backend_call(0, package_of(0), regs);
	return regs[RAX] ? 0 : regs[R8];
}

/* Those that lead to a state. */
static void call_up_to(enum state state, unsigned int nr_lps,
		       const struct tdmr *tdmrs, unsigned int nr_tdmrs)
{
	unsigned int lp;

	if (state == SYSINIT_PENDING)
		return;

	good_call(0, TDH_SYS_INIT, 0, 0, 0);
	for (lp = 0; lp < nr_lps; lp++)
		good_call(lp, TDH_SYS_LP_INIT, 0, 0, 0);
	if (state == SYSINIT_DONE)
		return;

	place_tdmrs(ARRAY_PA, tdmrs, nr_tdmrs);
	good_call(0, TDH_SYS_CONFIG, ARRAY_PA, nr_tdmrs,
		  machine.config_r8 ?: machine.private_hkid_min);
	if (state == SYSCONFIG_DONE)
		return;

	for (lp = 0; lp < nr_lps; lp++)
		good_call(lp, TDH_SYS_KEY_CONFIG, 0, 0, 0);
	if (state == SYS_SHUTDOWN)
		good_call(0, TDH_SYS_SHUTDOWN, handoff_version(), 0, 0);
}

/* Reaches a state by good calls. */
void reach(enum state state, unsigned int nr_lps, const struct tdmr *tdmrs,
	   unsigned int nr_tdmrs)
{
	call_up_to(state, nr_lps, tdmrs, nr_tdmrs);
	check_state(state);
}
