// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows what the TDX host core does about caches and private memory, up to the jump into
 * another kernel.
 *
 * Bochs prints the digit of a CPU that executes WBINVD.  This module prints to the same
 * place, port 0xe9 of Bochs, which needs no console, no lock and no interrupt:
 *
 *   mark TEXT due CPUS private LINES:   see below
 *   [ONLINE	the host core begins to write PAMTs with MOVDIR64B, and so many other CPUs
 *		are online
 *   jump WRITTEN PRIVATE]	the host core has written so many lines of PAMTs since the
 *		mark, and so many are private, when the other kernel is about to start
 *
 * Files in /sys/kernel/debug/wbinvd:
 *
 *   due     a line "CPU DUE" for each CPU that is possible, DUE 1 if the kernel says that
 *           its cache needs a WBINVD
 *   mark    a write prints a mark: TEXT, the CPUs whose cache needs a WBINVD, and how many
 *           lines of the PAMTs are private
 *   wrong   how often the kernel was wrong about that when a SEAMCALL began: the cache
 *           needs a WBINVD from the first TDH.SYS.KEY.CONFIG on, and not before it
 *   panic   a write is the end of this kernel
 *   mce     a write of an address makes the host core say, on this CPU, whether a
 *           memory error there is one of TDX memory, for which it may make a SEAMCALL;
 *           the answer is in the log
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/kallsyms.h>
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/mce.h>
#include <asm/trapnr.h>

#include "endbr.h"
#include "tdxsim_pamt.h"

#define BOCHS_PORT	0xe9

/* Leaves of the TDX module. */
#define TDH_SYS_KEY_CONFIG	31
#define TDH_SYS_INIT		33

/* Of the kernel, and of tdxsim if that is loaded. */
static bool __percpu *cache_incoherent;
static void (*line_written)(u64 pa);
static unsigned long (*private_lines)(void);

static bool key_configured;
static atomic_t wrong = ATOMIC_INIT(0);
static unsigned long written;

static void print_bochs(const char *text)
{
	while (*text)
		outb(*text++, BOCHS_PORT);
}

/*
 * No kprobe: tdxsim executes SEAMCALL where it takes #UD, with the same priority and
 * without a word to who comes later, so this module is loaded before it.
 */
static int seamcall_handler(struct notifier_block *nb, unsigned long val, void *data)
{
	static const u8 seamcall[] = { 0x66, 0x0f, 0x01, 0xcf };
	struct die_args *args = data;
	u8 bytes[sizeof(seamcall)];

	if (val == DIE_TRAP && args->trapnr == X86_TRAP_UD && !user_mode(args->regs) &&
	    !copy_from_kernel_nofault(bytes, (void *)args->regs->ip, sizeof(bytes)) &&
	    !memcmp(bytes, seamcall, sizeof(bytes))) {
		/* The host core may be made to forget an initialization. */
		if (args->regs->ax == TDH_SYS_INIT || args->regs->ax == TDH_SYS_KEY_CONFIG)
			WRITE_ONCE(key_configured, args->regs->ax == TDH_SYS_KEY_CONFIG);
		if (this_cpu_read(*cache_incoherent) != READ_ONCE(key_configured))
			atomic_inc(&wrong);
	}
	return NOTIFY_DONE;
}

static struct notifier_block seamcall_notifier = {
	.notifier_call = seamcall_handler,
	.priority = INT_MAX,
};

static int movdir64b_handler(struct kprobe *probe, struct pt_regs *regs)
{
	char text[16];

	if (!written++) {
		snprintf(text, sizeof(text), "[%u ", num_online_cpus() - 1);
		print_bochs(text);
	}
	line_written(__pa(regs->ax));
	return 0;
}

static struct kprobe movdir64b_probes[4];
static unsigned int nr_movdir64b;

static int jump_handler(struct kprobe *probe, struct pt_regs *regs)
{
	char text[64];

	snprintf(text, sizeof(text), "jump %lu %lu]", written, private_lines ? private_lines() : 0);
	print_bochs(text);
	return 0;
}

static struct kprobe jump_probe = {
	.symbol_name = "machine_kexec",
	.pre_handler = jump_handler,
};

/* kallsyms is not exported, but kprobes can use it. */
static u8 *find_function(const char *name)
{
	struct kprobe probe = { .symbol_name = name };
	u8 *addr;

	if (register_kprobe(&probe))
		return NULL;
	addr = (u8 *)probe.addr;
	unregister_kprobe(&probe);
	return addr;
}

/*
 * The compiler decides in which functions the MOVDIR64Bs of the host core end up, from [RDX]
 * to [RAX].  All of them are near tdx_enable(), with KASAN 22 KiB away.
 */
static int probe_movdir64b(void)
{
	static const u8 movdir64b[] = { 0x66, 0x0f, 0x38, 0xf8, 0x02 };
	u8 *tdx_enable = find_function("tdx_enable");
	u8 *at;

	if (!tdx_enable)
		return -ENOENT;

	for (at = tdx_enable - SZ_64K; at < tdx_enable + SZ_64K; at++) {
		struct kprobe *probe = &movdir64b_probes[nr_movdir64b];

		if (memcmp(at, movdir64b, sizeof(movdir64b)))
			continue;
		if (nr_movdir64b == ARRAY_SIZE(movdir64b_probes))
			return -ENOSPC;
		probe->addr = (kprobe_opcode_t *)at;
		probe->pre_handler = movdir64b_handler;
		/* It makes PAMTs slow to take back, a mark enables it. */
		probe->flags = KPROBE_FLAG_DISABLED;
		/* Fails in the middle of an instruction. */
		if (!register_kprobe(probe))
			nr_movdir64b++;
	}
	if (!nr_movdir64b) {
		pr_err("no MOVDIR64B near tdx_enable()\n");
		return -ENOENT;
	}
	return 0;
}

