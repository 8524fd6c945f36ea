// SPDX-License-Identifier: GPL-2.0-only
/*
 * What loading kvm_intel takes, and what it does meanwhile.  Has to be loaded
 * before tdxsim, to see each SEAMCALL before that executes it.  Files in
 * /sys/kernel/debug/loadprobe:
 *
 *   load      of the last load, a line "WHERE TSC SITES TRAMPOLINES POKES RCU
 *             CALLS RESCHEDULES" for each of these places that it came to:
 *             coming         before the module's static calls are patched
 *             first-LEAF     the first SEAMCALL with that leaf, likewise
 *             last-call      the last SEAMCALL of all
 *             enable         tdx_enable() is called, and
 *             enabled        returns, neither with Linux 7.3
 *             live           the module's init function has returned
 *             The figures are running totals: static call sites and
 *             trampolines that were to be given a target, live patches of the
 *             kernel's text, calls of synchronize_rcu(), and IPIs that arrived
 *             on any CPU for a function call and to reschedule.
 *   counting  "1": count what needs a breakpoint, i.e. the first four, which
 *             takes time; "0" (default): do not.
 *   forget    a write makes the TDX host core forget what it did, also a
 *             success, of which the memory is lost.  The TDX module has to
 *             forget it as well.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/hardirq.h>
#include <asm/msr.h>
#include <asm/ptrace.h>
#include <asm/trapnr.h>

#include "host_core.h"

/* What Linux 6.12 and 7.3 call differently. */
#ifdef inc_perf_irq_stat
#define call_count(stat)	((stat)->counts[IRQ_COUNT_CALL_FUNCTION])
#define resched_count(stat)	((stat)->counts[IRQ_COUNT_RESCHEDULE])
#else
#define call_count(stat)	((stat)->irq_call_count)
#define resched_count(stat)	((stat)->irq_resched_count)
#endif

/* ---- what is counted ---- */

enum counter {
	SITES,
	TRAMPOLINES,
	POKES,
	RCU_WAITS,
	NR_COUNTERS,
};

static atomic_t counters[NR_COUNTERS];

/* arch_static_call_transform(site, tramp, func, tail) */
static int count_static_call(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&counters[regs->di ? SITES : TRAMPOLINES]);
	return 0;
}

static int count_poke(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&counters[POKES]);
	return 0;
}

static int count_rcu(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&counters[RCU_WAITS]);
	return 0;
}

/* Keeps a probe from being optimized to a jump, which patches text later. */
static void stay_breakpoint(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

#define COUNT(function, handler) {			\
		.symbol_name	= function,		\
		.pre_handler	= handler,		\
		.post_handler	= stay_breakpoint,	\
	}

static struct kprobe probes[] = {
	COUNT("arch_static_call_transform", count_static_call),
	COUNT("text_poke_bp_batch", count_poke),
	COUNT("synchronize_rcu", count_rcu),
	COUNT("synchronize_rcu_expedited", count_rcu),
};

static bool counting;

static int set_counting(bool on)
{
	struct kprobe *list[ARRAY_SIZE(probes)];
	int i, ret = 0;

	if (on == counting)
		return 0;
	for (i = 0; i < ARRAY_SIZE(probes); i++)
		list[i] = &probes[i];
	if (on) {
		/* A probe that was registered before has an address. */
		for (i = 0; i < ARRAY_SIZE(probes); i++) {
			probes[i].addr = NULL;
			probes[i].flags = 0;
		}
		ret = register_kprobes(list, ARRAY_SIZE(list));
	} else {
		unregister_kprobes(list, ARRAY_SIZE(list));
	}
	if (!ret)
		counting = on;
	return ret;
}

/* ---- the places ---- */

/* Leaves of the bring-up are below. */
#define NR_LEAVES	64

enum place {
	COMING,
	ENABLE,
	ENABLED,
	LIVE,
	LAST_CALL,
	FIRST_LEAF,
	NR_PLACES = FIRST_LEAF + NR_LEAVES,
};

static const char * const place_names[] = {
	[COMING]	= "coming",
	[ENABLE]	= "enable",
	[ENABLED]	= "enabled",
	[LIVE]		= "live",
	[LAST_CALL]	= "last-call",
};

static struct snapshot {
	u64 tsc;
	int counts[NR_COUNTERS];
	unsigned int calls;
	unsigned int reschedules;
} snapshots[NR_PLACES];

/* Of another load than that of kvm_intel nothing is taken. */
static bool loading;

static DEFINE_RAW_SPINLOCK(snapshot_lock);

static void take_snapshot(enum place place, u64 tsc)
{
	struct snapshot *snapshot = &snapshots[place];
	int i;

	snapshot->calls = 0;
	snapshot->reschedules = 0;
	for_each_possible_cpu(i) {
		snapshot->calls += call_count(per_cpu_ptr(&irq_stat, i));
		snapshot->reschedules += resched_count(per_cpu_ptr(&irq_stat, i));
	}
	for (i = 0; i < NR_COUNTERS; i++)
		snapshot->counts[i] = atomic_read(&counters[i]);
	snapshot->tsc = tsc;
}

static void pass(enum place place)
{
	if (READ_ONCE(loading))
		take_snapshot(place, rdtsc());
}

