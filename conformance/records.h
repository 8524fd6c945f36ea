/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds of records have in common.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <stdbool.h>
#include <stdnoreturn.h>

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
	unsigned int max_pa;
	unsigned int hkid_bits;
	unsigned int private_hkid_min;
	unsigned int private_hkid_max;
	struct range seamrr;
	bool smrr2;
	struct range cmrs[MAX_CMRS];
	bool own_cmrs;
	struct tdmr tdmrs[MAX_TDMRS];
	unsigned int nr_tdmrs;
	/* R8 of the TDH.SYS.CONFIG that leads to a state */
	u64 config_r8;
};

enum state {
	SYSINIT_PENDING, SYSINIT_DONE, SYSCONFIG_DONE, SYS_READY, SYS_SHUTDOWN
};

/* record_words.c */
extern const char *file;
extern unsigned long line_nr;
/* The line, or clause of a row, as it is, and its words. */
extern char line_text[MAX_LINE];
extern char *words[MAX_WORDS];
extern unsigned int nr_words;

noreturn void die(const char *format, ...);
void split(const char *text);
bool is(unsigned int word, const char *text);
u64 parse_number(const char *text);
u64 number(unsigned int word);
unsigned int index_below(unsigned int word, unsigned int limit);
enum state state_word(unsigned int word);
const char *state_name(enum state state);

/* record_machine.c */
extern struct machine header, machine;

void tell_backend(const char *format, ...);
u64 strip_hkid(u64 pa);
void place_tdmrs(u64 array, const struct tdmr *tdmrs, unsigned int nr);
/* Of the machine, unless it is loaded already. */
void load_once(void);
extern bool loaded;
unsigned int package_of(unsigned int lp);
bool machine_line(struct machine *m);
/* A line for the backend, such as a fault. */
bool is_script(void);

/* record_calls.c */
extern unsigned long passed, failed, skipped;
/* What a record has failed on is printed with its name. */
extern const char *record_name;
extern bool record_failed;

enum reg find_reg(const char *name);
enum outcome find_outcome(const char *name);
void unknown_line(void);
void set_inputs(u64 *regs, u64 rax, u64 rest);
void mismatch(const char *what, u64 want, u64 got);
void mismatch_name(const char *what, const char *want, const char *got);
void end_of_check(void);
/* Compares all registers but those that @unknown has a bit for. */
void check_call(unsigned int lp, unsigned int package, u64 *regs,
		const u64 *want, enum outcome want_outcome,
		unsigned int unknown);
void check_state(enum state state);
/* Reaches a state by good calls. */
void reach(enum state state, unsigned int nr_lps, const struct tdmr *tdmrs,
	   unsigned int nr_tdmrs);

/* A record of each kind: a line of it, and where it starts. */
void start_record(const char *name);
void config_start(void);
void config_line(void);
void seq_start(void);
void seq_line(void);
void rd_line(void);
void row_line(void);
/* Rows run on this release alone, unless it is NULL. */
extern const char *only_release;

#endif
