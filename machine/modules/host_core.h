/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes the TDX host core, arch/x86/virt/vmx/tdx/tdx.c, forget what it did, so that it
 * can be tried again without a reboot.  For the modules of the test machine.
 */
#ifndef HOST_CORE_H
#define HOST_CORE_H

#include <linux/cleanup.h>
#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "endbr.h"

/* Its state, and the locks that it is under. */
static struct {
	/* Of the next three. */
	struct mutex *module_lock;
	int *module_status;
	int *module_err;
	struct list_head *memlist;
	/* Likewise. */
	raw_spinlock_t *sysinit_lock;
	bool *sysinit_done;
	unsigned int *sysinit_attempts;
	unsigned int __percpu *sysinit_attempt;
	bool __percpu *lp_initialized;
	bool *has_private_memory;
	bool __percpu *cache_incoherent;
} host_core;

static int host_core_note_symbol(void *data, const char *name, unsigned long addr)
{
	/* One in a function has a number behind its name. */
	if (!strcmp(name, "tdx_module_lock"))
		host_core.module_lock = (void *)addr;
	else if (!strcmp(name, "tdx_module_status"))
		host_core.module_status = (void *)addr;
	else if (!strcmp(name, "tdx_module_err"))
		host_core.module_err = (void *)addr;
	else if (!strcmp(name, "tdx_memlist"))
		host_core.memlist = (void *)addr;
	else if (!strncmp(name, "sysinit_lock.", 13))
		host_core.sysinit_lock = (void *)addr;
	else if (!strcmp(name, "sysinit_done"))
		host_core.sysinit_done = (void *)addr;
	else if (!strcmp(name, "sysinit_attempts"))
		host_core.sysinit_attempts = (void *)addr;
	else if (!strcmp(name, "tdx_sysinit_attempt"))
		host_core.sysinit_attempt = (void __percpu *)addr;
	else if (!strcmp(name, "tdx_lp_initialized"))
		host_core.lp_initialized = (void __percpu *)addr;
	else if (!strcmp(name, "tdx_has_private_memory"))
		host_core.has_private_memory = (void *)addr;
	else if (!strcmp(name, "cache_state_incoherent"))
		host_core.cache_incoherent = (void __percpu *)addr;
	return 0;
}

/**
 * host_core_find() - look up the state of the host core
 *
 * Has to succeed before host_core_forget() is called.  kallsyms is not exported, but
 * kprobes can use it.
 *
 * Return: 0, -ENOENT if the kernel has no such host core, or what register_kprobe()
 * returns.
 */
static int host_core_find(void)
{
	int (*on_each_symbol)(int (*fn)(void *, const char *, unsigned long), void *data);
	struct kprobe probe = { .symbol_name = "kallsyms_on_each_symbol" };
	int ret;

	ret = register_kprobe(&probe);
	if (ret)
		return ret;
	on_each_symbol = (void *)probe.addr;
	unregister_kprobe(&probe);

	migrate_disable();
	require_endbr(false);
	on_each_symbol(host_core_note_symbol, NULL);
	require_endbr(true);
	migrate_enable();
	if (!host_core.module_lock || !host_core.module_status || !host_core.module_err ||
	    !host_core.memlist || !host_core.sysinit_lock || !host_core.sysinit_done ||
	    !host_core.sysinit_attempts || !host_core.sysinit_attempt ||
	    !host_core.lp_initialized || !host_core.has_private_memory ||
	    !host_core.cache_incoherent) {
		pr_err("cannot find the state of the TDX host core\n");
		return -ENOENT;
	}
	return 0;
}

/**
 * host_core_forget() - as if the host core had not been asked for TDX yet
 *
 * Whether it failed or not.  After a success, the memory of that is lost.  The TDX
 * module has to forget it as well.
 */
static void host_core_forget(void)
{
	int cpu;

	/* No CPU comes online meanwhile, and is initialized with what is forgotten. */
	guard(cpus_read_lock)();
	guard(mutex)(host_core.module_lock);
	*host_core.has_private_memory = false;
	*host_core.module_status = 0;
	*host_core.module_err = 0;
	/* What a failure freed is not on it anymore. */
	INIT_LIST_HEAD(host_core.memlist);
	raw_spin_lock_irq(host_core.sysinit_lock);
	*host_core.sysinit_done = false;
	*host_core.sysinit_attempts = 0;
	for_each_possible_cpu(cpu)
		WRITE_ONCE(*per_cpu_ptr(host_core.sysinit_attempt, cpu), 0);
	raw_spin_unlock_irq(host_core.sysinit_lock);
	for_each_possible_cpu(cpu) {
		WRITE_ONCE(*per_cpu_ptr(host_core.lp_initialized, cpu), false);
		WRITE_ONCE(*per_cpu_ptr(host_core.cache_incoherent, cpu), false);
	}
}

#endif /* HOST_CORE_H */
