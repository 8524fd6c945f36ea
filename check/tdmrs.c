// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run the functions of the series that split memory into TDMRs, in user space: on
 * hosts of all sizes, for a table, and on many random hosts.  check/tdmrs.sh copies the
 * functions out of tdx.c into split.c.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/align.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/types.h>

#define TDX_PS_NR	3
#define SZ_1M		BIT(20)
#define SZ_1G		BIT(30)
#define PFN_PHYS(pfn)	((u64)(pfn) << 12)
#define PHYS_PFN(pa)	((pa) >> 12)
#define min3(a, b, c)	min((int)(a), min((int)(b), (int)(c)))
#define DECLARE_FLEX_ARRAY(type, name) struct { struct { } empty; type name[]; }

#define fail(...)	do { show_host(); printf(__VA_ARGS__); exit(1); } while (0)

static void show_host(void);

/* Running out of TDMRs is no fault. */
static void pr_warn(const char *format, ...)
{
	if (strstr(format, "unable to find local NUMA node"))
		fail("a TDMR has no node\n");
}

#include "tdx.h"
#include "split.c"

#define MAX_RANGES	64
#define MAX_NODES	8
#define TDMR_BYTES	512
#define MAX_TDMRS	64
#define MAX_RSVD	16

/* A host: its memory, ascending, and as much of that in CMRs. */
static struct tdx_memblock ranges[MAX_RANGES];
static int nr_ranges;
static struct tdx_cmr_list cmrs;
static LIST_HEAD(tmb_list);
static int max_tdmrs, max_rsvd;

static void show_host(void)
{
	int i;

	printf("max_tdmrs %d, max_rsvd %d\n", max_tdmrs, max_rsvd);
	for (i = 0; i < nr_ranges; i++)
		printf("[%#lx, %#lx) node %d\n", PFN_PHYS(ranges[i].start_pfn),
		       PFN_PHYS(ranges[i].end_pfn), ranges[i].nid);
}

static void new_host(void)
{
	nr_ranges = 0;
	cmrs.nr = 0;
	INIT_LIST_HEAD(&tmb_list);
	max_tdmrs = MAX_TDMRS;
	max_rsvd = MAX_RSVD;
}

static void add_memory(u64 start, u64 end, int nid)
{
	struct tdx_memblock *tmb = &ranges[nr_ranges++];

	tmb->start_pfn = PHYS_PFN(start);
	tmb->end_pfn = PHYS_PFN(end);
	tmb->nid = nid;
	list_add_tail(&tmb->list, &tmb_list);

	if (cmrs.nr && cmrs.cmrs[cmrs.nr - 1].end == start) {
		cmrs.cmrs[cmrs.nr - 1].end = end;
		return;
	}
	if (cmrs.nr < TDX_MAX_CMRS)
		cmrs.cmrs[cmrs.nr++] = (struct tdx_cmr) { start, end };
}

/* The TDMRs of the host, and how many TDMRs and holes there are in one place. */
struct layout {
	struct tdmr_info_list list;
	char entries[MAX_TDMRS * TDMR_BYTES] __aligned(TDMR_BYTES);
	u64 largest;
	int node[MAX_NODES];
	int holes;
};

static struct layout unsplit, split;

static struct tdmr_info *entry(struct layout *l, int i)
{
	return tdmr_entry(&l->list, i);
}

static int count_holes(struct tdmr_info *tdmr)
{
	u64 end = tdmr->base;
	int i, holes = 0;

	for (i = 0; i < cmrs.nr; i++) {
		if (cmrs.cmrs[i].end <= tdmr->base)
			continue;
		if (cmrs.cmrs[i].base >= tdmr_end(tdmr))
			break;
		holes += cmrs.cmrs[i].base > end;
		end = cmrs.cmrs[i].end;
	}

	return holes + (end < tdmr_end(tdmr));
}

static bool lay_out(struct layout *l)
{
	memset(l, 0, sizeof(*l));
	l->list.tdmrs = l->entries;
	l->list.tdmr_sz = TDMR_BYTES;
	l->list.max_tdmrs = max_tdmrs;

	return !fill_out_tdmrs(&tmb_list, &l->list);
}

static void measure(struct layout *l)
{
	int i;

	for (i = 0; i < l->list.nr_consumed_tdmrs; i++) {
		struct tdmr_info *tdmr = entry(l, i);

		l->largest = max(l->largest, tdmr->size);
		l->node[tdmr_get_nid(tdmr, &tmb_list)]++;
		l->holes = max(l->holes, count_holes(tdmr));
	}
}

static bool is_split(void)
{
	return split.list.nr_consumed_tdmrs > unsplit.list.nr_consumed_tdmrs;
}

