// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the model of the TDX module in tdx_module.c, compiled for user space,
 * against files of answers that the real module gave.
 *
 * usage: vectors_test FILE...
 *
 * A file holds sequences of calls, told apart by their first word:
 *
 *   case      one TDH.SYS.CONFIG in a state that is reached before it
 *   seq       calls after each other on a freshly loaded module
 *   field,    TDH.SYS.RD of one field, on a module with one initialised LP
 *   first, rd
 *
 * Platform faults that the model leaves to injection (MSRs, CPUID, entropy,
 * SEAM capabilities) make the rest of their sequence skipped. PLATFORM fields
 * other than packages and CMRs are compared by their next id only.
 *
 * Prints one line a failed record, then counts. Exit status 1 if any failed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tdx_module.c"

#define MAX_WORDS	32
#define NR_LPS		1024

/* Where the symbolic addresses are, away from all others in the files. */
#define ARRAY_PA	0x2000000000ULL
#define INFO_PA		0x2000010000ULL

/* ---- host memory: pages that come into being when they are written ---- */

#define PAGE_BYTES	4096
#define NR_BUCKETS	65536

struct page {
	struct page *next;
	u64 pfn;
	u8 bytes[PAGE_BYTES];
};

static struct page *pages[NR_BUCKETS];

static struct page *find_page(u64 pa)
{
	struct page *page = pages[(pa / PAGE_BYTES) % NR_BUCKETS];

	while (page && page->pfn != pa / PAGE_BYTES)
		page = page->next;

	return page;
}

static struct page *get_page(u64 pa)
{
	struct page **bucket = &pages[(pa / PAGE_BYTES) % NR_BUCKETS];
	struct page *page = find_page(pa);

	if (page)
		return page;

	page = calloc(1, sizeof(*page));
	if (!page)
		exit(2);
	page->pfn = pa / PAGE_BYTES;
	page->next = *bucket;
	*bucket = page;
	return page;
}

static void forget_pages(void)
{
	struct page *page;
	int i;

	for (i = 0; i < NR_BUCKETS; i++) {
		while ((page = pages[i])) {
			pages[i] = page->next;
			free(page);
		}
	}
}

static void host_read(void *dst, u64 pa, size_t len)
{
	u8 *to = dst;

	for (; len; len--, pa++) {
		struct page *page = find_page(pa);

		*to++ = page ? page->bytes[pa % PAGE_BYTES] : 0;
	}
}

static void host_write(u64 pa, const void *src, size_t len)
{
	const u8 *from = src;

	for (; len; len--, pa++)
		get_page(pa)->bytes[pa % PAGE_BYTES] = *from++;
}

/* ---- the machine of the current record ---- */

static struct tdx_module module;
static struct tdx_lp lps[NR_LPS];
static u32 lp_packages[NR_LPS];

static struct tdx_platform header;	/* as given at the top of the file */
static struct tdx_platform platform;	/* the one of the record */

struct tdmr_line {
	u64 pa;
	struct tdmr_info info;
};

static struct tdmr_line header_tdmrs[TDX_MAX_TDMRS];
static struct tdmr_line tdmrs[TDX_MAX_TDMRS];
static unsigned int nr_header_tdmrs, nr_tdmrs;

static unsigned long passed, failed, skipped;
static const char *file;
static unsigned long line_nr;

static u32 host_lp_package(unsigned int lp)
{
	return lp_packages[lp];
}

static const struct tdx_host_ops host_ops = {
	.read		= host_read,
	.write		= host_write,
	.lp_package	= host_lp_package,
};

static void load_module(void)
{
	memset(&module, 0, sizeof(module));
	memset(lps, 0, sizeof(lps));
	forget_pages();
	module.ops = &host_ops;
	module.lps = lps;
	module.platform = platform;
}

static void place_tdmrs(u64 array, const struct tdmr_line *lines,
			unsigned int nr)
{
	unsigned int i;
	u64 pa;

	array = pa_strip_hkid(&module, array);
	for (i = 0; i < nr; i++) {
		host_write(array + i * sizeof(u64), &lines[i].pa, sizeof(u64));
		pa = pa_strip_hkid(&module, lines[i].pa);
		host_write(pa, &lines[i].info, sizeof(lines[i].info));
	}
}

static void check(bool good, const char *what)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("%s:%lu: %s\n", file, line_nr, what);
}

static struct tdx_regs seamcall(unsigned int lp, u64 rax, u64 rcx, u64 rdx,
				u64 r8)
{
	struct tdx_regs regs = { .rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8 };

	if (lp >= NR_LPS || !tdx_module_seamcall(&module, lp, &regs)) {
		fprintf(stderr, "%s:%lu: no such LP\n", file, line_nr);
		exit(2);
	}
	return regs;
}

/* ---- words of a line ---- */

