// SPDX-License-Identifier: GPL-2.0
/*
 * Why TDX is unavailable, for the kernel log and for programs in
 * /sys/devices/system/cpu/tdx_host/.
 */
#include <linux/cpu.h>
#include <linux/cpufeature.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <asm/tdx.h>

#include "tdx.h"

/*
 * A word and an advice in one string each, which saves a table of pointers.  The
 * word is ABI, see Documentation/ABI/testing/sysfs-devices-system-cpu-tdx_host.
 * The advice is the end of a line in the log.
 */
static const char * const tdx_reasons[] = {
	[TDX_REASON_NONE] = "none\0"
		"see the virt/tdx lines above",
	/* Without KeyIDs there is no directory in sysfs. */
	[TDX_REASON_NO_KEYIDS] = "\0"
		"no TDX private KeyIDs, TDX is off in the BIOS or the CPU does not have it",
	[TDX_REASON_FEW_KEYIDS] = "too-few-keyids\0"
		"TDX has one KeyID and needs two, raise the TDX key split in the BIOS",
	[TDX_REASON_HIBERNATION] = "hibernation\0"
		"hibernation is enabled, boot with \"nohibernate\"",
	[TDX_REASON_NO_MODULE] = "no-module\0"
		"no TDX module is loaded, enable its loader in the BIOS; after ACPI S3, reboot",
	[TDX_REASON_MODULE_GONE] = "module-gone\0"
		"the TDX module no longer responds, power the host off and on",
	[TDX_REASON_SEAM_OFF] = "seam-off\0"
		"the BIOS did not enable SEAM, enable TDX there; after ACPI S3, reboot",
	[TDX_REASON_NO_SEAMCALL] = "no-seamcall\0"
		"the CPU does not offer SEAMCALL, this is a virtual machine or a CPU without TDX",
	[TDX_REASON_OLD_MODULE] = "module-too-old\0"
		"the TDX module is too old for this kernel, update it or the BIOS",
	[TDX_REASON_BUSY] = "busy\0"
		"the TDX module stayed busy, reload kvm_intel",
	[TDX_REASON_USED_BEFORE] = "used-before\0"
		"the TDX module was used before this boot (by kexec?), reboot through the BIOS",
	[TDX_REASON_PLATFORM] = "platform\0"
		"the TDX module refuses a CPU or BIOS setting, see the virt/tdx lines above",
	[TDX_REASON_CPUS_DIFFER] = "cpus-differ\0"
		"CPUs need the same microcode and BIOS setup, update the BIOS",
	[TDX_REASON_CPU_LATE] = "cpu-late\0"
		"the CPU came online too late for TDX, take it offline and reload kvm_intel",
	[TDX_REASON_CPUS_OFFLINE] = "cpus-offline\0"
		"not all CPUs were online, bring them online and reload kvm_intel",
	[TDX_REASON_CPUS_UNUSED] = "cpus-unused\0"
		"the kernel has to use all CPUs, see nr_cpus=, possible_cpus= and CONFIG_NR_CPUS",
	[TDX_REASON_MEMORY] = "memory\0"
		"not all of the memory is convertible, see the virt/tdx lines above; if it is CXL or persistent memory, use it as devdax and reload kvm_intel",
	[TDX_REASON_HOLES] = "too-many-holes\0"
		"the memory has too many holes, update the BIOS or move memory modules",
	[TDX_REASON_OUT_OF_MEMORY] = "out-of-memory\0"
		"out of memory, free huge pages and reload kvm_intel, or load it early in boot",
	[TDX_REASON_OTHER] = "other\0"
		"see the virt/tdx lines above",
};

static enum tdx_reason tdx_reason;

/**
 * tdx_set_reason - record why TDX is unavailable
 * @reason: the reason, or TDX_REASON_NONE
 *
 * Does nothing once another attempt needs a reboot: the first failure stays.
 *
 * Context: Any.
 */
void tdx_set_reason(enum tdx_reason reason)
{
	if (READ_ONCE(tdx_module_status) != TDX_MODULE_ERROR)
		WRITE_ONCE(tdx_reason, reason);
}

/**
 * tdx_get_reason - get the recorded reason
 *
 * Context: Any.
 * Return: the reason that the last tdx_set_reason() has recorded.
 */
enum tdx_reason tdx_get_reason(void)
{
	return READ_ONCE(tdx_reason);
}

/**
 * tdx_advice - tell an administrator why TDX is unavailable and what to do
 *
 * This is about the last tdx_cpu_enable() or tdx_enable() that failed, or
 * about what has kept TDX off since boot.
 *
 * Context: Any.
 * Return: a string that ends a line in the log.
 */
const char *tdx_advice(void)
{
	const char *reason;

	if (READ_ONCE(tdx_module_status) == TDX_MODULE_ERROR)
		return "reboot through the BIOS to try again, see the virt/tdx lines above";

	reason = tdx_reasons[tdx_get_reason()];
	return reason + strlen(reason) + 1;
}
EXPORT_SYMBOL_GPL(tdx_advice);

