// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine that a record describes.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

struct machine header;		/* as given at the top of the file */
struct machine machine;		/* the one of the record */
bool loaded;

void tell_backend(const char *format, ...)
{
	char line[MAX_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (!backend_line(line))
		die("refused: %s", line);
}

u64 strip_hkid(u64 pa)
{
	return pa & ((1ULL << (machine.max_pa - machine.hkid_bits)) - 1);
}

void place_tdmrs(u64 array, const struct tdmr *tdmrs, unsigned int nr)
{
	u64 pas[MAX_TDMRS];
	unsigned int i;

	for (i = 0; i < nr; i++)
		pas[i] = tdmrs[i].pa;
	backend_write(strip_hkid(array), pas, nr * sizeof(*pas));
	for (i = 0; i < nr; i++)
		backend_write(strip_hkid(tdmrs[i].pa), &tdmrs[i].info,
			      sizeof(tdmrs[i].info));
}

/* In one piece: in a system call each, the lines took longer than the calls. */
static void load_module(void)
{
	const struct range *cmrs = machine.cmrs;
	unsigned int i;
	char *lines;
	size_t size;
	FILE *file = open_memstream(&lines, &size);

	if (!file)
		die("no memory");

	fprintf(file, "version %s\nlps %u\npkgs %u\nfms 806f8\nmax_pa %u\nhkid_bits %u\n",
		machine.version, machine.lps, machine.packages, machine.max_pa,
		machine.hkid_bits);
	fprintf(file, "private_hkid_min %u\nprivate_hkid_max %u\nseamrr %llx %llx\nsmrr2 %s\n",
		machine.private_hkid_min, machine.private_hkid_max,
		(unsigned long long)machine.seamrr.base,
		(unsigned long long)machine.seamrr.size,
		machine.smrr2 ? "on" : "off");
	for (i = 0; i < MAX_CMRS; i++) {
		if (cmrs[i].base || cmrs[i].size)
			fprintf(file, "cmr %u %llx %llx\n", i,
				(unsigned long long)cmrs[i].base,
				(unsigned long long)cmrs[i].size);
	}
	fclose(file);

	backend_reset();
	if (!backend_lines(lines))
		die("refused: %s", lines);
	free(lines);
}

/* LPs of the same number for each package. */
unsigned int package_of(unsigned int lp)
{
	return lp < machine.lps ? lp * machine.packages / machine.lps : 0;
}

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

bool machine_line(struct machine *m)
{
	if (is(0, "version"))
		snprintf(m->version, sizeof(m->version), "%s", words[1]);
	else if (is(0, "lps"))
		m->lps = number(1);
	else if (is(0, "packages") || is(0, "pkgs"))
		m->packages = number(1);
	else if (is(0, "max_pa"))
		m->max_pa = number(1);
	else if (is(0, "hkid_bits"))
		m->hkid_bits = number(1);
	else if (is(0, "private_hkid_min"))
		m->private_hkid_min = number(1);
	else if (is(0, "private_hkid_max"))
		m->private_hkid_max = number(1);
	else if (is(0, "seamrr"))
		m->seamrr = (struct range) { number(1), number(2) };
	else if (is(0, "smrr2"))
		m->smrr2 = is(1, "on");
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

void load_once(void)
{
	if (loaded)
		return;

	load_module();
	place_tdmrs(ARRAY_PA, machine.tdmrs, machine.nr_tdmrs);
	loaded = true;
}

void start_record(const char *name)
{
	static char copy[MAX_LINE];

	machine = header;
	loaded = false;
	snprintf(copy, sizeof(copy), "%s", name);
	record_name = copy;
}

bool is_script(void)
{
	return is(0, "lock") || is(0, "unlock") || is(0, "fault");
}
