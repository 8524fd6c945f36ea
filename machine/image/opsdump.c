// SPDX-License-Identifier: GPL-2.0
/*
 * Print where KVM's vendor calls go in the running kernel: the members of
 * kvm_x86_ops and kvm_pmu_ops, and the key, trampoline and inline call sites of
 * each kvm_x86 static call.
 *
 * Addresses are printed as symbol+offset, so that the output of two loads of
 * the same modules can be compared although the modules moved. The symbols come
 * from files in /lib/symbols, as it takes an emulated CPU ten seconds to read
 * /proc/kallsyms: objdump -h -t of each module, or where KVM is built in, nm of
 * vmlinux. Addresses outside of those are printed as they are.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/elf.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))

#define KVM_KEY		"__SCK__kvm_x86_"
#define KVM_TRAMP	"__SCT__kvm_x86_"

/* Low bits of static_call_site::key */
#define SITE_INIT	2UL
#define SITE_FLAGS	3UL

#define INSN_SIZE	5

#define SYMBOLS		"/lib/symbols/"

#define KERNEL_START	0xffffffff80000000UL

struct symbol {
	__u64 addr;
	char *name;
};

struct site {
	__u64 addr;
	const struct symbol *key;
};

static const char * const modules[] = { "kvm", "kvm_intel", "kvm_amd" };

static struct symbol *symbols;
static size_t nr_symbols;

static int kcore;
static struct elf64_phdr phdrs[64];
static size_t nr_phdrs;

static void die(const char *why)
{
	fprintf(stderr, "opsdump: %s\n", why);
	exit(1);
}

static void add_symbol(__u64 addr, const char *name)
{
	if (!(nr_symbols & (nr_symbols - 1))) {
		symbols = realloc(symbols, (2 * nr_symbols + 1) * sizeof(*symbols));
		if (!symbols)
			die("no memory");
	}
	symbols[nr_symbols].addr = addr;
	symbols[nr_symbols].name = strdup(name);
	if (!symbols[nr_symbols].name)
		die("no memory");
	nr_symbols++;
}