static int module_changes(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct module *module = data;

	if (strcmp(module->name, "kvm_intel"))
		return NOTIFY_DONE;
	switch (state) {
	case MODULE_STATE_COMING:
		memset(snapshots, 0, sizeof(snapshots));
		WRITE_ONCE(loading, true);
		pass(COMING);
		break;
	case MODULE_STATE_LIVE:
		pass(LIVE);
		WRITE_ONCE(loading, false);
		break;
	}
	return NOTIFY_DONE;
}

/* Ahead of what patches the module. */
static struct notifier_block module_notifier = {
	.notifier_call	= module_changes,
	.priority	= INT_MAX,
};

static void pass_seamcall(u64 leaf)
{
	unsigned long flags;
	u64 tsc = rdtsc();

	raw_spin_lock_irqsave(&snapshot_lock, flags);
	if (leaf < NR_LEAVES && !snapshots[FIRST_LEAF + leaf].tsc)
		take_snapshot(FIRST_LEAF + leaf, tsc);
	take_snapshot(LAST_CALL, tsc);
	raw_spin_unlock_irqrestore(&snapshot_lock, flags);
}

static int instruction_raises_ud(struct notifier_block *nb, unsigned long val, void *data)
{
	static const u8 seamcall[] = { 0x66, 0x0f, 0x01, 0xcf };
	struct die_args *args = data;
	u8 bytes[sizeof(seamcall)];

	if (val == DIE_TRAP && args->trapnr == X86_TRAP_UD && READ_ONCE(loading) &&
	    !user_mode(args->regs) &&
	    !copy_from_kernel_nofault(bytes, (void *)args->regs->ip, sizeof(bytes)) &&
	    !memcmp(bytes, seamcall, sizeof(bytes)))
		pass_seamcall(args->regs->ax);
	return NOTIFY_DONE;
}

/* As that of tdxsim, and comes before it if it is registered before it. */
static struct notifier_block die_notifier = {
	.notifier_call	= instruction_raises_ud,
	.priority	= INT_MAX,
};

static int tdx_enable_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	pass(ENABLE);
	return 0;
}

static int tdx_enable_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	pass(ENABLED);
	return 0;
}

static struct kretprobe tdx_enable_probe = {
	.kp.symbol_name	= "tdx_enable",
	.entry_handler	= tdx_enable_entry,
	.handler	= tdx_enable_return,
};

static bool tdx_enable_probed;

static int load_show(struct seq_file *s, void *unused)
{
	int place, i;

	for (place = 0; place < NR_PLACES; place++) {
		const struct snapshot *snapshot = &snapshots[place];

		if (!snapshot->tsc)
			continue;
		if (place < FIRST_LEAF)
			seq_puts(s, place_names[place]);
		else
			seq_printf(s, "first-%d", place - FIRST_LEAF);
		seq_printf(s, " %llu", snapshot->tsc);
		for (i = 0; i < NR_COUNTERS; i++)
			seq_printf(s, " %d", snapshot->counts[i]);
		seq_printf(s, " %u %u\n", snapshot->calls, snapshot->reschedules);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(load);

static ssize_t counting_write(struct file *file, const char __user *from, size_t count,
			      loff_t *pos)
{
	bool on;
	int ret;

	ret = kstrtobool_from_user(from, count, &on);
	if (ret)
		return ret;
	ret = set_counting(on);
	return ret ?: count;
}

static const struct file_operations counting_fops = {
	.owner	= THIS_MODULE,
	.write	= counting_write,
};

/* ---- forget ---- */

static ssize_t forget_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	int ret;

	/* The unpatched kernel, where nobody writes here, has no such host core. */
	if (!host_core.module_lock) {
		ret = host_core_find();
		if (ret)
			return ret;
	}
	host_core_forget();
	return count;
}

static const struct file_operations forget_fops = {
	.owner	= THIS_MODULE,
	.write	= forget_write,
};

static struct dentry *dir;

static int __init loadprobe_init(void)
{
	int ret;

	/* Linux 7.3 calls it at boot and drops it, a load does not. */
	tdx_enable_probed = !register_kretprobe(&tdx_enable_probe);
	ret = register_die_notifier(&die_notifier);
	if (ret)
		goto unregister_kretprobe;
	ret = register_module_notifier(&module_notifier);
	if (ret)
		goto unregister_die_notifier;

	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("load", 0400, dir, NULL, &load_fops);
	debugfs_create_file("counting", 0200, dir, NULL, &counting_fops);
	debugfs_create_file("forget", 0200, dir, NULL, &forget_fops);
	return 0;

unregister_die_notifier:
	unregister_die_notifier(&die_notifier);
unregister_kretprobe:
	if (tdx_enable_probed)
		unregister_kretprobe(&tdx_enable_probe);
	return ret;
}
module_init(loadprobe_init);

static void __exit loadprobe_exit(void)
{
	debugfs_remove(dir);
	set_counting(false);
	unregister_module_notifier(&module_notifier);
	unregister_die_notifier(&die_notifier);
	if (tdx_enable_probed)
		unregister_kretprobe(&tdx_enable_probe);
}
module_exit(loadprobe_exit);

MODULE_DESCRIPTION("What loading kvm_intel takes");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