static void unprobe_movdir64b(void)
{
	while (nr_movdir64b)
		unregister_kprobe(&movdir64b_probes[--nr_movdir64b]);
}

static int note_symbol(void *data, const char *name, unsigned long addr)
{
	if (strcmp(name, "cache_state_incoherent"))
		return 0;
	cache_incoherent = (void __percpu *)addr;
	return 1;
}

static int find_cache_incoherent(void)
{
	int (*on_each_symbol)(int (*fn)(void *, const char *, unsigned long), void *data);

	on_each_symbol = (void *)find_function("kallsyms_on_each_symbol");
	if (!on_each_symbol)
		return -ENOENT;
	migrate_disable();
	require_endbr(false);
	on_each_symbol(note_symbol, NULL);
	require_endbr(true);
	migrate_enable();
	if (!cache_incoherent) {
		pr_err("no cache_state_incoherent\n");
		return -ENOENT;
	}
	return 0;
}

static ssize_t mark_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	char text[64];
	unsigned int i;
	int cpu;

	if (count >= sizeof(text))
		return -E2BIG;
	if (copy_from_user(text, from, count))
		return -EFAULT;
	text[count] = '\0';

	/* tdxsim is loaded later. */
	if (!line_written)
		line_written = symbol_get(tdxsim_pamt_line_written);
	for (i = 0; line_written && i < nr_movdir64b; i++)
		enable_kprobe(&movdir64b_probes[i]);
	if (!private_lines)
		private_lines = symbol_get(tdxsim_pamt_private_lines);

	print_bochs("\nmark ");
	print_bochs(strim(text));
	print_bochs(" due ");
	for_each_possible_cpu(cpu) {
		if (*per_cpu_ptr(cache_incoherent, cpu))
			outb('0' + cpu, BOCHS_PORT);
	}
	snprintf(text, sizeof(text), " private %lu: ", private_lines ? private_lines() : 0);
	print_bochs(text);
	written = 0;
	return count;
}

static const struct file_operations mark_fops = {
	.owner	= THIS_MODULE,
	.write	= mark_write,
};

static ssize_t panic_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	panic("wbinvd: as it was asked for");
}

static const struct file_operations panic_fops = {
	.owner	= THIS_MODULE,
	.write	= panic_write,
};

/* tdx_dump_mce_info(), which is not exported. */
static const char *(*dump_mce_info)(struct mce *m);

static ssize_t mce_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	struct mce m = {
		/* A memory error at a physical address. */
		.status = MCI_STATUS_VAL | MCI_STATUS_ADDRV | MCI_STATUS_MISCV | BIT(7),
		.misc = MCI_MISC_ADDR_PHYS << 6 | PAGE_SHIFT,
	};
	const char *info;
	int ret;

	ret = kstrtou64_from_user(from, count, 16, &m.addr);
	if (ret)
		return ret;

	/* As in the machine check itself, the CPU does not change. */
	preempt_disable();
	require_endbr(false);
	info = dump_mce_info(&m);
	require_endbr(true);
	preempt_enable();
	pr_info("memory error: %s\n", info ?: "not of TDX");
	return count;
}

static const struct file_operations mce_fops = {
	.owner	= THIS_MODULE,
	.write	= mce_write,
};

static int due_show(struct seq_file *m, void *v)
{
	int cpu;

	for_each_possible_cpu(cpu)
		seq_printf(m, "%d %d\n", cpu, *per_cpu_ptr(cache_incoherent, cpu));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(due);

static struct dentry *dir;

static int __init wbinvd_init(void)
{
	int ret;

	if (find_function("tdxsim_start_executing")) {
		pr_err("tdxsim is loaded, no SEAMCALL would be seen\n");
		return -EBUSY;
	}

	dump_mce_info = (void *)find_function("tdx_dump_mce_info");
	if (!dump_mce_info) {
		pr_err("no tdx_dump_mce_info()\n");
		return -ENOENT;
	}

	ret = find_cache_incoherent();
	if (ret)
		return ret;

	ret = probe_movdir64b();
	if (ret)
		goto unregister_movdir64b;

	ret = register_kprobe(&jump_probe);
	if (ret)
		goto unregister_movdir64b;

	ret = register_die_notifier(&seamcall_notifier);
	if (ret)
		goto unregister_jump;

	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("due", 0400, dir, NULL, &due_fops);
	debugfs_create_file("mark", 0200, dir, NULL, &mark_fops);
	debugfs_create_atomic_t("wrong", 0400, dir, &wrong);
	debugfs_create_file("panic", 0200, dir, NULL, &panic_fops);
	debugfs_create_file("mce", 0200, dir, NULL, &mce_fops);
	return 0;

unregister_jump:
	unregister_kprobe(&jump_probe);
unregister_movdir64b:
	unprobe_movdir64b();
	return ret;
}
module_init(wbinvd_init);

static void __exit wbinvd_exit(void)
{
	debugfs_remove(dir);
	unregister_die_notifier(&seamcall_notifier);
	unregister_kprobe(&jump_probe);
	unprobe_movdir64b();
	if (line_written)
		symbol_put(tdxsim_pamt_line_written);
	if (private_lines)
		symbol_put(tdxsim_pamt_private_lines);
}
module_exit(wbinvd_exit);

MODULE_DESCRIPTION("Shows what the TDX host core does about caches and private memory");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