static int compare_symbols(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int compare_names(const void *a, const void *b)
{
	const struct symbol * const *x = a, * const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int compare_sites(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Returns 0 when there is no such module or it has no such section. */
static __u64 section_address(const char *module, const char *section)
{
	__u64 addr = 0;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/%s/sections/%s", module, section);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%llx", &addr) != 1)
		addr = 0;
	fclose(file);
	return addr;
}

/* A table of static call sites. */
struct table {
	const char *where;
	__u64 start;
	__u64 end;
};

static struct table tables[ARRAY_SIZE(modules) + 1];
static size_t nr_tables;

static void add_table(const char *where, __u64 start, __u64 end)
{
	tables[nr_tables].where = where;
	tables[nr_tables].start = start;
	tables[nr_tables].end = end;
	nr_tables++;
}

/* The sections of a module: where objdump thinks they are, and where they are. */
static struct section {
	char name[64];
	__u64 dumped;
	__u64 addr;
	__u64 size;
} sections[128];
static size_t nr_sections;

static void add_section(const char *module, const char *name, __u64 dumped, __u64 size)
{
	if (nr_sections == ARRAY_SIZE(sections))
		die("too many sections in a module");
	snprintf(sections[nr_sections].name, sizeof(sections[0].name), "%s", name);
	sections[nr_sections].dumped = dumped;
	sections[nr_sections].addr = section_address(module, name);
	sections[nr_sections].size = size;
	nr_sections++;
}

/* Mostly of the same section as the last one. */
static const struct section *find_section(const char *name)
{
	static size_t last;
	size_t i;

	if (last < nr_sections && !strcmp(sections[last].name, name))
		return &sections[last];
	for (i = 0; i < nr_sections; i++) {
		if (!strcmp(sections[i].name, name)) {
			last = i;
			return &sections[i];
		}
	}
	return NULL;
}

/* What nm prints: "ffffffff81000000 T function". */
static void read_vmlinux_symbols(FILE *file)
{
	char *line = NULL, *rest;
	size_t room = 0;
	__u64 addr;

	while (getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		addr = strtoull(line, &rest, 16);
		if (addr >= KERNEL_START)
			add_symbol(addr, rest + 3);
	}
	free(line);
}

/* " 24 .data 000010e0 00000000000006a0 ...": number, name, size, and address. */
static void read_section(const char *module, char *line)
{
	char *number = strtok(line, " "), *name = strtok(NULL, " "), *rest;
	__u64 size, addr;

	if (!number || !name || strspn(number, "0123456789") != strlen(number))
		return;
	size = strtoull(strtok(NULL, "") ?: "", &rest, 16);
	addr = strtoull(rest, NULL, 16);
	add_section(module, name, addr, size);
}

/* "0000000000000010 l     F .text\t0000000000000020 function", with seven flags. */
static void read_symbol(char *line)
{
	const struct section *section;
	char *flags, *name, *symbol;
	__u64 addr;

	addr = strtoull(line, &flags, 16);
	if (flags != line + 16 || strlen(flags) < 10)
		return;
	name = strtok(flags + 8, " \t\n");
	strtok(NULL, " \t\n");
	symbol = strtok(NULL, " \t\n");
	/* Names of sections and files, and what is gone after init. */
	if (!symbol || flags[6] == 'd' || flags[7] == 'f' || !strncmp(name, ".init", 5))
		return;
	section = find_section(name);
	if (section && section->addr)
		add_symbol(section->addr + addr - section->dumped, symbol);
}

/*
 * What objdump -h -t prints. There are thousands of lines, and an emulated CPU, for
 * which scanf() takes a second.
 */
static void read_module_symbols(const char *module, FILE *file)
{
	static const char * const strings[] = { ".rodata.str1.1", ".rodata.str1.8" };
	const struct section *section;
	char *line = NULL;
	size_t room = 0, s;

	nr_sections = 0;
	while (getline(&line, &room, file) > 0) {
		if (*line == ' ')
			read_section(module, line);
		else
			read_symbol(line);
	}
	free(line);

	/* Strings have no symbol, and kvm_x86_ops.name would show a random one. */
	for (s = 0; s < ARRAY_SIZE(strings); s++) {
		section = find_section(strings[s]);
		if (section && section->addr)
			add_symbol(section->addr, strings[s]);
	}

	section = find_section(".static_call_sites");
	if (section && section->addr)
		add_table(module, section->addr, section->addr + section->size);
}

static void read_symbols(void)
{
	char path[128];
	FILE *file;
	size_t m;

	file = fopen(SYMBOLS "vmlinux", "r");
	if (file) {
		read_vmlinux_symbols(file);
		fclose(file);
	}
	for (m = 0; m < ARRAY_SIZE(modules); m++) {
		snprintf(path, sizeof(path), "/sys/module/%s/sections", modules[m]);
		if (access(path, F_OK))
			continue;
		snprintf(path, sizeof(path), SYMBOLS "%s", modules[m]);
		file = fopen(path, "r");
		if (file) {
			read_module_symbols(modules[m], file);
			fclose(file);
		}
	}
	if (!nr_symbols)
		die("no symbols in " SYMBOLS);
	qsort(symbols, nr_symbols, sizeof(*symbols), compare_symbols);
}

/* The last symbol at or below the address. */
static const struct symbol *find_address(__u64 addr)
{
	size_t low = 0, high = nr_symbols, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (symbols[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &symbols[low - 1] : NULL;
}

static const struct symbol *find_name(const char *name)
{
	size_t i;

	for (i = 0; i < nr_symbols; i++) {
		if (!strcmp(symbols[i].name, name))
			return &symbols[i];
	}
	return NULL;
}

static void open_kcore(void)
{
	struct elf64_hdr header;

	kcore = open("/proc/kcore", O_RDONLY);
	if (kcore < 0 || pread(kcore, &header, sizeof(header), 0) != sizeof(header))
		die("cannot read /proc/kcore");
	nr_phdrs = header.e_phnum;
	if (nr_phdrs > ARRAY_SIZE(phdrs) ||
	    pread(kcore, phdrs, nr_phdrs * sizeof(*phdrs), header.e_phoff) < 0)
		die("cannot read the program headers of /proc/kcore");
}

static bool read_kcore(__u64 addr, void *to, size_t size)
{
	const struct elf64_phdr *p;

	for (p = phdrs; p < phdrs + nr_phdrs; p++) {
		if (p->p_type == PT_LOAD && addr >= p->p_vaddr &&
		    addr + size <= p->p_vaddr + p->p_memsz)
			return pread(kcore, to, size, addr - p->p_vaddr + p->p_offset) ==
			       (ssize_t)size;
	}
	return false;
}

/* A page at a time, which /proc/kcore takes as long for as for a word. */
static bool read_kernel(__u64 addr, void *to, size_t size)
{
	static struct {
		__u64 addr;
		__u8 data[4096];
	} pages[64], *page;
	__u64 offset = addr % sizeof(page->data);

	page = &pages[addr / sizeof(page->data) % ARRAY_SIZE(pages)];
	if (page->addr != addr - offset) {
		page->addr = 0;
		if (!read_kcore(addr - offset, page->data, sizeof(page->data)))
			return read_kcore(addr, to, size);
		page->addr = addr - offset;
	}
	if (offset + size > sizeof(page->data))
		return read_kcore(addr, to, size);
	memcpy(to, page->data + offset, size);
	return true;
}

static void print_address(__u64 addr)
{
	const struct symbol *symbol = find_address(addr);

	if (addr < KERNEL_START || !symbol) {
		printf("%#llx", addr);
		return;
	}
	printf("%s", symbol->name);
	if (addr != symbol->addr)
		printf("+%#llx", addr - symbol->addr);
}

/* See arch/x86/kernel/static_call.c for what can be there. */
static void print_instruction(__u64 addr)
{
	static const __u8 xor5rax[] = { 0x2e, 0x2e, 0x2e, 0x31, 0xc0 };
	static const __u8 nop5[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	__u8 insn[INSN_SIZE];
	__s32 offset;

	if (!read_kernel(addr, insn, sizeof(insn))) {
		printf("unreadable\n");
		return;
	}
	memcpy(&offset, insn + 1, sizeof(offset));
	if (insn[0] == 0xe8 || insn[0] == 0xe9) {
		printf(insn[0] == 0xe8 ? "call " : "jmp ");
		print_address(addr + INSN_SIZE + offset);
		printf("\n");
	} else if (insn[0] == 0xc3) {
		printf("ret\n");
	} else if (!memcmp(insn, xor5rax, sizeof(insn))) {
		printf("return 0\n");
	} else if (!memcmp(insn, nop5, sizeof(insn))) {
		printf("nop\n");
	} else {
		printf("%02x %02x %02x %02x %02x\n", insn[0], insn[1], insn[2],
		       insn[3], insn[4]);
	}
}

static size_t print_ops(const char *name)
{
	const struct symbol *ops = find_name(name);
	const struct symbol *next;
	__u64 value, addr;
	size_t members = 0;

	if (!ops)
		return 0;
	for (next = ops; next < symbols + nr_symbols && next->addr == ops->addr; next++)
		;
	for (addr = ops->addr; addr + 8 <= next->addr; addr += 8) {
		if (!read_kernel(addr, &value, sizeof(value)))
			break;
		printf("%s+%#llx ", name, addr - ops->addr);
		print_address(value);
		printf("\n");
		members++;
	}
	return members;
}

/* In the order of their names, as their addresses change from load to load. */
static void print_keys(const char *prefix)
{
	const struct symbol **found = malloc(nr_symbols * sizeof(*found));
	size_t nr = 0, i;
	__u64 func;

	if (!found)
		die("no memory");
	for (i = 0; i < nr_symbols; i++) {
		if (!strncmp(symbols[i].name, prefix, strlen(prefix)))
			found[nr++] = &symbols[i];
	}
	qsort(found, nr, sizeof(*found), compare_names);
	for (i = 0; i < nr; i++) {
		printf("%s ", found[i]->name);
		if (strcmp(prefix, KVM_KEY)) {
			print_instruction(found[i]->addr);
		} else if (read_kernel(found[i]->addr, &func, sizeof(func))) {
			print_address(func);
			printf("\n");
		}
	}
	free(found);
}

/* Sites of KVM's calls only, and not those in init text, which is gone. */
static size_t print_sites(const struct table *table)
{
	const struct symbol *key;
	struct site *sites = NULL;
	size_t nr = 0, i;
	__s32 entry[2];
	__u64 at, addr;

	for (at = table->start; at < table->end; at += sizeof(entry)) {
		if (!read_kernel(at, entry, sizeof(entry)))
			die("cannot read a table of static call sites");
		addr = at + 4 + entry[1];
		key = find_address(addr & ~SITE_FLAGS);
		if (!key || key->addr != (addr & ~SITE_FLAGS))
			continue;
		if (addr & SITE_INIT || strncmp(key->name, KVM_KEY, strlen(KVM_KEY)))
			continue;
		sites = realloc(sites, (nr + 1) * sizeof(*sites));
		if (!sites)
			die("no memory");
		sites[nr].addr = at + entry[0];
		sites[nr++].key = key;
	}
	qsort(sites, nr, sizeof(*sites), compare_sites);
	for (i = 0; i < nr; i++) {
		printf("%s ", table->where);
		print_address(sites[i].addr);
		printf(" %s ", sites[i].key->name);
		print_instruction(sites[i].addr);
	}
	free(sites);
	return nr;
}

int main(void)
{
	const struct symbol *start, *stop;
	size_t sites = 0, t;

	read_symbols();
	open_kcore();

	if (!print_ops("kvm_x86_ops") || !print_ops("kvm_pmu_ops"))
		die("no kvm_x86_ops or kvm_pmu_ops, is KVM loaded?");
	print_keys(KVM_KEY);
	print_keys(KVM_TRAMP);

	start = find_name("__start_static_call_sites");
	stop = find_name("__stop_static_call_sites");
	if (start && stop)
		add_table("vmlinux", start->addr, stop->addr);
	for (t = 0; t < nr_tables; t++)
		sites += print_sites(&tables[t]);
	if (!sites)
		die("no static call sites of KVM");
	return 0;
}
