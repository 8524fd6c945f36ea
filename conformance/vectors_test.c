// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs files of calls to the TDX module, each with the answer that it has to
 * give, against a backend: see vectors_test.h.
 *
 * usage: vectors_test FILE...
 *
 * A file holds records, told apart by their first word:
 *
 *   case      one TDH.SYS.CONFIG in a state that is reached before it
 *   seq       calls after each other on a freshly loaded module
 *   field,    TDH.SYS.RD of one field, on a module with one initialised LP
 *   first, rd
 *   row       one rule in one line, see rows.vec
 *
 * The others are described in vectors/README.txt. PLATFORM fields other than
 * packages and CMRs are compared by their next id only.
 *
 * Prints what was wanted and what came of each failed record, then counts. Exit
 * status 1 if any failed.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>

#include "../tools/testing/tdxsim/names.h"
#include "vectors_test.h"

#define MAX_WORDS	256
#define MAX_LINE	4096

#define MAX_CMRS	32
#define MAX_TDMRS	64
#define MAX_RSVD	16
#define PAMT_LEVELS	3
#define INFO_ALIGN	512

#define GIB		0x40000000ULL

/* Where the symbolic addresses are, away from all others in the files. */
#define ARRAY_PA	0x2000000000ULL
#define INFO_PA		0x2000010000ULL

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

struct range {
	u64 base;
	u64 size;
};

struct tdmr_info {
	u64 base;
	u64 size;
	struct range pamt[PAMT_LEVELS];
	struct range rsvd[MAX_RSVD];
};

struct tdmr {
	u64 pa;
	struct tdmr_info info;
};

struct machine {
	char version[16];
	unsigned int lps;
	unsigned int packages;
	unsigned int hkid_bits;
	unsigned int private_hkid_min;
	unsigned int private_hkid_max;
	struct range seamrr;
	struct range cmrs[MAX_CMRS];
	bool own_cmrs;
	struct tdmr tdmrs[MAX_TDMRS];
	unsigned int nr_tdmrs;
};

static struct machine header;	/* as given at the top of the file */
static struct machine machine;	/* the one of the record */

static unsigned long passed, failed, skipped;
static const char *file;
static unsigned long line_nr;

static const char * const reg_names[NR_REGS] = {
	"rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "rbx", "rsi", "rdi",
	"r12", "r13", "r14", "r15", "rflags"
};

static const char * const outcome_names[NR_OUTCOMES] = {
	"completed", "vmfailinvalid", "gp", "ud"
};

static const char * const state_names[] = {
	"SYSINIT_PENDING", "SYSINIT_DONE", "SYSCONFIG_DONE", "SYS_READY",
	"SYS_SHUTDOWN"
};

enum state {
	SYSINIT_PENDING, SYSINIT_DONE, SYSCONFIG_DONE, SYS_READY, SYS_SHUTDOWN
};

static noreturn void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%lu: ", file, line_nr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

/* ---- words of a line ---- */

static char line_text[MAX_LINE];	/* the line, or clause of a row, as it is */
static char line_copy[MAX_LINE];
static char *words[MAX_WORDS];
static unsigned int nr_words;

