// SPDX-License-Identifier: GPL-2.0-only
/*
 * row: one rule in one line, see rows.vec.
 */
#include <stdio.h>
#include <string.h>

#include "records.h"

const char *only_release;

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

	reg = find_reg(words[word]);
	if (reg > RAX && reg < RFLAGS) {
		call->want[reg] = parse_number(value);
		if (!output)
			call->in[reg] = call->want[reg];
	} else if (is(word, "lp")) {
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
	call.outcome = find_outcome(words[word]);
	if (call.outcome == NR_OUTCOMES) {
		call.outcome = COMPLETED;
		call.want[RAX] = number(word);
	}
	while (++word < nr_words)
		row_word(&call, word, true);

	for (; call.times && !record_failed; call.times--) {
		memcpy(regs, call.in, sizeof(regs));
		check_call(call.lp, call.package, regs, call.want,
			   call.outcome, 0);
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

static void run_row(const char *name, const char *clauses)
{
	char text[MAX_LINE], *clause, *save;
	bool complete = true;

	start_record(name);
	snprintf(text, sizeof(text), "%s", clauses);
	for (clause = strtok_r(text, ";", &save); clause && complete;
	     clause = strtok_r(NULL, ";", &save)) {
		split(clause);
		complete = row_clause();
	}

	if (complete)
		end_of_check();
	else
		skipped++;
}

/* Of a list with commas, of which all are one, or the one that is asked for. */
static bool holds_for(const char *list, const char *release)
{
	size_t len = strlen(release);

	if (!strcmp(list, "all"))
		return true;

	while (list && (strncmp(list, release, len) ||
			(list[len] && list[len] != ','))) {
		list = strchr(list, ',');
		if (list)
			list++;
	}

	return list;
}

/* row NAME SECTION RELEASES ; CLAUSE ; ... */
void row_line(void)
{
	static const char * const releases[] = {
		"1.0", "1.5.01", "1.5.05", "1.5.25", "2.0.08", "2.0.18"
	};
	char name[MAX_LINE], clauses[MAX_LINE], list[MAX_LINE];
	unsigned int i, runs = 0;

	if (nr_words < 5 || !is(4, ";"))
		die("no 'row NAME SECTION RELEASES ;'");
	snprintf(clauses, sizeof(clauses), "%s", strchr(line_text, ';'));
	snprintf(list, sizeof(list), "%s", words[3]);
	snprintf(name, sizeof(name), "%s", words[1]);

	for (i = 0; i < ARRAY_LEN(releases); i++) {
		char name_on[2 * MAX_LINE];

		if (!holds_for(list, releases[i]))
			continue;
		runs++;
		if (only_release && strcmp(only_release, releases[i]))
			continue;
		snprintf(name_on, sizeof(name_on), "%s on %s", name, releases[i]);
		snprintf(header.version, sizeof(header.version), "%s", releases[i]);
		run_row(name_on, clauses);
	}
	if (!runs)
		die("no release in '%s'", list);
}