static const struct {
	u32 status;
	u8 reason;
} tdx_status_reasons[] = {
	{ TDX_METADATA_FIELD_ID_INCORRECT,		TDX_REASON_OLD_MODULE },
	{ TDX_KEY_GENERATION_FAILED,			TDX_REASON_BUSY },
	{ TDX_SYS_INIT_NOT_PENDING,			TDX_REASON_USED_BEFORE },
	{ TDX_SYS_LP_INIT_DONE,				TDX_REASON_USED_BEFORE },
	{ TDX_SYS_LP_INIT_NOT_PENDING,			TDX_REASON_CPU_LATE },
	{ TDX_SYS_CONFIG_NOT_PENDING,			TDX_REASON_CPUS_OFFLINE },
	{ TDX_INCONSISTENT_CPUID_FIELD,			TDX_REASON_CPUS_DIFFER },
	{ TDX_INCONSISTENT_MSR,				TDX_REASON_CPUS_DIFFER },
	{ TDX_INCOMPATIBLE_SEAM_CAPABILITIES,		TDX_REASON_PLATFORM },
	{ TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED,	TDX_REASON_PLATFORM },
	{ TDX_CMR_LIST_INVALID,				TDX_REASON_PLATFORM },
	{ TDX_TDMR_OUTSIDE_CMRS,			TDX_REASON_MEMORY },
	{ TDX_PAMT_OUTSIDE_CMRS,			TDX_REASON_MEMORY },
};

/**
 * tdx_seamcall_reason - find what a SEAMCALL that failed means for the host
 * @fn: the leaf
 * @err: the completion code, or the software defined one
 *
 * Context: Any.
 * Return: the reason.
 */
enum tdx_reason tdx_seamcall_reason(u64 fn, u64 err)
{
	u32 status = TDX_STATUS(err);
	int i;

	switch (err) {
	case TDX_SEAMCALL_VMFAILINVALID:
		return fn == TDH_SYS_INIT ? TDX_REASON_NO_MODULE : TDX_REASON_MODULE_GONE;
	case TDX_SEAMCALL_GP:
		/* TDH.SYS.INIT has worked on another CPU, or earlier on this one. */
		return fn == TDH_SYS_INIT ? TDX_REASON_SEAM_OFF : TDX_REASON_CPUS_DIFFER;
	case TDX_SEAMCALL_UD:
		return fn == TDH_SYS_INIT ? TDX_REASON_NO_SEAMCALL : TDX_REASON_OTHER;
	}

	/* Before the TDX module is ready, 1.0 does not have TDH.SYS.RD. */
	if (status == TDX_SYS_NOT_READY && fn == TDH_SYS_RD)
		return TDX_REASON_OLD_MODULE;
	if (status == TDX_INCOMPATIBLE_SEAM_CAPABILITIES && fn == TDH_SYS_LP_INIT)
		return TDX_REASON_CPUS_DIFFER;

	for (i = 0; i < ARRAY_SIZE(tdx_status_reasons); i++) {
		if (tdx_status_reasons[i].status == status)
			return tdx_status_reasons[i].reason;
	}

	switch (TDX_STATUS_CLASS(err)) {
	case TDX_CLASS_BUSY:
		return TDX_REASON_BUSY;
	case TDX_CLASS_PLATFORM:
		return TDX_REASON_PLATFORM;
	}

	return TDX_REASON_OTHER;
}

static ssize_t status_show(struct device *dev, struct device_attribute *attr, char *buf)
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
static DEVICE_ATTR_RO(status);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", tdx_reasons[tdx_get_reason()]);
}
static DEVICE_ATTR_RO(reason);

static ssize_t version_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct tdx_module_version *version = &tdx_module_version;

	/* Written last by check_tdx_module_version(). */
	if (!smp_load_acquire(&version->major))
		return sysfs_emit(buf, "unknown\n");

	return sysfs_emit(buf, "%u.%u.%02u\n",
			  version->major, version->minor, version->update);
}
static DEVICE_ATTR_RO(version);

static ssize_t keyids_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", tdx_nr_guest_keyids);
}
static DEVICE_ATTR_RO(keyids);

static struct attribute *tdx_host_attrs[] = {
	&dev_attr_status.attr,
	&dev_attr_reason.attr,
	&dev_attr_version.attr,
	&dev_attr_keyids.attr,
	NULL
};

static const struct attribute_group tdx_host_group = {
	.name	= "tdx_host",
	.attrs	= tdx_host_attrs,
};

static int __init tdx_sysfs_init(void)
{
	struct device *dev_root;
	int ret;

	if (tdx_get_reason() == TDX_REASON_NO_KEYIDS)
		return 0;

	dev_root = bus_get_dev_root(&cpu_subsys);
	if (!dev_root)
		return -ENODEV;

	ret = sysfs_create_group(&dev_root->kobj, &tdx_host_group);
	put_device(dev_root);

	return ret;
}
subsys_initcall(tdx_sysfs_init);
