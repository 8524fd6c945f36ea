// SPDX-License-Identifier: GPL-2.0
/*
 * Why TDX is not on, for the log and in /sys/firmware/tdx/.
 */
#include <linux/cpufeature.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include <asm/tdx.h>

#include "tdx.h"

/*
 * @word is ABI, see Documentation/ABI/testing/sysfs-firmware-tdx.  @advice ends
 * a line of the log.
 */
static const struct {
	const char *word;
	const char *advice;
} tdx_reasons[] = {
	[TDX_REASON_NONE] = { "none",
		"see the virt/tdx lines above" },
	[TDX_REASON_UNSUPPORTED] = { "unsupported",
		"the CPU has no TDX (MSR 0x87 cannot be read)" },
	[TDX_REASON_VIRTUAL_MACHINE] = { "virtual-machine",
		"this is a virtual machine, TDX needs the bare metal" },
	[TDX_REASON_NO_KEYIDS] = { "no-keyids",
		"no TDX KeyIDs, TDX is off in the BIOS or the CPU does not have it" },
	[TDX_REASON_FEW_KEYIDS] = { "too-few-keyids",
		"TDX has one KeyID and needs two, raise the TDX key split in the BIOS" },
	[TDX_REASON_HIBERNATION] = { "hibernation",
		"hibernation is enabled, boot with \"nohibernate\"" },
	[TDX_REASON_EPT] = { "ept",
		"TDX needs EPT, i.e. kvm_intel.ept=1" },
	[TDX_REASON_TDP_MMU] = { "tdp-mmu",
		"TDX needs the TDP MMU, i.e. kvm.tdp_mmu=1" },
	[TDX_REASON_MMIO_CACHING] = { "mmio-caching",
		"TDX needs MMIO caching, i.e. kvm.mmio_caching=1" },
	[TDX_REASON_VMX_IN_USE] = { "vmx-in-use",
		"another hypervisor uses VMX, unload it" },
	[TDX_REASON_VIRTUALIZATION] = { "virtualization",
		"see the kvm lines above" },
	[TDX_REASON_NO_MODULE] = { "no-module",
		"no TDX module is loaded, enable its SEAM loader in the BIOS; after S3, reboot" },
	[TDX_REASON_MODULE_GONE] = { "module-gone",
		"the TDX module does not answer anymore, power the host off and on" },
	[TDX_REASON_SEAM_OFF] = { "seam-off",
		"SEAMCALL took #GP, enable TDX (SEAM) in the BIOS; after ACPI S3, reboot" },
	[TDX_REASON_NO_SEAMCALL] = { "no-seamcall",
		"SEAMCALL took #UD, this is a virtual machine or a CPU without TDX" },
	[TDX_REASON_OLD_MODULE] = { "module-too-old",
		"the TDX module is too old for this kernel, update it or the BIOS" },
	[TDX_REASON_BUSY] = { "busy",
		"the TDX module stayed busy, reload kvm_intel" },
	[TDX_REASON_USED_BEFORE] = { "used-before",
		"the TDX module was used before this boot (by kexec?), reboot through the BIOS" },
	[TDX_REASON_PLATFORM] = { "platform",
		"the TDX module refuses a CPU or BIOS setting, see the virt/tdx lines above" },
	[TDX_REASON_CPUS_DIFFER] = { "cpus-differ",
		"CPUs need the same microcode and BIOS setup, update the BIOS" },
	[TDX_REASON_CPU_LATE] = { "cpu-late",
		"the CPU came too late for TDX, take it offline and reload kvm_intel" },
	[TDX_REASON_CPUS_OFFLINE] = { "cpus-offline",
		"not all CPUs were online, bring them online and reload kvm_intel" },
	[TDX_REASON_MEMORY] = { "memory",
		"TDX cannot use all of the memory, see the virt/tdx lines above" },
	[TDX_REASON_OTHER] = { "other",
		"see the virt/tdx lines above" },
	[TDX_REASON_HOLES] = { "too-many-holes",
		"the memory has too many holes, update the BIOS or move memory modules" },
	[TDX_REASON_OUT_OF_MEMORY] = { "out-of-memory",
		"out of memory, load kvm_intel early in boot" },
};

static enum tdx_reason tdx_reason;

/**
 * tdx_set_reason - keep why TDX is not on
 * @reason: the reason, TDX_REASON_NONE to forget what was kept
 *
 * Does nothing once the TDX module needs a reboot, which no other reason changes.
 *
 * Context: Any.
 */
void tdx_set_reason(enum tdx_reason reason)
{
	if (READ_ONCE(tdx_module_status) == TDX_MODULE_ERROR)
		return;

	WRITE_ONCE(tdx_reason, reason);
}
EXPORT_SYMBOL_GPL(tdx_set_reason);

/**
 * tdx_get_reason - why TDX is not on
 *
 * Context: Any.
 * Return: the reason that is kept.
 */
enum tdx_reason tdx_get_reason(void)
{
	return READ_ONCE(tdx_reason);
}
EXPORT_SYMBOL_GPL(tdx_get_reason);

