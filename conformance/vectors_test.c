// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs files of calls to the TDX module, each with the answer that it has to
 * give, against a backend: see vectors_test.h.
 *
 * usage: vectors_test [--rows-of RELEASE] [RELEASE/]FILE...
 *
 * Rows run on each release that they hold for, or on the given one of them.
 * The directory says the release of the module, 1.5.05 where it has another name.
 * Files whose names end in .xz are decompressed by xz.
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
 * packages and CMRs, and UNREAD ones, are compared by their next id only.
 *
 * Prints what was wanted and what came of each failed record, then counts. Exit
 * status 1 if any failed.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

static void (*record_line)(void);

static void start(void (*start_kind)(void), void (*line)(void))
{
	start_kind();
	record_line = line;
	start_record(line_text);
}

static void handle_line(void)
{
	if (!nr_words || words[0][0] == '#')
		return;

	if (is(0, "case")) {
		start(config_start, config_line);
	} else if (is(0, "seq")) {
		start(seq_start, seq_line);
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
		record_name = "header";
		unknown_line();
	}
}

/* The directory of a file, if it is named after a release. */
static void set_release(const char *name)
{
	const char *slash = strrchr(name, '/'), *start = slash;

	while (start && start > name && start[-1] != '/')
		start--;
	if (start && isdigit(*start))
		snprintf(header.version, sizeof(header.version), "%.*s",
			 (int)(slash - start), start);
	else
		snprintf(header.version, sizeof(header.version), "1.5.05");
}

static FILE *open_file(const char *name, bool compressed)
{
	char command[MAX_LINE];
	FILE *f;

	snprintf(command, sizeof(command), "xz -dc '%s'", name);
	f = compressed ? popen(command, "r") : fopen(name, "r");
	if (!f) {
		perror(name);
		exit(2);
	}

	return f;
}

static void close_file(FILE *f, bool compressed)
{
	if (!compressed)
		fclose(f);
	else if (pclose(f))
		die("xz failed");
}

static void run_file(const char *name)
{
	size_t len = strlen(name);
	bool compressed = len > 3 && !strcmp(name + len - 3, ".xz");
	FILE *f = open_file(name, compressed);
	char text[MAX_LINE];

	file = name;
	line_nr = 0;
	memset(&header, 0, sizeof(header));
	header.max_pa = 52;
	set_release(name);
	record_line = NULL;
	loaded = false;

	while (fgets(text, sizeof(text), f)) {
		line_nr++;
		split(text);
		handle_line();
	}
	close_file(f, compressed);
}

int main(int argc, char **argv)
{
	unsigned long all_failed = 0;
	int i = 1;

	if (argc > 2 && !strcmp(argv[1], "--rows-of")) {
		only_release = argv[2];
		i = 3;
	}

	backend_init();
	for (; i < argc; i++) {
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