static void split(const char *text)
{
	char *save, *word;

	size_t len;

	text += strspn(text, " ");
	snprintf(line_text, sizeof(line_text), "%s", text);
	len = strlen(line_text);
	while (len && isspace(line_text[len - 1]))
		line_text[--len] = 0;
	memcpy(line_copy, line_text, sizeof(line_copy));

	nr_words = 0;
	for (word = strtok_r(line_copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (nr_words == MAX_WORDS)
			die("too many words");
		words[nr_words++] = word;
	}
}

static bool is(unsigned int word, const char *text)
{
	return word < nr_words && !strcmp(words[word], text);
}

static u64 parse_number(const char *text)
{
	u64 base = 0;
	char *end;

	if (!strncmp(text, "ARRAY", 5)) {
		base = ARRAY_PA;
		text += 5;
	} else if (!strncmp(text, "OK", 2)) {
		/* word 1 of a tdmr line is its number */
		base = INFO_PA + strtoull(words[1], NULL, 0) * INFO_ALIGN;
		text += 2;
	}
	if (*text == '+')
		text++;
	else if (base && !*text)
		return base;

	base += strtoull(text, &end, 0);
	if (!*text || *end)
		die("'%s' is no number", text);
	return base;
}

static u64 number(unsigned int word)
{
	if (word >= nr_words)
		die("too few words");
	return parse_number(words[word]);
}

static unsigned int index_below(unsigned int word, unsigned int limit)
{
	u64 n = number(word);

	if (n >= limit)
		die("%s is too high", words[word]);
	return n;
}

static enum state state_word(unsigned int word)
{
	unsigned int state;

	for (state = 0; state < ARRAY_LEN(state_names); state++) {
		if (is(word, state_names[state]))
			return state;
	}
	die("unknown state");
}

/* ---- the machine ---- */

static void tell_backend(const char *format, ...)
{
	char line[MAX_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (!backend_line(line))
		die("refused: %s", line);
}

static u64 strip_hkid(u64 pa)
{
	return pa & ((1ULL << (52 - machine.hkid_bits)) - 1);
}

static void place_tdmrs(u64 array, const struct tdmr *tdmrs,
			unsigned int nr)
{
	unsigned int i;

	array = strip_hkid(array);
	for (i = 0; i < nr; i++) {
		backend_write(array + i * sizeof(u64), &tdmrs[i].pa,
			      sizeof(u64));
		backend_write(strip_hkid(tdmrs[i].pa), &tdmrs[i].info,
			      sizeof(tdmrs[i].info));
	}
}

static void load_module(void)
{
	const struct range *cmrs = machine.cmrs;
	unsigned int i;

	backend_reset();
	tell_backend("version %s", machine.version);
	tell_backend("lps %u", machine.lps);
	tell_backend("pkgs %u", machine.packages);
	tell_backend("fms 806f8");
	tell_backend("hkid_bits %u", machine.hkid_bits);
	tell_backend("private_hkid_min %u", machine.private_hkid_min);
	tell_backend("private_hkid_max %u", machine.private_hkid_max);
	tell_backend("seamrr %llx %llx",
		     (unsigned long long)machine.seamrr.base,
		     (unsigned long long)machine.seamrr.size);
	for (i = 0; i < MAX_CMRS; i++) {
		if (cmrs[i].base || cmrs[i].size)
			tell_backend("cmr %u %llx %llx", i,
				     (unsigned long long)cmrs[i].base,
				     (unsigned long long)cmrs[i].size);
	}
}

/* LPs of the same number for each package. */
static unsigned int package_of(unsigned int lp)
{
	return lp < machine.lps ? lp * machine.packages / machine.lps : 0;
}

/* ---- calls ---- */

static void set_inputs(u64 *regs, u64 rax, u64 rest)
{
	enum reg reg;

	for (reg = RAX; reg < NR_REGS; reg++)
		regs[reg] = rest + reg;
	regs[RAX] = rax;
	regs[RFLAGS] = RFLAGS_ARITHMETIC;
}

/* What a record has failed on, for its name and place to be printed once. */
static bool record_failed;
static const char *record_name;

static void mismatch(const char *what, u64 want, u64 got)
{
	printf("not ok %s # %s:%lu: %s: want %#llx, got %#llx\n", record_name,
	       file, line_nr, what, (unsigned long long)want,
	       (unsigned long long)got);
	record_failed = true;
}

static void mismatch_name(const char *what, const char *want, const char *got)
{
	printf("not ok %s # %s:%lu: %s: want %s, got %s\n", record_name, file,
	       line_nr, what, want, got);
	record_failed = true;
}

static void end_of_check(void)
{
	if (record_failed)
		failed++;
	else
		passed++;
	record_failed = false;
}

/* RFLAGS are as the outcome wants them, whatever the registers are. */
static void check_call(unsigned int lp, unsigned int package, u64 *regs,
		       const u64 *want, enum outcome want_outcome)
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
		if (regs[reg] != want[reg])
			mismatch(reg_names[reg], want[reg], regs[reg]);
	}
	if (outcome <= VMFAILINVALID &&
	    (regs[RFLAGS] & RFLAGS_ARITHMETIC) != flags)
		mismatch("rflags", flags, regs[RFLAGS] & RFLAGS_ARITHMETIC);
}

static void check_state(enum state state)
{
	if (strcmp(backend_state(), state_names[state]))
		mismatch_name("state", state_names[state], backend_state());
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
		  machine.private_hkid_min);
	if (state == SYSCONFIG_DONE)
		return;

	for (lp = 0; lp < nr_lps; lp++)
		good_call(lp, TDH_SYS_KEY_CONFIG, 0, 0, 0);
	if (state == SYS_SHUTDOWN)
		good_call(0, 52, 0, 0, 0);
}

/* Reaches a state by good calls. */
static void reach(enum state state, unsigned int nr_lps,
		  const struct tdmr *tdmrs, unsigned int nr_tdmrs)
{
	call_up_to(state, nr_lps, tdmrs, nr_tdmrs);
	check_state(state);
}

/* ---- lines that describe the machine ---- */

