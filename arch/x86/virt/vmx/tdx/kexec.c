// SPDX-License-Identifier: GPL-2.0
/*
 * What TDX means for another kernel on this host, by kexec or after a crash.
 *
 * The TDX module writes to private memory, with private KeyIDs.  Lines of it that
 * a CPU still has in its cache, the CPU may write back at any time, over what
 * somebody else, who takes this for normal memory, has written there meanwhile.
 * Hence CPUs write their caches back before others get the memory.  Private
 * memory itself needs nothing else: what another kernel writes to it is normal
 * memory again.
 *
 * But some CPUs have an erratum, see Documentation/arch/x86/tdx.rst: a partial
 * write to private memory poisons it, and reading it is a machine check.  There
 * no other kernel can start while the TDX module has memory, i.e. until the next
 * boot.
 */
#define pr_fmt(fmt)	"virt/tdx: " fmt

#include <linux/cpufeature.h>
#include <linux/export.h>
#include <linux/jump_label.h>
#include <linux/kexec.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>

#include <asm/special_insns.h>
#include <asm/tdx.h>

#include "tdx.h"

DEFINE_STATIC_KEY_FALSE(tdx_expects_seamcalls);

/*
 * How often a SEAMCALL of this CPU began or ended, and how often it had when the
 * CPU last wrote its cache back.  They differ if there may be private lines in it,
 * also if that was in the middle of a SEAMCALL, as in an NMI.
 */
static DEFINE_PER_CPU(unsigned long, tdx_seamcall_edges);
static DEFINE_PER_CPU(unsigned long, tdx_edges_written_back);

/* A bring-up is on its way on CPUs with the erratum, no other kernel may start. */
static bool tdx_kexec_held;

/**
 * tdx_seamcall - make a SEAMCALL, and count it
 * @fn: the leaf
 * @args: the input registers, afterwards the output registers
 *
 * Context: Any, also in a machine check.
 * Return: as of __seamcall_ret().
 */
u64 tdx_seamcall(u64 fn, struct tdx_module_args *args)
{
	u64 sret;

	/*
	 * Lines stay in the cache of the CPU that made the SEAMCALL, and that must
	 * not change in between, which __this_cpu_inc() looks at (DEBUG_PREEMPT).
	 * On x86 it is one instruction, which an NMI does not interrupt either.
	 */
	preempt_disable();
	__this_cpu_inc(tdx_seamcall_edges);
	sret = seamcall_ret(fn, args);
	__this_cpu_inc(tdx_seamcall_edges);
	preempt_enable();

	return sret;
}

/**
 * tdx_wbinvd - write back and invalidate the cache of this CPU, and note that
 * @unused: for smp_call_func_t
 *
 * Not inlined: this takes a CPU milliseconds, which tracers should find here.
 *
 * Context: Any, on a CPU that cannot change.
 */
noinline void tdx_wbinvd(void *unused)
{
	/* A SEAMCALL that this interrupted goes on: its lines are not written back. */
	unsigned long edges = this_cpu_read(tdx_seamcall_edges) & ~1UL;

	wbinvd();
	this_cpu_write(tdx_edges_written_back, edges);
}

/**
 * __tdx_write_back_cache - do WBINVD, if there was a SEAMCALL since the last one
 *
 * Context: Any, on a CPU that cannot change: preemption is disabled, or this is
 * a callback of CPU hotplug, which may be preempted.
 */
void __tdx_write_back_cache(void)
{
	if (this_cpu_read(tdx_seamcall_edges) != this_cpu_read(tdx_edges_written_back))
		tdx_wbinvd(NULL);
}
EXPORT_SYMBOL_GPL(__tdx_write_back_cache);

/**
 * tdx_begin_bringup - prepare the kernel for the first SEAMCALL
 *
 * On CPUs with the erratum kexec cannot start another kernel from here to
 * tdx_end_bringup().  Kernels can be loaded, and one for a crash can start.
 *
 * Context: Process, may sleep.  Takes cpu_hotplug_lock.
 * Return: 0, or -EBUSY if kexec is starting another kernel already; then there
 * must be no SEAMCALL.
 */
int tdx_begin_bringup(void)
{
	static_branch_enable(&tdx_expects_seamcalls);

	if (!boot_cpu_has_bug(X86_BUG_TDX_PW_MCE))
		return 0;

	/*
	 * Pairs with that of kexec_in_progress: one of the two sees the other, or
	 * each does and both give up.
	 */
	smp_store_mb(tdx_kexec_held, true);
	if (kexec_in_progress) {
		WRITE_ONCE(tdx_kexec_held, false);
		return -EBUSY;
	}

	return 0;
}
EXPORT_SYMBOL_GPL(tdx_begin_bringup);

/**
 * tdx_end_bringup - give kexec back, or say that there is none anymore
 *
 * Context: Process, may sleep.
 */
void tdx_end_bringup(void)
{
	if (!IS_ENABLED(CONFIG_KEXEC_CORE) || !boot_cpu_has_bug(X86_BUG_TDX_PW_MCE))
		return;

	if (READ_ONCE(tdx_module_status) == TDX_MODULE_INITIALIZED) {
		if (kexec_unload())
			pr_notice("kexec and kdump are off until the next boot, what was loaded is unloaded: this CPU has an erratum with TDX memory, boot with kvm_intel.tdx=0 to keep them\n");
		else
			pr_notice_once("kexec and kdump are off until the next boot: this CPU has an erratum with TDX memory, boot with kvm_intel.tdx=0 to keep them\n");
	}

	/* Pairs with tdx_kexec_check(). */
	smp_store_release(&tdx_kexec_held, false);
}
EXPORT_SYMBOL_GPL(tdx_end_bringup);

#ifdef CONFIG_KEXEC_CORE
/**
 * tdx_kexec_check - can this kernel be loaded or started?
 * @image: the kernel
 *
 * Context: Any, also in a panic.
 * Return: 0, -EBUSY if it would start while TDX is being initialized, or
 * -EOPNOTSUPP.
 */
int tdx_kexec_check(const struct kimage *image)
{
	/* Once a bring-up has ended, its result is visible. */
	bool held = smp_load_acquire(&tdx_kexec_held);
	bool initialized = READ_ONCE(tdx_module_status) == TDX_MODULE_INITIALIZED;

	if (initialized && image->preserve_context) {
		pr_err("a kexec that returns is not possible once TDX is initialized\n");
		return -EOPNOTSUPP;
	}

	if (!boot_cpu_has_bug(X86_BUG_TDX_PW_MCE))
		return 0;

	if (initialized) {
		pr_err("kexec and kdump are off until the next boot: this CPU has an erratum with TDX memory, boot with kvm_intel.tdx=0 to keep them\n");
		return -EOPNOTSUPP;
	}

	if (held && kexec_in_progress) {
		pr_err("no kexec while TDX is being initialized, try again\n");
		return -EBUSY;
	}

	return 0;
}
#endif
