// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on the load path of kvm_intel, for a kernel with kprobes and fault
 * injection.  Files in /sys/kernel/debug/faults:
 *
 *   rearm     a write makes the TDX host core forget an initialization, which
 *             otherwise takes a reboot.  The TDX module has to forget it as
 *             well.  After a success the memory is lost.
 *   override  "FUNCTION VALUE [NTH [MS]]" makes the NTH call (default 1) of
 *             the function return the value without running it, after MS
 *             milliseconds (default 0) in which it sleeps; an empty line
 *             takes that back.  Reads "CALLS FIRED".
 *   failnth   "N" makes the N-th allocation that can fail, counted from the
 *             entry of kvm_x86_vendor_init() in the next task that calls it,
 *             fail.  Reads "fired setup", i.e. before the function returned,
 *             "fired later", or "not reached".
 *   vmxe      "CPU 1" sets CR4.VMXE on the CPU as another hypervisor does,
 *             "CPU 0" clears it. "CPU once" sets it when KVM comes to that
 *             CPU the next time, and clears it after that.
 *   enable    a write calls tdx_cpu_enable() on all online CPUs, by IPI, and
 *             fails with the errno of one of those that failed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/tdx.h>
#include <asm/tlbflush.h>

#include "host_core.h"

/* A line that user space wrote, without its end. */
static int get_line(char *line, size_t size, const char __user *from, size_t count)
{
	if (count >= size)
		return -E2BIG;
	if (copy_from_user(line, from, count))
		return -EFAULT;
	line[count] = '\0';
	strim(line);
	return 0;
}

/* ---- rearm ---- */

static ssize_t rearm_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	/* The unpatched host core does not have all of the state. */
	int ret = host_core_find();

	if (ret)
		return ret;
	host_core_forget();
	return count;
}

static const struct file_operations rearm_fops = {
	.owner	= THIS_MODULE,
	.write	= rearm_write,
};

/* ---- override ---- */

static struct {
	struct kprobe probe;
	char function[KSYM_NAME_LEN];
	long value;
	unsigned int nth;
	unsigned int ms;
	atomic_t calls;
	atomic_t fired;
	bool armed;
} override;

static DEFINE_MUTEX(override_lock);

/* In place of the function, so it is where that would be: it sleeps if that may. */
static noinline long overridden(void)
{
	if (override.ms)
		msleep(override.ms);
	return override.value;
}

static int override_handler(struct kprobe *probe, struct pt_regs *regs)
{
	if (atomic_inc_return(&override.calls) != override.nth)
		return 0;

	atomic_inc(&override.fired);
	regs->ip = (unsigned long)overridden;
	return 1;
}

/* Keeps the probe from being optimized to a jump, which cannot change the IP. */
static void override_post_handler(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static void disarm_override(void)
{
	if (override.armed)
		unregister_kprobe(&override.probe);
	override.armed = false;
}

static ssize_t override_write(struct file *file, const char __user *from, size_t count,
			      loff_t *pos)
{
	char line[KSYM_NAME_LEN + 32];
	int ret;

	ret = get_line(line, sizeof(line), from, count);
	if (ret)
		return ret;

	guard(mutex)(&override_lock);
	disarm_override();
	if (!*line)
		return count;

	memset(&override, 0, sizeof(override));
	override.nth = 1;
	if (sscanf(line, "%255s %ld %u %u", override.function, &override.value, &override.nth,
		   &override.ms) < 2)
		return -EINVAL;
	override.probe.symbol_name = override.function;
	override.probe.pre_handler = override_handler;
	override.probe.post_handler = override_post_handler;
	ret = register_kprobe(&override.probe);
	if (ret)
		return ret;
	override.armed = true;
	return count;
}

static ssize_t override_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	char line[32];
	int len;

	len = scnprintf(line, sizeof(line), "%d %d\n", atomic_read(&override.calls),
			atomic_read(&override.fired));
	return simple_read_from_buffer(to, count, pos, line, len);
}

static const struct file_operations override_fops = {
	.owner	= THIS_MODULE,
	.read	= override_read,
	.write	= override_write,
};

/* ---- failnth ---- */

static struct {
	unsigned int nth;
	/* 0 until the function is called. */
	pid_t pid;
	bool setup_done;
	const char *outcome;
} failnth = { .outcome = "not reached" };

static int failnth_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (failnth.nth && !failnth.pid) {
		failnth.pid = current->pid;
		current->fail_nth = failnth.nth;
	}
	return 0;
}

static int failnth_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (failnth.pid == current->pid && !failnth.setup_done) {
		failnth.setup_done = true;
		if (!current->fail_nth)
			failnth.outcome = "fired setup";
	}
	return 0;
}

/* When the module is loaded, or is not. */
static int failnth_exit(struct kprobe *probe, struct pt_regs *regs)
{
	if (failnth.pid == current->pid && !strcmp(failnth.outcome, "not reached")) {
		if (!current->fail_nth)
			failnth.outcome = "fired later";
		current->fail_nth = 0;
	}
	return 0;
}

