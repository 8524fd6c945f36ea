// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures how long a function runs that is called with interrupts off.
 *
 * Parameters:
 *
 *   function  of the kernel or a loaded module
 *   calls     reads how often it was called with interrupts off
 *   longest   reads the TSC ticks that the longest of these calls took
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <asm/processor-flags.h>
#include <asm/tsc.h>

static char *function;
module_param(function, charp, 0444);

static unsigned int calls;
module_param(calls, uint, 0444);

static unsigned long longest;
module_param(longest, ulong, 0444);

/* Protects calls and longest. Raw: interrupts are off, also on a real-time kernel. */
static DEFINE_RAW_SPINLOCK(lock);

static int irqsoff_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	/* No call of irqsoff_return() then. */
	if (regs->flags & X86_EFLAGS_IF)
		return 1;
	*(u64 *)instance->data = rdtsc_ordered();
	return 0;
}

static int irqsoff_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	unsigned long flags, ticks = rdtsc_ordered() - *(u64 *)instance->data;

	raw_spin_lock_irqsave(&lock, flags);
	calls++;
	longest = max(longest, ticks);
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static struct kretprobe probe = {
	.entry_handler	= irqsoff_entry,
	.handler	= irqsoff_return,
	.data_size	= sizeof(u64),
};

static int __init irqsoff_init(void)
{
	probe.kp.symbol_name = function;
	return register_kretprobe(&probe);
}
module_init(irqsoff_init);

static void __exit irqsoff_exit(void)
{
	unregister_kretprobe(&probe);
}
module_exit(irqsoff_exit);

MODULE_DESCRIPTION("How long a function runs with interrupts off");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