/**
 * tdx_advice - what to do, in words that can end a line of the log
 *
 * Context: Any.
 * Return: the advice for the reason that is kept, or to reboot if nothing else
 * helps.
 */
const char *tdx_advice(void)
{
	if (READ_ONCE(tdx_module_status) == TDX_MODULE_ERROR)
		return "reboot through the BIOS to try again, see the virt/tdx lines above";

	return tdx_reasons[tdx_get_reason()].advice;
}
EXPORT_SYMBOL_GPL(tdx_advice);

/**
 * tdx_seamcall_reason - what a SEAMCALL that failed means for the host
 * @fn: the leaf
 * @err: the completion code, or the software defined one
 *
 * Context: Any.
 * Return: the reason.
 */
enum tdx_reason tdx_seamcall_reason(u64 fn, u64 err)
{
	switch (err) {
	case TDX_SEAMCALL_VMFAILINVALID:
		return fn == TDH_SYS_INIT ? TDX_REASON_NO_MODULE : TDX_REASON_MODULE_GONE;
	case TDX_SEAMCALL_GP:
		return TDX_REASON_SEAM_OFF;
	case TDX_SEAMCALL_UD:
		return fn == TDH_SYS_INIT ? TDX_REASON_NO_SEAMCALL : TDX_REASON_OTHER;
	}

	switch (TDX_STATUS(err)) {
	case TDX_SYS_NOT_READY:
		/* Before the TDX module is ready, 1.0 does not have TDH.SYS.RD. */
		return fn == TDH_SYS_RD ? TDX_REASON_OLD_MODULE : TDX_REASON_OTHER;
	case TDX_METADATA_FIELD_ID_INCORRECT:
		return TDX_REASON_OLD_MODULE;
	case TDX_KEY_GENERATION_FAILED:
		return TDX_REASON_BUSY;
	case TDX_SYS_INIT_NOT_PENDING:
	case TDX_SYS_LP_INIT_DONE:
		return TDX_REASON_USED_BEFORE;
	case TDX_SYS_LP_INIT_NOT_PENDING:
		return TDX_REASON_CPU_LATE;
	case TDX_SYS_CONFIG_NOT_PENDING:
		return TDX_REASON_CPUS_OFFLINE;
	case TDX_INCONSISTENT_CPUID_FIELD:
	case TDX_INCONSISTENT_MSR:
		return TDX_REASON_CPUS_DIFFER;
	case TDX_INCOMPATIBLE_SEAM_CAPABILITIES:
		if (fn == TDH_SYS_LP_INIT)
			return TDX_REASON_CPUS_DIFFER;
		return TDX_REASON_PLATFORM;
	case TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED:
	case TDX_CMR_LIST_INVALID:
		return TDX_REASON_PLATFORM;
	case TDX_TDMR_OUTSIDE_CMRS:
	case TDX_PAMT_OUTSIDE_CMRS:
		return TDX_REASON_MEMORY;
	}

	switch (TDX_STATUS_CLASS(err)) {
	case TDX_CLASS_BUSY:
		return TDX_REASON_BUSY;
	case TDX_CLASS_PLATFORM:
		return TDX_REASON_PLATFORM;
	}

	return TDX_REASON_OTHER;
}

static ssize_t status_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const char *status;

	if (!cpu_feature_enabled(X86_FEATURE_TDX_HOST_PLATFORM))
		status = "unavailable";
	else if (READ_ONCE(tdx_module_status) == TDX_MODULE_INITIALIZED)
		status = "initialized";
	else if (READ_ONCE(tdx_module_status) == TDX_MODULE_ERROR)
		status = "unusable";
	else if (tdx_get_reason() != TDX_REASON_NONE)
		status = "failed";
	else
		status = "available";

	return sysfs_emit(buf, "%s\n", status);
}

static struct kobj_attribute status_attr = __ATTR_RO(status);

static ssize_t reason_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", tdx_reasons[tdx_get_reason()].word);
}

static struct kobj_attribute reason_attr = __ATTR_RO(reason);

static ssize_t module_version_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct tdx_module_version *version = &tdx_module_version;

	/* Written last. */
	if (!smp_load_acquire(&version->major))
		return sysfs_emit(buf, "unknown\n");

	return sysfs_emit(buf, TDX_VERSION_FMT "\n",
			  version->major, version->minor, version->update);
}

static struct kobj_attribute module_version_attr = __ATTR_RO(module_version);

static struct attribute *tdx_attrs[] = {
	&status_attr.attr,
	&reason_attr.attr,
	&module_version_attr.attr,
	NULL
};

static const struct attribute_group tdx_attr_group = {
	.attrs = tdx_attrs,
};

static int __init tdx_sysfs_init(void)
{
	struct kobject *kobj;
	int ret;

	kobj = kobject_create_and_add("tdx", firmware_kobj);
	if (!kobj)
		return -ENOMEM;

	ret = sysfs_create_group(kobj, &tdx_attr_group);
	if (ret)
		kobject_put(kobj);

	return ret;
}
subsys_initcall(tdx_sysfs_init);