static void tdmr_line(struct machine *m)
{
	unsigned int i = index_below(1, MAX_TDMRS), n;
	struct tdmr *tdmr = &m->tdmrs[i];

	tdmr->pa = number(2);
	tdmr->info.base = number(3);
	tdmr->info.size = number(4);
	for (n = 0; n < PAMT_LEVELS; n++)
		tdmr->info.pamt[n] = (struct range) { number(5 + 2 * n),
						      number(6 + 2 * n) };
	if (i >= m->nr_tdmrs)
		m->nr_tdmrs = i + 1;
}

/* The CMRs of a record stand instead of those of the header. */
static void cmr_line(struct machine *m)
{
	if (m == &machine && !m->own_cmrs) {
		memset(m->cmrs, 0, sizeof(m->cmrs));
		m->own_cmrs = true;
	}
	m->cmrs[index_below(1, MAX_CMRS)] = (struct range) { number(2),
							     number(3) };
}

static bool machine_line(struct machine *m)
{
	if (is(0, "max_pa"))
		return number(1) == 52;

	if (is(0, "version"))
		snprintf(m->version, sizeof(m->version), "%s", words[1]);
	else if (is(0, "lps"))
		m->lps = number(1);
	else if (is(0, "packages") || is(0, "pkgs"))
		m->packages = number(1);
	else if (is(0, "hkid_bits"))
		m->hkid_bits = number(1);
	else if (is(0, "private_hkid_min"))
		m->private_hkid_min = number(1);
	else if (is(0, "private_hkid_max"))
		m->private_hkid_max = number(1);
	else if (is(0, "seamrr"))
		m->seamrr = (struct range) { number(1), number(2) };
	else if (is(0, "cmr"))
		cmr_line(m);
	else if (is(0, "tdmr"))
		tdmr_line(m);
	else if (is(0, "rsvd"))
		m->tdmrs[index_below(1, MAX_TDMRS)].info.rsvd[index_below(2, MAX_RSVD)] =
			(struct range) { number(3), number(4) };
	else
		return false;

	return true;
}

/* ---- case: sys_config.vec ---- */

static struct {
	unsigned int lps_initialized;
	enum state state;
	u64 in[3];
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
	load_module();
	reach(config.state, config.lps_initialized, &other,
	      other_layout(&other));
	place_tdmrs(config.in[0], machine.tdmrs, machine.nr_tdmrs);
	if (*config.lock)
		tell_backend("%s", config.lock);

	set_inputs(regs, TDH_SYS_CONFIG, 0x1234);
	regs[RCX] = config.in[0];
	regs[RDX] = config.in[1];
	regs[R8] = config.in[2];
	memcpy(want, regs, sizeof(want));
	want[RAX] = number(1);
	check_call(0, 0, regs, want, COMPLETED);
	check_state(state_word(2));
	end_of_check();
}

static void config_line(void)
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
	} else if (is(0, "busy")) {
		snprintf(config.lock, sizeof(config.lock), "lock global %.2s",
			 words[1]);
	} else if (is(0, "out")) {
		config_out();
	} else if (!machine_line(&machine)) {
		die("unknown line");
	}
}

/* ---- seq: tdmr_init.vec and state.vec ---- */

static bool loaded;

static void load_once(void)
{
	if (loaded)
		return;

	load_module();
	place_tdmrs(ARRAY_PA, machine.tdmrs, machine.nr_tdmrs);
	loaded = true;
}

