/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __KVM_X86_VMX_TDX_H
#define __KVM_X86_VMX_TDX_H

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/types.h>

/* The one line that says why kvm_intel continues without TDX. */
#define tdx_warn_not_enabled(fmt, ...) \
	pr_warn("TDX not enabled, ordinary VMs are not affected: " fmt "\n", ##__VA_ARGS__)

extern bool enable_tdx;

#ifdef CONFIG_INTEL_TDX_HOST
int __init tdx_hardware_setup(void);
#else
static __always_inline int tdx_hardware_setup(void)
{
	tdx_warn_not_enabled("the kernel is built without CONFIG_INTEL_TDX_HOST");
	return -EOPNOTSUPP;
}
#endif

/* Called only if tdx_hardware_setup() succeeded. */
int __init tdx_bringup(void);
void tdx_hardware_unsetup(void);
int tdx_enable_virtualization_cpu(void);

#endif /* __KVM_X86_VMX_TDX_H */