/* The parts of each TDMR have to cover it, in their order, and nothing else. */
static void check_parts(void)
{
	int i, j = 0;

	for (i = 0; i < unsplit.list.nr_consumed_tdmrs; i++) {
		struct tdmr_info *whole = entry(&unsplit, i);
		u64 next = whole->base;

		while (next < tdmr_end(whole)) {
			struct tdmr_info *part = entry(&split, j);

			if (j++ == split.list.nr_consumed_tdmrs || part->base != next ||
			    !part->size || part->size % SZ_1G || part->size > whole->size)
				fail("TDMR %d is [%#lx, %#lx)\n", j - 1, part->base,
				     part->base + part->size);
			next = tdmr_end(part);
		}
		if (next != tdmr_end(whole))
			fail("TDMR %d ends at %#lx\n", j - 1, next);
	}
	if (j != split.list.nr_consumed_tdmrs)
		fail("%d TDMRs, and memory for %d\n", split.list.nr_consumed_tdmrs, j);
}

static void check_limits(void)
{
	int nid, nr = split.list.nr_consumed_tdmrs;

	if (!is_split())
		return;
	if (nr > 16 || nr > max_tdmrs)
		fail("%d TDMRs\n", nr);
	if (nr + split.holes > max_rsvd)
		fail("%d TDMRs and %d holes\n", nr, split.holes);
	if (split.largest >= unsplit.largest)
		fail("%d TDMRs for nothing\n", nr);
	for (nid = 0; nid < MAX_NODES; nid++) {
		if (split.node[nid] > 4)
			fail("%d TDMRs of node %d\n", split.node[nid], nid);
	}
}

/* Returns false for a host with more ranges than the TDX module can have. */
static bool split_host(void)
{
	if (!lay_out(&unsplit) || !lay_out(&split))
		return false;

	split_tdmrs(&split.list, &tmb_list,
		    max_split_tdmrs(&split.list, &cmrs, max_rsvd));
	measure(&unsplit);
	measure(&split);
	check_parts();
	check_limits();
	return true;
}

#define LOW_END		(2 * SZ_1G)
#define HIGH_START	(4 * SZ_1G)
#define NODE_HOLE	(64 * SZ_1M)

/* A hole of 2 GB below 4 GB, and one of 64 MB at the end of each node. */
static void usual_host(u64 size, int nodes)
{
	u64 share = size / nodes;
	int nid;

	new_host();
	for (nid = 0; nid < nodes; nid++) {
		u64 start = nid * share, end = start + share;
		u64 last = end - (share < SZ_1G ? 0 : NODE_HOLE);

		if (start < LOW_END)
			add_memory(start ?: SZ_1M, end > LOW_END ? LOW_END : last, nid);
		if (end > LOW_END)
			add_memory(max(start, LOW_END) + HIGH_START - LOW_END,
				   last + HIGH_START - LOW_END, nid);
	}
}

static const int node_counts[] = { 1, 2, 4, 8 };
static const u64 sizes[] = { 1, 4, 16, 64, 256, 1024, 2048, 4096, 8192 };

static void print_row(u64 size, bool largest)
{
	char cell[32];
	unsigned int i;

	printf("    %4lu GB", size);
	for (i = 0; i < ARRAY_SIZE(node_counts); i++) {
		usual_host(size * SZ_1G, node_counts[i]);
		if (!split_host())
			fail("too many TDMRs\n");
		sprintf(cell, "%lu -> %lu",
			largest ? unsplit.largest / SZ_1G : unsplit.list.nr_consumed_tdmrs,
			largest ? split.largest / SZ_1G : split.list.nr_consumed_tdmrs);
		printf("%15s", cell);
	}
	printf("\n");
}

static void print_table(const char *title, bool largest)
{
	unsigned int i;

	printf("    %-7s", title);
	for (i = 0; i < ARRAY_SIZE(node_counts); i++)
		printf("%10d node%c", node_counts[i], node_counts[i] == 1 ? ' ' : 's');
	printf("\n");
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		print_row(sizes[i], largest);
}

static u64 random_below(u64 n)
{
	return ((u64)random() << 31 | random()) % n;
}

/* Ranges from 1 MB to a few TB, their ends often within a GB, on nodes in turn or mixed. */
static void random_host(void)
{
	int i, nr = 1 + random_below(40), nodes = 1 + random_below(MAX_NODES);
	bool mixed = random_below(2);
	u64 start, end = 0;

	new_host();
	if (!random_below(4))
		max_tdmrs = 1 + random_below(MAX_TDMRS);
	if (!random_below(4))
		max_rsvd = random_below(64);

	for (i = 0; i < nr; i++) {
		start = end + random_below(3) * random_below(1ULL << random_below(14)) * SZ_1M;
		end = start + (1 + random_below(1ULL << random_below(22))) * SZ_1M;
		add_memory(start, end, mixed ? random_below(nodes) : i * nodes / nr);
	}
}

#define RANDOM_HOSTS	100000

int main(void)
{
	int i, nr = 0, nr_split = 0, nr_max = 0;

	print_table("TDMRs", false);
	printf("\n");
	print_table("Largest", true);

	for (i = 0; i < RANDOM_HOSTS; i++) {
		random_host();
		if (!split_host())
			continue;
		nr++;
		nr_split += is_split();
		if (is_split())
			nr_max = max(nr_max, split.list.nr_consumed_tdmrs);
	}
	fprintf(stderr, "%d random hosts, %d of them split, into up to %d TDMRs\n",
		nr, nr_split, nr_max);
	return 0;
}