static struct kretprobe failnth_setup_probe = {
	/* Keeps kvm.ko loaded, and the probe with it. */
	.kp.addr	= (void *)kvm_x86_vendor_init,
	.entry_handler	= failnth_entry,
	.handler	= failnth_return,
};

static struct kprobe failnth_exit_probe = {
	.symbol_name	= "do_exit",
	.pre_handler	= failnth_exit,
};

static ssize_t failnth_write(struct file *file, const char __user *from, size_t count,
			     loff_t *pos)
{
	unsigned int nth;
	char line[32];
	int ret;

	ret = get_line(line, sizeof(line), from, count);
	if (ret)
		return ret;
	ret = kstrtouint(line, 10, &nth);
	if (ret)
		return ret;

	failnth.nth = nth;
	failnth.pid = 0;
	failnth.setup_done = false;
	failnth.outcome = "not reached";
	return count;
}

static ssize_t failnth_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	char line[32];
	int len;

	len = scnprintf(line, sizeof(line), "%s\n", failnth.outcome);
	return simple_read_from_buffer(to, count, pos, line, len);
}

static const struct file_operations failnth_fops = {
	.owner	= THIS_MODULE,
	.read	= failnth_read,
	.write	= failnth_write,
};

/* ---- vmxe ---- */

static void set_vmxe(void *on)
{
	if (on)
		cr4_set_bits(X86_CR4_VMXE);
	else
		cr4_clear_bits(X86_CR4_VMXE);
}

/* The CPU, or -1. */
static int vmxe_once = -1;

static int vmxe_once_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	/* It is the CPU's own thread that calls it. */
	if (READ_ONCE(vmxe_once) != raw_smp_processor_id())
		return 1;
	cr4_set_bits(X86_CR4_VMXE);
	return 0;
}

static int vmxe_once_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	cr4_clear_bits(X86_CR4_VMXE);
	WRITE_ONCE(vmxe_once, -1);
	return 0;
}

static struct kretprobe vmxe_once_probe = {
	.kp.symbol_name	= "kvm_online_cpu",
	.entry_handler	= vmxe_once_entry,
	.handler	= vmxe_once_return,
};

static ssize_t vmxe_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	unsigned int cpu, on;
	char line[32], what[8];
	int ret;

	ret = get_line(line, sizeof(line), from, count);
	if (ret)
		return ret;
	if (sscanf(line, "%u %7s", &cpu, what) != 2)
		return -EINVAL;
	if (!strcmp(what, "once")) {
		WRITE_ONCE(vmxe_once, cpu);
		return count;
	}
	ret = kstrtouint(what, 10, &on);
	if (ret)
		return ret;
	ret = smp_call_function_single(cpu, set_vmxe, on ? &on : NULL, true);
	return ret ?: count;
}

static const struct file_operations vmxe_fops = {
	.owner	= THIS_MODULE,
	.write	= vmxe_write,
};

/* ---- enable ---- */

static void enable_cpu(void *failure)
{
	int ret = tdx_cpu_enable();

	if (ret)
		WRITE_ONCE(*(int *)failure, ret);
}

static ssize_t enable_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	int cpu, failure = 0;

	/* One after the other: the first call of a CPU that has been here begins an attempt. */
	cpus_read_lock();
	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, enable_cpu, &failure, true);
	cpus_read_unlock();
	return failure ?: count;
}

static const struct file_operations enable_fops = {
	.owner	= THIS_MODULE,
	.write	= enable_write,
};

static struct dentry *dir;

static int __init faults_init(void)
{
	int ret;

	ret = register_kretprobe(&failnth_setup_probe);
	if (ret)
		return ret;

	ret = register_kprobe(&failnth_exit_probe);
	if (ret)
		goto unregister_setup;

	ret = register_kretprobe(&vmxe_once_probe);
	if (ret)
		goto unregister_exit;

	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("rearm", 0200, dir, NULL, &rearm_fops);
	debugfs_create_file("override", 0600, dir, NULL, &override_fops);
	debugfs_create_file("failnth", 0600, dir, NULL, &failnth_fops);
	debugfs_create_file("vmxe", 0200, dir, NULL, &vmxe_fops);
	debugfs_create_file("enable", 0200, dir, NULL, &enable_fops);
	return 0;

unregister_exit:
	unregister_kprobe(&failnth_exit_probe);
unregister_setup:
	unregister_kretprobe(&failnth_setup_probe);
	return ret;
}
module_init(faults_init);

static void __exit faults_exit(void)
{
	debugfs_remove(dir);
	disarm_override();
	unregister_kretprobe(&vmxe_once_probe);
	unregister_kprobe(&failnth_exit_probe);
	unregister_kretprobe(&failnth_setup_probe);
}
module_exit(faults_exit);

MODULE_DESCRIPTION("Faults on the load path of kvm_intel");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
