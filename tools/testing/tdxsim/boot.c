// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another hypervisor that uses VMX on a CPU while the kernel boots, so that
 * VMXON fails there with -EBUSY. Built in only: modules come too late.
 *
 *   vmx_in_use=CPU      until the kernel has booted (default: on no CPU)
 */
#include <linux/init.h>
#include <linux/moduleparam.h>
#include <linux/smp.h>
#include <asm/processor-flags.h>
#include <asm/tlbflush.h>

static int vmx_in_use = -1;
module_param(vmx_in_use, int, 0444);
MODULE_PARM_DESC(vmx_in_use, "CPU where VMX is in use while the kernel boots");

static void take_vmx(void *unused)
{
	cr4_set_bits(X86_CR4_VMXE);
}

static void leave_vmx(void *unused)
{
	cr4_clear_bits(X86_CR4_VMXE);
}

static int __init boot_begins(void)
{
	if (vmx_in_use < 0)
		return 0;

	return smp_call_function_single(vmx_in_use, take_vmx, NULL, true);
}
arch_initcall(boot_begins);

static int __init boot_ends(void)
{
	if (vmx_in_use < 0)
		return 0;

	return smp_call_function_single(vmx_in_use, leave_vmx, NULL, true);
}
late_initcall(boot_ends);
