// SPDX-License-Identifier: GPL-2.0
/*
 * Initialization of the Intel TDX module when kvm_intel is loaded with tdx=1.
 *
 * The TDX host core, arch/x86/virt/vmx/tdx/, makes the SEAMCALLs.  This file
 * provides what they require, all CPUs in VMX operation, and reports a failure
 * at any step in one line.
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

/*
 * The CPU and the step that made kvm_enable_virtualization() fail.  CPU hotplug
 * callbacks, which record them, run one at a time.
 */
static struct {
	const char *advice;
	bool vmxon;
	int cpu;
} tdx_failure;

static void tdx_record_failure(bool vmxon, const char *advice)
{
	tdx_failure.vmxon = vmxon;
	tdx_failure.advice = advice;
	tdx_failure.cpu = raw_smp_processor_id();
}

/* What the administrator can do about an error of the TDX host core. */
static const char *tdx_errno_advice(int err)
{
	switch (err) {
	case -ENODEV:
		return "no TDX module is loaded, enable its SEAM loader in the BIOS";
	case -EOPNOTSUPP:
		return "SEAMCALL raised #GP, enable TDX (SEAM) in the BIOS";
	case -EACCES:
		return "SEAMCALL raised #UD, this is a virtual machine or a CPU without TDX";
	default:
		return "see the virt/tdx lines in the kernel log, reboot to try again";
	}
}

/**
 * tdx_enable_virtualization_cpu - do VMXON and initialize TDX on this CPU
 *
 * kvm_x86_ops.enable_virtualization_cpu while the TDX module is being
 * initialized and while TDX is enabled.  A CPU that is online has thus done
 * VMXON and TDH.SYS.LP.INIT.
 *
 * Context: KVM's CPU hotplug callback on the CPU concerned, IRQs enabled; or
 * resume from suspend, IRQs disabled.
 * Return: 0, or a negative errno with VMXON undone.
 */
int tdx_enable_virtualization_cpu(void)
{
	unsigned long flags;
	int r;

	r = vmx_enable_virtualization_cpu();
	if (r) {
		tdx_record_failure(true, r == -EBUSY ?
				   "another hypervisor uses VMX, unload it" :
				   "see the kernel log");
		return r;
	}

	/*
	 * tdx_cpu_enable() requires IRQs disabled.  Save and restore, as resume
	 * runs with IRQs already disabled.
	 */
	local_irq_save(flags);
	r = tdx_cpu_enable();
	local_irq_restore(flags);
	if (r) {
		tdx_record_failure(false, tdx_errno_advice(r));
		vmx_disable_virtualization_cpu();
	}

	return r;
}

static const char * __init tdx_missing_requirement(void)
{
	if (!cpu_feature_enabled(X86_FEATURE_TDX_HOST_PLATFORM))
		return "no usable TDX KeyIDs, check the BIOS and the virt/tdx lines in the log";
	if (!enable_ept)
		return "TDX requires EPT (kvm_intel.ept=1)";
	if (!enable_ept_ad_bits)
		return "TDX requires EPT A/D bits (kvm_intel.eptad=1)";
	if (!tdp_mmu_enabled)
		return "TDX requires the TDP MMU (kvm.tdp_mmu=1)";
	if (!enable_mmio_caching)
		return "TDX requires MMIO caching (kvm.mmio_caching=1)";
	if (!enable_apicv)
		return "TDX requires APICv (kvm_intel.enable_apicv=1)";
	if (!boot_cpu_has(X86_FEATURE_OSXSAVE))
		return "TDX requires XSAVE (boot without noxsave)";
	if (!boot_cpu_has(X86_FEATURE_MOVDIR64B))
		return "TDX requires MOVDIR64B, which the CPU lacks";
	if (!boot_cpu_has(X86_FEATURE_SELFSNOOP))
		return "TDX requires self-snoop, which the CPU lacks";

	return NULL;
}

/**
 * tdx_hardware_setup - check all that TDX requires of the host and of KVM
 *
 * Logs the first requirement that is not met.  Also checks what TDs require,
 * because the TDX module keeps its memory until the next boot.  Changes nothing.
 *
 * Context: Module load, after vmx_hardware_setup().
 * Return: 0, or -EOPNOTSUPP.
 */
int __init tdx_hardware_setup(void)
{
	const char *missing = tdx_missing_requirement();

	if (!missing)
		return 0;

	tdx_warn_not_enabled("%s", missing);
	return -EOPNOTSUPP;
}

/* Without VMX there are no ordinary VMs either. */
static void __init tdx_warn_enable_failed(int err)
{
	if (!tdx_failure.advice)
		pr_warn("TDX not enabled: enabling virtualization failed (%d): %s\n", err,
			err == -EBUSY ? "the system is going down" :
					"see the kvm lines in the kernel log");
	else if (tdx_failure.vmxon)
		pr_warn("TDX not enabled: VMXON failed on CPU %d (%d): %s\n",
			tdx_failure.cpu, err, tdx_failure.advice);
	else
		tdx_warn_not_enabled("TDH.SYS.INIT or TDH.SYS.LP.INIT failed on CPU %d (%d): %s",
				     tdx_failure.cpu, err, tdx_failure.advice);
}

/**
 * tdx_bringup - initialize the TDX module
 *
 * On success, set enable_tdx and leave virtualization enabled until
 * tdx_hardware_unsetup(), whatever kvm.enable_virt_at_load says: a CPU that
 * comes online must be in VMX operation for TDH.SYS.LP.INIT.  On failure, undo
 * everything and log the reason in one warning.
 *
 * Context: hardware_post_setup(), with vendor_module_lock held.  Takes
 * kvm_usage_lock, and cpu_hotplug_lock within it and on its own.
 * Return: 0, or a negative errno with virtualization disabled.
 */
int __init tdx_bringup(void)
{
	int r;

	/*
	 * This registers KVM's CPU hotplug callback before the first SEAMCALL.
	 * A CPU that comes online from here on has done TDH.SYS.LP.INIT, also
	 * between this call and tdx_enable().
	 */
	r = kvm_enable_virtualization();
	if (r) {
		tdx_warn_enable_failed(r);
		return r;
	}

	cpus_read_lock();
	r = tdx_enable();
	if (r)
		tdx_warn_not_enabled("TDX module initialization failed (%d): %s",
				     r, tdx_errno_advice(r));
	cpus_read_unlock();
	if (r) {
		kvm_disable_virtualization();
		return r;
	}

	WRITE_ONCE(enable_tdx, true);
	pr_info("TDX enabled, VMX stays on even while no VM runs\n");
	return 0;
}

/**
 * tdx_hardware_unsetup - kvm_x86_ops.hardware_unsetup while TDX is enabled
 *
 * Releases virtualization if tdx_bringup() enabled it.  The TDX module stays
 * initialized.
 *
 * Context: Module unload, or a failed module load.
 */
void tdx_hardware_unsetup(void)
{
	/* The compatibility checks can fail the load before tdx_bringup(). */
	if (enable_tdx) {
		WRITE_ONCE(enable_tdx, false);
		kvm_disable_virtualization();
	}

	vmx_hardware_unsetup();
}
