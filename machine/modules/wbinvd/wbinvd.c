// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports each WBINVD that the TDX host core executes, up to the jump into another
 * kernel: a byte to port 0xe9 of Bochs, which needs no console, no lock and no
 * interrupt. It is the digit of the CPU, or a letter from "a" on for a CPU that made no
 * SEAMCALL since the last one, or since the module was loaded. Bochs prints them.
 *
 * Files in /sys/kernel/debug/wbinvd:
 *
 *   counts  a line "CPU WBINVDS SEAMCALLS" for each CPU that is possible, with the
 *           WBINVDs since the last mark, and the SEAMCALLs since its last WBINVD
 *   mark    a write starts a line "mark TEXT due CPUS: " in what Bochs prints, CPUS
 *           being those that made SEAMCALLs since their last WBINVD, and counts the
 *           WBINVDs from there
 *   amid    Y: the next SEAMCALL is interrupted, and the host core is asked twice in the
 *           middle of it to write the cache of its CPU back
 *   panic   a write is the end of this kernel
 *   mce     a write of an address makes the host core say, on this CPU, whether a
 *           memory error there is one of TDX memory, for which it may make a SEAMCALL;
 *           the answer is in the log
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/kallsyms.h>
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/cmpxchg.h>
#include <asm/mce.h>
#include <asm/tdx.h>
#include <asm/trapnr.h>

#include "endbr.h"

#define BOCHS_PORT	0xe9

static DEFINE_PER_CPU(unsigned int, wbinvds);
static DEFINE_PER_CPU(unsigned int, seamcalls);
static bool amid;

static int wbinvd_handler(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned int cpu = raw_smp_processor_id();

	outb((this_cpu_read(seamcalls) ? '0' : 'a') + cpu, BOCHS_PORT);
	this_cpu_write(seamcalls, 0);
	this_cpu_inc(wbinvds);
	return 0;
}

/*
 * No kprobe: the NMI of a crash may come in the middle of one, and the kprobe of WBINVD
 * would be missed. tdxsim executes SEAMCALL where it takes #UD, with the same priority and
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
		if (xchg(&amid, false)) {
			__tdx_write_back_cache();
			__tdx_write_back_cache();
		}
		this_cpu_inc(seamcalls);
	}
	return NOTIFY_DONE;
}

static struct kprobe wbinvd_probe = {
	.pre_handler = wbinvd_handler,
};

static struct notifier_block seamcall_notifier = {
	.notifier_call = seamcall_handler,
	.priority = INT_MAX,
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

/* On the instruction itself, so that none is reported which is not executed. */
static int probe_wbinvd(void)
{
	u8 *function = find_function("tdx_wbinvd");
	char symbol[KSYM_SYMBOL_LEN];
	unsigned int size, i;
	char *slash;

	if (!function) {
		pr_err("no tdx_wbinvd()\n");
		return -ENOENT;
	}

	/* Of the form "tdx_wbinvd+0x0/0x10". */
	sprint_symbol(symbol, (unsigned long)function);
	slash = strchr(symbol, '/');
	if (!slash || sscanf(slash, "/%x", &size) != 1)
		return -EINVAL;

	for (i = 0; i + 1 < size; i++) {
		if (function[i] != 0x0f || function[i + 1] != 0x09)
			continue;
		/* Fails in the middle of an instruction. */
		wbinvd_probe.addr = (kprobe_opcode_t *)(function + i);
		if (!register_kprobe(&wbinvd_probe))
			return 0;
	}
	pr_err("no WBINVD in tdx_wbinvd()\n");
	return -ENOENT;
}

static void print_bochs(const char *text)
{
	while (*text)
		outb(*text++, BOCHS_PORT);
}

static ssize_t mark_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	char text[64];
	int cpu;

	if (count >= sizeof(text))
		return -E2BIG;
	if (copy_from_user(text, from, count))
		return -EFAULT;
	text[count] = '\0';

	print_bochs("\nmark ");
	print_bochs(strim(text));
	print_bochs(" due ");
	for_each_possible_cpu(cpu) {
		if (per_cpu(seamcalls, cpu))
			outb('0' + cpu, BOCHS_PORT);
		per_cpu(wbinvds, cpu) = 0;
	}
	print_bochs(": ");
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

static int counts_show(struct seq_file *m, void *v)
{
	int cpu;

	for_each_possible_cpu(cpu)
		seq_printf(m, "%d %u %u\n", cpu, per_cpu(wbinvds, cpu), per_cpu(seamcalls, cpu));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counts);

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

	ret = probe_wbinvd();
	if (ret)
		return ret;

	ret = register_die_notifier(&seamcall_notifier);
	if (ret) {
		unregister_kprobe(&wbinvd_probe);
		return ret;
	}

	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("counts", 0400, dir, NULL, &counts_fops);
	debugfs_create_file("mark", 0200, dir, NULL, &mark_fops);
	debugfs_create_bool("amid", 0600, dir, &amid);
	debugfs_create_file("panic", 0200, dir, NULL, &panic_fops);
	debugfs_create_file("mce", 0200, dir, NULL, &mce_fops);
	return 0;
}
module_init(wbinvd_init);

static void __exit wbinvd_exit(void)
{
	debugfs_remove(dir);
	unregister_die_notifier(&seamcall_notifier);
	unregister_kprobe(&wbinvd_probe);
}
module_exit(wbinvd_exit);

MODULE_DESCRIPTION("Reports the WBINVDs of the TDX host core");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
