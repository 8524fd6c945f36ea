// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of a line, and what they say.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

const char *file;
unsigned long line_nr;

void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%lu: ", file, line_nr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static const char * const state_names[] = {
	"SYSINIT_PENDING", "SYSINIT_DONE", "SYSCONFIG_DONE", "SYS_READY",
	"SYS_SHUTDOWN"
};

const char *state_name(enum state state)
{
	return state_names[state];
}

char line_text[MAX_LINE];	/* the line, or clause of a row, as it is */
static char line_copy[MAX_LINE];
char *words[MAX_WORDS];
unsigned int nr_words;

void split(const char *text)
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

bool is(unsigned int word, const char *text)
{
	return word < nr_words && !strcmp(words[word], text);
}

u64 parse_number(const char *text)
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

u64 number(unsigned int word)
{
	if (word >= nr_words)
		die("too few words");
	return parse_number(words[word]);
}

unsigned int index_below(unsigned int word, unsigned int limit)
{
	u64 n = number(word);

	if (n >= limit)
		die("%s is too high", words[word]);
	return n;
}

enum state state_word(unsigned int word)
{
	unsigned int state;

	for (state = 0; state < ARRAY_LEN(state_names); state++) {
		if (is(word, state_names[state]))
			return state;
	}
	die("unknown state");
}