static char *words[MAX_WORDS];
static unsigned int nr_words;

static void split(char *text)
{
	char *save, *word;

	memset(words, 0, sizeof(words));
	nr_words = 0;
	for (word = strtok_r(text, "\n ", &save); word && nr_words < MAX_WORDS;
	     word = strtok_r(NULL, "\n ", &save))
		words[nr_words++] = word;
}

static bool is(unsigned int word, const char *text)
{
	return word < nr_words && !strcmp(words[word], text);
}

static u64 number(unsigned int word)
{
	u64 base = 0;
	char *text;

	if (word >= nr_words) {
		fprintf(stderr, "%s:%lu: too few words\n", file, line_nr);
		exit(2);
	}

	text = words[word];
	if (!strncmp(text, "ARRAY", 5)) {
		base = ARRAY_PA;
		text += 5;
	} else if (!strncmp(text, "OK", 2)) {
		/* word 1 of a tdmr line is its number */
		base = INFO_PA + strtoull(words[1], NULL, 0) * TDMR_INFO_ALIGN;
		text += 2;
	}

	return base + (*text ? strtoull(*text == '+' ? text + 1 : text, NULL, 0) : 0);
}

static enum tdx_module_state state_word(unsigned int word)
{
	enum tdx_module_state state;

	for (state = TDX_STATE_SYSINIT_PENDING;
	     state <= TDX_STATE_SYS_SHUTDOWN; state++) {
		if (is(word, tdx_module_state_name(state)))
			return state;
	}

	fprintf(stderr, "%s:%lu: unknown state\n", file, line_nr);
	exit(2);
}

/* ---- lines that describe the machine ---- */

static bool platform_line(struct tdx_platform *p, struct tdmr_line *t,
			  unsigned int *nr)
{
	unsigned int i, n;

	if (is(0, "max_pa")) {
		return true;
	} else if (is(0, "hkid_bits")) {
		p->hkid_bits = number(1);
	} else if (is(0, "private_hkid_min")) {
		p->private_hkid_min = number(1);
	} else if (is(0, "private_hkid_max")) {
		p->private_hkid_max = number(1);
	} else if (is(0, "seamrr")) {
		p->seamrr = (struct tdx_range) { number(1), number(2) };
	} else if (is(0, "packages") || is(0, "pkgs")) {
		p->packages = number(1);
	} else if (is(0, "cmr")) {
		p->cmrs[number(1)] = (struct tdx_range) { number(2), number(3) };
	} else if (is(0, "tdmr")) {
		i = number(1);
		t[i].pa = number(2);
		t[i].info.base = number(3);
		t[i].info.size = number(4);
		for (n = 0; n < TDX_PAMT_LEVELS; n++)
			t[i].info.pamt[n] = (struct tdx_range) {
				number(5 + 2 * n), number(6 + 2 * n) };
		if (i >= *nr)
			*nr = i + 1;
	} else if (is(0, "rsvd")) {
		t[number(1)].info.rsvd[number(2)] =
			(struct tdx_range) { number(3), number(4) };
	} else {
		return false;
	}

	return true;
}

static void start_record(void)
{
	platform = header;
	memcpy(tdmrs, header_tdmrs, sizeof(tdmrs));
	nr_tdmrs = nr_header_tdmrs;
}

/* Reaches a state by good calls. */
static void reach(enum tdx_module_state state, unsigned int nr_lps,
		  const struct tdmr_line *lines, unsigned int nr)
{
	unsigned int lp;

	if (state == TDX_STATE_SYSINIT_PENDING)
		return;

	seamcall(0, LEAF_SYS_INIT, 0, 0, 0);
	for (lp = 0; lp < nr_lps; lp++)
		seamcall(lp, LEAF_SYS_LP_INIT, 0, 0, 0);
	if (state == TDX_STATE_SYSINIT_DONE)
		return;

	place_tdmrs(ARRAY_PA, lines, nr);
	seamcall(0, LEAF_SYS_CONFIG, ARRAY_PA, nr,
		 platform.private_hkid_min);
	if (state == TDX_STATE_SYSCONFIG_DONE)
		return;

	for (lp = 0; lp < nr_lps; lp++)
		seamcall(lp, LEAF_SYS_KEY_CONFIG, 0, 0, 0);
}

/* ---- case: sys_config.vec ---- */

static unsigned int config_lps_initialized;
static enum tdx_module_state config_state;
static u64 config_in[3];
static int config_holders;