/* tdmr_init.vec: two packages of two LPs. */
static void seq_state(void)
{
	machine.lps = 4;
	machine.packages = 2;
	load_once();
	reach(state_word(1), 4, machine.tdmrs, machine.nr_tdmrs);
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

static void seq_tdmr_init(void)
{
	u64 regs[NR_REGS], want[NR_REGS];

	set_junk(regs, TDH_SYS_TDMR_INIT);
	regs[RCX] = number(2);
	memcpy(want, regs, sizeof(want));
	want[RAX] = number(4);
	want[RDX] = number(5);
	check_call(number(1), package_of(number(1)), regs, want, COMPLETED);
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
	if (want[RAX] != TDX_SYS_NOT_READY) {
		want[R10] = 0;
		want[R11] = 0;
	}
	check_call(0, 0, regs, want, COMPLETED);
	end_of_check();
}

static void seq_call(void)
{
	u64 regs[NR_REGS], want[NR_REGS];

	set_inputs(regs, number(3), 0);
	regs[RCX] = number(4);
	regs[RDX] = number(5);
	regs[R8] = number(6);
	regs[R9] = 0;
	regs[R10] = 0;
	regs[R11] = 0;
	memcpy(want, regs, sizeof(want));
	want[RAX] = number(8);
	want[RCX] = number(9);
	want[RDX] = number(10);
	want[R8] = number(11);
	check_call(number(1), number(2), regs, want, COMPLETED);
	check_state(state_word(12));
	end_of_check();
}

static bool is_script(void)
{
	return is(0, "lock") || is(0, "unlock") || is(0, "fault");
}

static void seq_script(void)
{
	if (backend_line(line_text))
		return;

	mismatch_name("line", line_text, "refused");
	end_of_check();
}

static void seq_line(void)
{
	if (is(0, "state")) {
		seq_state();
	} else if (is_script()) {
		load_once();
		seq_script();
	} else if (is(0, "rdmd")) {
		seq_rdmd();
	} else if (is(0, "call")) {
		load_once();
		if (nr_words > 7)
			seq_call();
		else
			seq_tdmr_init();
	} else if (!machine_line(&machine)) {
		die("unknown line");
	}
}

/* ---- first, field, rd, rd-noinit: rd.vec ---- */

static void start_record(const char *name)
{
	static char copy[MAX_LINE];

	machine = header;
	loaded = false;
	memset(&config, 0, sizeof(config));
	snprintf(copy, sizeof(copy), "%s", name);
	record_name = copy;
}

/* rd.vec says nothing of KeyIDs, and TDH.SYS.RD does not care. */
static void rd_start(void)
{
	if (loaded)
		return;

	start_record("rd");
	machine.lps = 1;
	machine.hkid_bits = 6;
	machine.private_hkid_min = 32;
	machine.private_hkid_max = 63;
	load_once();
	reach(SYSINIT_DONE, 1, NULL, 0);
}

#define FIELD_CLASS(id)	((id) >> 56 & 0x3f)

static bool rd_value_known(unsigned int kind, u64 id)
{
	return !is(kind, "PLATFORM") || FIELD_CLASS(id) == 0 ||
	       FIELD_CLASS(id) == 0x10;
}

/* "field ID BITS VALUE NEXT KIND", "rd ID out RAX NEXT VALUE KIND" */
static void rd_line(void)
{
	u64 regs[NR_REGS], want[NR_REGS], id = number(1);
	bool field = is(0, "field"), known = rd_value_known(field ? 5 : 6, id);

	rd_start();
	set_inputs(regs, TDH_SYS_RD, 0);
	regs[RCX] = 0x11;
	regs[RDX] = id;
	regs[R8] = 0x22;
	memcpy(want, regs, sizeof(want));
	want[RAX] = field ? 0 : number(3);
	want[RDX] = number(4);
	want[R8] = number(field ? 3 : 5);
	record_name = words[1];

	if (known) {
		check_call(is(0, "rd-noinit"), 0, regs, want, COMPLETED);
	} else {
		backend_call(0, 0, regs);
		if (regs[RAX] != want[RAX] || regs[RDX] != want[RDX])
			mismatch("next id", want[RDX], regs[RDX]);
	}
	end_of_check();
}

/* ---- row: rows.vec ---- */

static bool set_outcome(const char *word, enum outcome *outcome)
{
	unsigned int i;

	*outcome = COMPLETED;
	for (i = VMFAILINVALID; i < NR_OUTCOMES; i++) {
		if (!strcmp(word, outcome_names[i])) {
			*outcome = i;
			return true;
		}
	}

	return false;
}

struct row_call {
	unsigned int lp;
	unsigned int package;
	unsigned int times;
	u64 in[NR_REGS];
	u64 want[NR_REGS];
	enum outcome outcome;
	bool has_state;
	enum state state;
};

/* "NAME=VALUE" of a call; in all of its outputs, from is -> on. */
static void row_word(struct row_call *call, unsigned int word, bool output)
{
	char *value = strchr(words[word], '=');
	enum reg reg;

	if (!value)
		die("'%s' has no value", words[word]);
	*value++ = 0;

	for (reg = RCX; reg < RFLAGS; reg++) {
		if (strcmp(words[word], reg_names[reg]))
			continue;
		call->want[reg] = parse_number(value);
		if (!output)
			call->in[reg] = call->want[reg];
		return;
	}

	if (is(word, "lp")) {
		call->lp = parse_number(value);
		call->package = package_of(call->lp);
	} else if (is(word, "pkg")) {
		call->package = parse_number(value);
	} else if (is(word, "times")) {
		call->times = parse_number(value);
	} else if (is(word, "state")) {
		words[word] = value;
		call->has_state = true;
		call->state = state_word(word);
	} else {
		die("no register or setting '%s'", words[word]);
	}
}

/* call RAX [lp=N] [pkg=N] [times=N] [REG=V].. -> RAX [REG=V].. [state=NAME] */
static void row_call(void)
{
	struct row_call call = { .times = 1 };
	u64 regs[NR_REGS];
	unsigned int word;

	set_inputs(call.in, number(1), 0xa5a5a5a5a5a5a500);
	memcpy(call.want, call.in, sizeof(call.want));
	for (word = 2; word < nr_words && !is(word, "->"); word++)
		row_word(&call, word, false);
	if (++word >= nr_words)
		die("no '->' and result");
	if (!set_outcome(words[word], &call.outcome))
		call.want[RAX] = number(word);
	while (++word < nr_words)
		row_word(&call, word, true);

	for (; call.times && !record_failed; call.times--) {
		memcpy(regs, call.in, sizeof(regs));
		check_call(call.lp, call.package, regs, call.want,
			   call.outcome);
	}
	if (call.has_state)
		check_state(call.state);
}

/* memory PA -> VALUE: 64 bits in memory */
static void row_memory(void)
{
	u64 value;

	backend_read(&value, number(1), sizeof(value));
	if (value != number(3))
		mismatch("memory", number(3), value);
}

/* info I OFFSET VALUE: 64 bits in TDMR_INFO I */
static void row_info(void)
{
	struct tdmr *tdmr = &machine.tdmrs[index_below(1, MAX_TDMRS)];

	((u64 *)&tdmr->info)[index_below(2, sizeof(tdmr->info)) / 8] =
		number(3);
}

/* refused LINE: the backend takes no such line */
static void row_refused(void)
{
	const char *line = line_text + strlen("refused ");

	if (backend_line(line))
		mismatch_name("line", "refused", line);
}

/* Returns false when the backend does not have what the row is about. */
static bool row_clause(void)
{
	if (is(0, "info")) {
		row_info();
		return true;
	}
	if (machine_line(&machine))
		return true;

	load_once();
	if (is(0, "state"))
		reach(state_word(1), machine.lps, machine.tdmrs,
		      machine.nr_tdmrs);
	else if (is(0, "call"))
		row_call();
	else if (is(0, "memory"))
		row_memory();
	else if (is(0, "presence") || is(0, "vmx") || is(0, "inject"))
		return backend_line(line_text);
	else if (is_script())
		tell_backend("%s", line_text);
	else if (is(0, "refused"))
		row_refused();
	else
		die("unknown clause '%s'", line_text);

	return true;
}

/* row NAME SECTION ; CLAUSE ; ... */
static void row_line(void)
{
	char text[MAX_LINE], *clause, *save;
	bool complete = true;

	if (nr_words < 4)
		die("too few words");
	start_record(words[1]);
	memcpy(text, line_text, sizeof(text));
	strtok_r(text, ";", &save);
	while (complete && (clause = strtok_r(NULL, ";", &save))) {
		split(clause);
		complete = row_clause();
	}

	if (complete)
		end_of_check();
	else
		skipped++;
}

/* ---- files ---- */

static void (*record_line)(void);

static void handle_line(void)
{
	if (!nr_words || words[0][0] == '#')
		return;

	if (is(0, "case") || is(0, "seq")) {
		record_line = is(0, "case") ? config_line : seq_line;
		start_record(line_text);
	} else if (is(0, "end")) {
		record_line = NULL;
	} else if (record_line) {
		record_line();
	} else if (is(0, "field") || is(0, "first") || is(0, "rd") ||
		   is(0, "rd-noinit")) {
		rd_line();
	} else if (is(0, "row")) {
		row_line();
	} else if (!machine_line(&header)) {
		die("unknown line");
	}
}

static void run_file(const char *name)
{
	char text[MAX_LINE];
	FILE *f = fopen(name, "r");

	if (!f) {
		perror(name);
		exit(2);
	}

	file = name;
	line_nr = 0;
	memset(&header, 0, sizeof(header));
	snprintf(header.version, sizeof(header.version), "1.5.05");
	record_line = NULL;
	loaded = false;

	while (fgets(text, sizeof(text), f)) {
		line_nr++;
		split(text);
		handle_line();
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	unsigned long all_failed = 0;
	int i;

	backend_init();
	for (i = 1; i < argc; i++) {
		passed = 0;
		failed = 0;
		skipped = 0;
		run_file(argv[i]);
		printf("%s: %lu passed, %lu failed, %lu skipped\n", argv[i],
		       passed, failed, skipped);
		fflush(stdout);
		all_failed += failed;
	}

	return all_failed ? 1 : 0;
}
