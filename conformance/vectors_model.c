// SPDX-License-Identifier: GPL-2.0-only
/*
 * Executes the calls of vectors_test.c with the model of the TDX module, compiled
 * for user space.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tdx_module.h"
#include "vectors_test.h"

#define NR_LPS		1024

/* Pages of memory come into being when they are written. */
#define PAGE_BYTES	4096
#define NR_BUCKETS	4096

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

void backend_read(void *dst, u64 pa, size_t len)
{
	u8 *to = dst;

	for (; len; len--, pa++) {
		struct page *page = find_page(pa);

		*to++ = page ? page->bytes[pa % PAGE_BYTES] : 0;
	}
}

void backend_write(u64 pa, const void *src, size_t len)
{
	const u8 *from = src;

	for (; len; len--, pa++)
		get_page(pa)->bytes[pa % PAGE_BYTES] = *from++;
}

static struct tdx_lp lps[NR_LPS];
static u32 lp_packages[NR_LPS];
static struct tdx_module module;

static void host_read(void *dst, u64 pa, size_t len)
{
	backend_read(dst, pa, len);
}

static void host_write(u64 pa, const void *src, size_t len)
{
	backend_write(pa, src, len);
}

static u32 host_lp_package(unsigned int lp)
{
	return lp_packages[lp];
}

static const struct tdx_host_ops host_ops = {
	.read		= host_read,
	.write		= host_write,
	.lp_package	= host_lp_package,
};

void backend_init(void)
{
	module.ops = &host_ops;
	module.lps = lps;
}

void backend_reset(void)
{
	memset(&module.platform, 0, sizeof(module.platform));
	tdx_module_reload(&module, NR_LPS);
	forget_pages();
}

bool backend_line(const char *line)
{
	return tdx_module_script(&module, line);
}

bool backend_lines(char *lines)
{
	char *line;

	while ((line = strsep(&lines, "\n"))) {
		if (*line && !backend_line(line))
			return false;
	}
	return true;
}

enum outcome backend_call(unsigned int lp, unsigned int package, u64 *regs)
{
	struct tdx_regs r = {
		.rax = regs[RAX], .rcx = regs[RCX], .rdx = regs[RDX],
		.r8 = regs[R8], .r9 = regs[R9], .r10 = regs[R10],
		.r11 = regs[R11]
	};

	if (lp >= NR_LPS) {
		fprintf(stderr, "no LP %u\n", lp);
		exit(2);
	}

	lp_packages[lp] = package;
	if (!tdx_module_seamcall(&module, lp, &r)) {
		regs[RFLAGS] = RFLAGS_CF;
		return VMFAILINVALID;
	}

	regs[RAX] = r.rax;
	regs[RCX] = r.rcx;
	regs[RDX] = r.rdx;
	regs[R8] = r.r8;
	regs[R9] = r.r9;
	regs[R10] = r.r10;
	regs[R11] = r.r11;
	regs[RFLAGS] = 0;
	return COMPLETED;
}

const char *backend_state(void)
{
	return tdx_module_state_name(module.state);
}