/* The first GiB that the CMRs hold as a whole, with its PAMT at the start. */
static unsigned int other_layout(struct tdmr_line *line)
{
	const struct tdx_range *cmr;

	memset(line, 0, sizeof(*line));
	for (cmr = platform.cmrs; cmr < platform.cmrs + TDX_MAX_CMRS; cmr++) {
		u64 base = ALIGN(cmr->base, SZ_1G);

		if (!cmr->size || base + SZ_1G > range_end(cmr))
			continue;
		*line = (struct tdmr_line) {
			.pa = INFO_PA,
			.info = {
				.base = base,
				.size = SZ_1G,
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
	struct tdmr_line other;
	struct tdx_regs regs;

	load_module();
	module.platform.packages = 1;
	reach(config_state, config_lps_initialized, &other,
	      other_layout(&other));
	if (module.state != config_state) {
		check(false, "state before the call not reached");
		return;
	}

	place_tdmrs(config_in[0], tdmrs, nr_tdmrs);
	atomic_set(&module.lock.holders, config_holders);
	regs = seamcall(0, LEAF_SYS_CONFIG, config_in[0], config_in[1],
			config_in[2]);
	check(regs.rax == number(1) && module.state == state_word(2) &&
	      regs.rcx == config_in[0] && regs.rdx == config_in[1] &&
	      regs.r8 == config_in[2], "SYS.CONFIG");
	if (regs.rax != number(1))
		printf("  got %#llx, want %#llx\n",
		       (unsigned long long)regs.rax,
		       (unsigned long long)number(1));
}

static void config_line(void)
{
	if (is(0, "lps")) {
		platform.lps = number(1);
		config_lps_initialized = number(2);
	} else if (is(0, "state")) {
		config_state = state_word(1);
		config_holders = 0;
	} else if (is(0, "in")) {
		config_in[0] = number(1);
		config_in[1] = number(2);
		config_in[2] = number(3);
	} else if (is(0, "busy")) {
		config_holders = is(1, "EX") ? -1 : 1;
	} else if (is(0, "out")) {
		config_out();
	} else if (!platform_line(&platform, tdmrs, &nr_tdmrs)) {
		check(false, "unknown line");
	}
}

/* ---- seq: tdmr_init.vec and state.vec ---- */

static bool seq_loaded, seq_skip;

static void seq_load(void)
{
	if (seq_loaded)
		return;

	load_module();
	place_tdmrs(ARRAY_PA, tdmrs, nr_tdmrs);
	seq_loaded = true;
}

/* tdmr_init.vec: two packages of two LPs. */
static void seq_state(void)
{
	unsigned int lp;

	platform.lps = 4;
	platform.packages = 2;
	for (lp = 0; lp < NR_LPS; lp++)
		lp_packages[lp] = lp / 2;
	seq_load();
	reach(state_word(1), 4, tdmrs, nr_tdmrs);
	if (module.state != state_word(1))
		check(false, "state not reached");
}

static void seq_tdmr_init(void)
{
	const u64 junk = 0x5a5a5a5a5a5a5a5a;
	struct tdx_regs regs = {
		.rax = LEAF_SYS_TDMR_INIT, .rcx = number(2), .rdx = junk,
		.r8 = junk, .r9 = junk, .r10 = junk, .r11 = junk
	};

	tdx_module_seamcall(&module, number(1), &regs);
	check(regs.rax == number(4) && regs.rdx == number(5) &&
	      regs.rcx == number(2) && regs.r8 == junk && regs.r9 == junk &&
	      regs.r10 == junk && regs.r11 == junk, "TDMR.INIT");
}

static void seq_rdmd(void)
{
	const u64 junk = 0x5a5a5a5a5a5a5a5a;
	struct tdx_regs regs = {
		.rax = LEAF_PHYMEM_PAGE_RDMD, .rcx = number(1), .rdx = junk,
		.r8 = junk, .r9 = junk, .r10 = junk, .r11 = junk
	};
	u64 rest = module.state == TDX_STATE_SYS_READY ? 0 : junk;

	tdx_module_seamcall(&module, 0, &regs);
	check(regs.rax == number(3) && regs.rcx == number(4) &&
	      regs.rdx == number(5) && regs.r8 == number(6) &&
	      regs.r9 == number(7) && regs.r10 == rest && regs.r11 == rest,
	      "PAGE.RDMD");
}

static void seq_call(void)
{
	struct tdx_regs regs;

	lp_packages[number(1)] = number(2);
	regs = seamcall(number(1), number(3), number(4), number(5), number(6));
	check(regs.rax == number(8) && regs.rcx == number(9) &&
	      regs.rdx == number(10) && regs.r8 == number(11) &&
	      module.state == state_word(12), "call");
}

static void seq_lock_pamt(bool hold)
{
	unsigned int level = is(2, "4k") ? TDX_PAMT_4K :
			     is(2, "2m") ? TDX_PAMT_2M : TDX_PAMT_1G;
	u64 pa = number(3), entry_pa;
	struct pamt_entry entry;

	entry_pa = pamt_entry_pa(find_tdmr(&module, pa), level, pa);
	host_read(&entry, entry_pa, sizeof(entry));
	entry.lock_type_owner &= ~PAMT_ENTRY_LOCK_EX;
	if (hold)
		entry.lock_type_owner |= PAMT_ENTRY_LOCK_EX;
	host_write(entry_pa, &entry, sizeof(entry));
}

static void seq_lock(void)
{
	bool hold = is(0, "lock");

	seq_load();
	if (is(1, "global"))
		atomic_set(&module.lock.holders,
			   is(2, "EX") ? -1 : is(2, "SH"));
	else if (is(1, "tdmr"))
		atomic_set(&module.tdmrs[number(2)].lock.holders, hold ? -1 : 0);
	else
		seq_lock_pamt(hold);
}

static void seq_line(void)
{
	if (is(0, "lps")) {
		platform.lps = number(1);
	} else if (is(0, "state")) {
		seq_state();
	} else if (is(0, "lock") || is(0, "unlock")) {
		seq_lock();
	} else if (is(0, "fault")) {
		seq_skip = true;
	} else if (is(0, "call") || is(0, "rdmd")) {
		seq_load();
		if (seq_skip)
			skipped++;
		else if (is(0, "rdmd"))
			seq_rdmd();
		else if (nr_words > 7)
			seq_call();
		else
			seq_tdmr_init();
	} else if (is(0, "cmr") && !seq_loaded) {
		/* CMRs of a sequence stand instead of those of the header. */
		if (!memcmp(platform.cmrs, header.cmrs, sizeof(header.cmrs)))
			memset(platform.cmrs, 0, sizeof(platform.cmrs));
		platform_line(&platform, tdmrs, &nr_tdmrs);
	} else if (!platform_line(&platform, tdmrs, &nr_tdmrs)) {
		check(false, "unknown line");
	}
}

/* ---- first, field, rd, rd-noinit: rd.vec ---- */

static void rd_start(void)
{
	static const char *loaded_for;

	if (loaded_for == file)
		return;

	loaded_for = file;
	start_record();
	platform.lps = 1;
	platform.fms = 0x806f8;
	/* rd.vec says nothing of KeyIDs, and TDH.SYS.RD does not care. */
	platform.private_hkid_max = 63;
	platform.private_hkid_min = 32;
	platform.hkid_bits = 6;
	load_module();
	lp_packages[0] = 0;
	reach(TDX_STATE_SYSINIT_DONE, 1, NULL, 0);
}

static bool rd_value_known(unsigned int kind, u64 id)
{
	u64 class = id & FIELD_CLASS;

	if (!is(kind, "PLATFORM"))
		return true;
	/* packages and CMRs are those of the header */
	return class == 0 || class == (0x90ULL << 56 & FIELD_CLASS);
}

static void rd_line(void)
{
	struct tdx_regs regs;

	rd_start();
	regs = seamcall(is(0, "rd-noinit"), LEAF_SYS_RD, 0x11, number(1), 0x22);

	if (is(0, "field")) {
		check(!regs.rax && regs.rcx == 0x11 && regs.rdx == number(4) &&
		      (regs.r8 == number(3) ||
		       !rd_value_known(5, number(1))), "field");
		return;
	}

	check(regs.rax == number(3) && regs.rcx == 0x11 &&
	      regs.rdx == number(4) &&
	      (regs.r8 == number(5) || !rd_value_known(6, number(1))),
	      words[0]);
}

/* ---- files ---- */

static void (*record_line)(void);

static void handle_line(void)
{
	if (!nr_words || words[0][0] == '#')
		return;

	if (is(0, "case") || is(0, "seq")) {
		record_line = is(0, "case") ? config_line : seq_line;
		start_record();
		seq_loaded = false;
		seq_skip = false;
		config_holders = 0;
	} else if (is(0, "end")) {
		record_line = NULL;
	} else if (record_line) {
		record_line();
	} else if (is(0, "field") || is(0, "first") || is(0, "rd") ||
		   is(0, "rd-noinit")) {
		rd_line();
	} else if (!platform_line(&header, header_tdmrs, &nr_header_tdmrs)) {
		check(false, "unknown line");
	}
}

static void run_file(const char *name)
{
	char text[4096];
	FILE *f = fopen(name, "r");

	if (!f) {
		perror(name);
		exit(2);
	}

	file = name;
	line_nr = 0;
	memset(&header, 0, sizeof(header));
	header.version = TDX_MODULE_1_5_05;
	memset(header_tdmrs, 0, sizeof(header_tdmrs));
	nr_header_tdmrs = 0;
	record_line = NULL;

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

	for (i = 1; i < argc; i++) {
		passed = 0;
		failed = 0;
		skipped = 0;
		run_file(argv[i]);
		printf("%s: %lu passed, %lu failed, %lu skipped\n", argv[i],
		       passed, failed, skipped);
		all_failed += failed;
	}

	return all_failed ? 1 : 0;
}
