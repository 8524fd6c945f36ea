// SPDX-License-Identifier: GPL-2.0
/*
 * Initialization of the Intel TDX module when kvm_intel is loaded with tdx=1.
 *
 * The SEAMCALLs are made by the host core, arch/x86/virt/vmx/tdx/.  This file
 * provides what they need, CPUs in VMX operation, and turns a failure at any
 * step into one line for the administrator.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpufeature.h>
#include <linux/kvm_host.h>

#include <asm/tdx.h>

#include "capabilities.h"
#include "mmu.h"
#include "tdx.h"
#include "x86_ops.h"

#define TDX_NO_CPU	-1

/*
 * What went wrong, for the one warning.  kvm_enable_virtualization() reduces
 * the reason to -EIO, so the CPU hotplug callback leaves the real one here.
 * Callbacks run one at a time.
 */
static struct {
	const char *step;
	const char *advice;
	int cpu;
	int err;
} tdx_failure;

static void tdx_record_failure(const char *step, const char *advice, int cpu, int err)
{
	tdx_failure.step = step;
	tdx_failure.advice = advice;
	tdx_failure.cpu = cpu;
	tdx_failure.err = err;
}

static void __init tdx_warn_failure(void)
{
	if (tdx_failure.cpu == TDX_NO_CPU)
		tdx_warn_not_enabled("%s failed (%d): %s", tdx_failure.step,
				     tdx_failure.err, tdx_failure.advice);
	else
		tdx_warn_not_enabled("%s failed on CPU %d (%d): %s",
				     tdx_failure.step, tdx_failure.cpu,
				     tdx_failure.err, tdx_failure.advice);
}

/**
 * tdx_disable_virtualization_cpu - do VMXOFF and write back this CPU's cache
 *
 * kvm_x86_ops.disable_virtualization_cpu while TDX is being initialized and
 * while it is on.  Without VMX operation there are no more SEAMCALLs, and nothing
 * that may be private is left in the cache of a CPU that goes offline, or is
 * given to another kernel.
 *
 * Context: KVM's CPU hotplug callback on the CPU concerned, suspend or shutdown.
 */
void tdx_disable_virtualization_cpu(void)
{
	vmx_disable_virtualization_cpu();
	__tdx_write_back_cache();
}

/**
 * tdx_enable_virtualization_cpu - do VMXON and initialize TDX on this CPU
 *
 * kvm_x86_ops.enable_virtualization_cpu while TDX is being initialized and
 * while it is on.  An online CPU thus has done VMXON and TDH.SYS.LP.INIT.
 *
 * Context: KVM's CPU hotplug callback on the CPU concerned, IRQs on; or resume
 * from suspend, IRQs off.
 * Return: 0, or a negative errno.  VMXON is undone on error.
 */
int tdx_enable_virtualization_cpu(void)
{
	int cpu = raw_smp_processor_id();
	unsigned long flags;
	const char *step, *advice;
	int r;

	r = vmx_enable_virtualization_cpu();
	if (r) {
		step = "VMXON";
		advice = "see the kvm lines above";
		if (r == -EBUSY)
			advice = "another hypervisor uses VMX, unload it";
		goto failed;
	}

	/* tdx_cpu_enable() was made for IPIs.  On resume IRQs are off already. */
	local_irq_save(flags);
	r = tdx_cpu_enable();
	local_irq_restore(flags);
	if (r) {
		step = "TDH.SYS.INIT or TDH.SYS.LP.INIT";
		advice = tdx_advice();
		goto vmxoff;
	}

	return 0;

vmxoff:
	tdx_disable_virtualization_cpu();
	if (READ_ONCE(enable_tdx))
		pr_warn("CPU %d is of no use while TDX is on: %s failed (%d), to use it load kvm_intel with tdx=0\n",
			cpu, step, r);
failed:
	tdx_record_failure(step, advice, cpu, r);
	return r;
}

/**
 * tdx_hardware_setup - find out whether TDX can be initialized at all
 *
 * Says why not, if not.  Touches neither the TDX module nor KVM.
 *
 * Context: Module load, after vmx_hardware_setup().
 * Return: 0, or -EOPNOTSUPP.
 */
int __init tdx_hardware_setup(void)
{
	const char *advice;

	if (!cpu_feature_enabled(X86_FEATURE_TDX_HOST_PLATFORM))
		advice = tdx_advice();
	else if (!enable_ept)
		advice = "TDX needs EPT, i.e. kvm_intel.ept=1";
	else if (!tdp_mmu_enabled)
		advice = "TDX needs the TDP MMU, i.e. kvm.tdp_mmu=1";
	else if (!enable_mmio_caching)
		advice = "TDX needs MMIO caching, i.e. kvm.mmio_caching=1";
	else
		return 0;

	tdx_warn_not_enabled("%s", advice);
	return -EOPNOTSUPP;
}

/**
 * tdx_bringup - initialize the TDX module
 *
 * On success enable_tdx is set, and virtualization stays enabled until
 * tdx_hardware_unsetup(), with or without kvm.enable_virt_at_load: each CPU
 * that comes online needs to be in VMX operation for TDH.SYS.LP.INIT.
 *
 * A failure is undone and reported, with the cause, in one warning.
 *
 * Context: hardware_post_setup(), i.e. vendor_module_lock is held.  Takes
 * kvm_usage_lock and, inside of it or on its own, cpu_hotplug_lock.
 * Return: 0, or a negative errno with virtualization disabled.
 */
int __init tdx_bringup(void)
{
	const char *advice;
	int r;

	r = tdx_begin_bringup();
	if (r) {
		advice = "kexec is starting another kernel";
		tdx_record_failure("enabling virtualization", advice, TDX_NO_CPU, r);
		goto not_begun;
	}

	/*
	 * This registers KVM's CPU hotplug callback before the first SEAMCALL.
	 * From here on a CPU either has done TDH.SYS.LP.INIT or is offline, it
	 * cannot come online unnoticed between this and tdx_enable().
	 */
	r = kvm_enable_virtualization();
	if (r) {
		/* No CPU is to blame if the system is going down. */
		if (r != -EIO || !tdx_failure.err) {
			advice = "the system is going down";
			if (r != -EBUSY)
				advice = "CPU hotplug refused KVM's callbacks";
			tdx_record_failure("enabling virtualization", advice, TDX_NO_CPU, r);
		}
		goto failed;
	}

	cpus_read_lock();
	r = tdx_enable();
	advice = tdx_advice();
	/* In here, so that a CPU that is refused from now on is told of. */
	WRITE_ONCE(enable_tdx, !r);
	cpus_read_unlock();
	if (r) {
		kvm_disable_virtualization();
		/* No CPU that comes online can overwrite it anymore. */
		tdx_record_failure("TDX module initialization", advice, TDX_NO_CPU, r);
		goto failed;
	}

	tdx_end_bringup();
	return 0;

failed:
	tdx_end_bringup();
not_begun:
	tdx_warn_failure();
	return r;
}

/**
 * tdx_hardware_unsetup - kvm_x86_ops.hardware_unsetup while TDX is on
 *
 * Gives up virtualization if the bring-up got it.  The TDX module stays
 * initialized.
 *
 * Context: Module unload, or a load that failed.
 */
void tdx_hardware_unsetup(void)
{
	bool was_enabled = enable_tdx;

	/* TDX is of no use, and must not read Y, without virtualization. */
	WRITE_ONCE(enable_tdx, false);
	if (was_enabled)
		kvm_disable_virtualization();

	vmx_hardware_unsetup();
}
