// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexec load|crash-load KERNEL INITRD CMDLINE            with kexec_load()
 * kexec file-load|crash-file-load KERNEL INITRD CMDLINE  with kexec_file_load()
 * kexec returning-load     code that returns at once, with kexec_load()
 * kexec start              starts what was loaded
 *
 * Like kexec(8), with nothing else in the way: no checksums, which take long on the
 * emulated machine, no purgatory, no ELF core. The kernel is a bzImage with a 64-bit
 * entry. The last line is the error.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <asm/bootparam.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <linux/types.h>

#define PAGE		4096ul

/* Where the 64-bit entry is. */
#define ENTRY_64	0x200

struct range {
	__u64 start;
	__u64 end;
};

static void die(const char *what)
{
	fprintf(stderr, "kexec: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_file(const char *name)
{
	int fd = open(name, O_RDONLY);

	if (fd < 0)
		die(name);
	return fd;
}

static void *map_file(const char *name, size_t *size)
{
	int fd = open_file(name);
	struct stat st;
	void *contents;

	if (fstat(fd, &st))
		die(name);
	*size = st.st_size;
	contents = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (contents == MAP_FAILED)
		die(name);
	return contents;
}

static void load(unsigned long entry, struct kexec_segment *segments, unsigned long count,
		 unsigned long flags)
{
	if (syscall(SYS_kexec_load, entry, count, segments, flags | KEXEC_ARCH_X86_64))
		die("kexec_load");
}

static void file_load(char **args, unsigned long flags)
{
	if (syscall(SYS_kexec_file_load, open_file(args[0]), open_file(args[1]),
		    strlen(args[2]) + 1, args[2], flags))
		die("kexec_file_load");
}

static int e820_type(const char *name)
{
	if (!strcmp(name, "System RAM"))
		return 1;
	if (!strcmp(name, "ACPI Tables"))
		return 3;
	if (!strcmp(name, "ACPI Non-volatile Storage"))
		return 4;
	return 2;
}

static void add_memory(struct boot_params *params, struct range range, int type)
{
	struct boot_e820_entry *entry = &params->e820_table[params->e820_entries++];

	*entry = (struct boot_e820_entry) {
		.addr = range.start,
		.size = range.end - range.start,
		.type = type,
	};
}

/*
 * What the firmware told of. A crash kernel has what is reserved for it, and what is
 * below 1 MiB. Returns the memory that the kernel can be loaded to.
 */
static struct range describe_memory(struct boot_params *params, int crash)
{
	struct range range, usable = {};
	char line[128], name[64];
	FILE *iomem;

	iomem = fopen("/proc/iomem", "r");
	if (!iomem)
		die("/proc/iomem");
	while (fgets(line, sizeof(line), iomem)) {
		if (sscanf(line, " %llx-%llx : %63[^\n]", &range.start, &range.end, name) != 3)
			continue;
		range.end++;
		if (crash && !strcmp(name, "Crash kernel")) {
			add_memory(params, range, 1);
			usable = range;
		}
		if (*line == ' ')
			continue;
		if (strcmp(name, "System RAM")) {
			if (!strncmp(name, "ACPI ", 5) || !strcmp(name, "Reserved"))
				add_memory(params, range, e820_type(name));
			continue;
		}
		if (!crash || range.end <= 0x100000)
			add_memory(params, range, 1);
		if (!crash && range.end > 0x100000 && !usable.end)
			usable = range;
	}
	fclose(iomem);
	if (!usable.end) {
		errno = ENOMEM;
		die("no memory for the kernel");
	}
	return usable;
}

/* What is started: two pages, with the parameters first. */
struct start {
	struct boot_params params;
	__u8 code[32];
	char cmdline[PAGE - 32];
};

/* mov $params, %rsi; mov $entry, %rax; jmp *%rax */
static void write_code(__u8 *code, __u64 params, __u64 entry)
{
	memcpy(code, "\x48\xbe", 2);
	memcpy(code + 2, &params, 8);
	memcpy(code + 10, "\x48\xb8", 2);
	memcpy(code + 12, &entry, 8);
	memcpy(code + 20, "\xff\xe0", 2);
}

static __u64 align(__u64 address, __u64 to)
{
	return (address + to - 1) & ~(to - 1);
}

static void load_kernel(char **args, int crash)
{
	static struct start start;
	struct boot_params *params = &start.params;
	__u64 kernel_at, start_at, initrd_at;
	size_t kernel_size, initrd_size, setup_size;
	void *kernel = map_file(args[0], &kernel_size);
	void *initrd = map_file(args[1], &initrd_size);
	struct setup_header *header = kernel + 0x1f1;
	struct range usable;

	setup_size = (header->setup_sects + 1) * 512;
	memcpy(&params->hdr, header, sizeof(*header));

	usable = describe_memory(params, crash);
	kernel_at = usable.start < header->pref_address && !crash ?
		header->pref_address : align(usable.start, header->kernel_alignment);
	start_at = align(kernel_at + header->init_size, PAGE);
	initrd_at = start_at + sizeof(start);

	params->hdr.type_of_loader = 0xff;
	params->hdr.cmd_line_ptr = start_at + offsetof(struct start, cmdline);
	params->hdr.ramdisk_image = initrd_at;
	params->hdr.ramdisk_size = initrd_size;
	snprintf(start.cmdline, sizeof(start.cmdline), "%s", args[2]);
	write_code(start.code, start_at, kernel_at + ENTRY_64);

	/*
	 * The decompressor moves itself to the end of init_size. Make all of that a part of
	 * the segment, or kexec may have its page tables there.
	 */
	struct kexec_segment segments[] = {
		{ kernel + setup_size, kernel_size - setup_size, (void *)kernel_at,
		  start_at - kernel_at },
		{ &start, sizeof(start), (void *)start_at, sizeof(start) },
		{ initrd, initrd_size, (void *)initrd_at, align(initrd_size, PAGE) },
	};

	load(start_at + offsetof(struct start, code), segments, 3, crash ? KEXEC_ON_CRASH : 0);
}

static void load_returning(void)
{
	static __u8 code[PAGE] = { 0xc3 };
	/* Any RAM will do, its contents are put back. */
	struct kexec_segment segment = { code, sizeof(code), (void *)0x2000000, sizeof(code) };

	load(0x2000000, &segment, 1, KEXEC_PRESERVE_CONTEXT);
}

static void start_kernel(void)
{
	if (reboot(RB_KEXEC))
		die("reboot");
}

int main(int argc, char **argv)
{
	const char *action = argc > 1 ? argv[1] : "";

	if (argc == 5 && !strcmp(action, "load")) {
		load_kernel(argv + 2, 0);
	} else if (argc == 5 && !strcmp(action, "crash-load")) {
		load_kernel(argv + 2, 1);
	} else if (argc == 5 && !strcmp(action, "file-load")) {
		file_load(argv + 2, 0);
	} else if (argc == 5 && !strcmp(action, "crash-file-load")) {
		file_load(argv + 2, KEXEC_FILE_ON_CRASH);
	} else if (argc == 2 && !strcmp(action, "returning-load")) {
		load_returning();
	} else if (argc == 2 && !strcmp(action, "start")) {
		start_kernel();
	} else {
		fprintf(stderr, "usage: kexec ACTION [KERNEL INITRD CMDLINE]\n");
		return 2;
	}
	return 0;
}
