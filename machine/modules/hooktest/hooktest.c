// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test of kvm_x86_init_ops.hardware_post_setup(): a vendor module without any
 * hardware.  kvm_intel's hook never fails, this one does what it is told.
 *
 * Needs kvm.ko without a vendor module.  Loads only if all went well.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include "x86.h"
#include "pmu.h"

static int nop_op(void)
{
	return 0;
}

static void cache_reg_edited(struct kvm_vcpu *vcpu, enum kvm_reg reg)
{
}

static atomic_t nr_compat_checks;
static int nr_unsetups;

static int check_processor_compatibility(void)
{
	atomic_inc(&nr_compat_checks);
	return 0;
}

static void hardware_unsetup(void)
{
	nr_unsetups++;
}

static struct kvm_x86_ops test_ops;
static struct kvm_pmu_ops test_pmu_ops;

/* No VM is ever created: members that are not functions do not matter. */
static void fill_ops(void)
{
	memset64((void *)&test_ops, (uintptr_t)nop_op, sizeof(test_ops) / 8);
	memset64((void *)&test_pmu_ops, (uintptr_t)nop_op, sizeof(test_pmu_ops) / 8);

	test_ops.name = KBUILD_MODNAME;
	test_ops.check_processor_compatibility = check_processor_compatibility;
	test_ops.hardware_unsetup = hardware_unsetup;
}

/* What the hook found, and what it shall do. */
static struct {
	int calls;
	bool ops_live;
	bool cpus_checked;
	bool edit;
	int ret;
} hook;

static bool cache_reg_is(void *func)
{
	return static_call_query(kvm_x86_cache_reg) == func;
}

static int hardware_post_setup(void)
{
	hook.calls++;
	hook.ops_live = cache_reg_is(nop_op);
	hook.cpus_checked = atomic_read(&nr_compat_checks) == num_online_cpus();
	if (hook.edit)
		test_ops.cache_reg = cache_reg_edited;
	return hook.ret;
}

static int hardware_setup(void)
{
	atomic_set(&nr_compat_checks, 0);
	nr_unsetups = 0;
	return 0;
}

static struct kvm_x86_init_ops test_init_ops = {
	.hardware_setup = hardware_setup,
	.runtime_ops = &test_ops,
	.pmu_ops = &test_pmu_ops,
};

static int failed;

static void expect(bool ok, const char *what)
{
	if (!ok)
		failed++;
	pr_info("%s - %s\n", ok ? "ok" : "not ok", what);
}

static void load(bool with_hook, bool edit, int ret)
{
	memset(&hook, 0, sizeof(hook));
	hook.edit = edit;
	hook.ret = ret;
	test_ops.cache_reg = (void *)nop_op;
	test_init_ops.hardware_post_setup = with_hook ? hardware_post_setup : NULL;
	expect(kvm_x86_vendor_init(&test_init_ops) == ret, "loading gives what the hook returns");
	expect(hook.calls == with_hook, "hook called once, if there is one");
}

static int __init hooktest_init(void)
{
	fill_ops();

	load(false, false, 0);
	expect(cache_reg_is(nop_op), "without a hook the ops are installed");
	kvm_x86_vendor_exit();

	load(true, false, 0);
	expect(hook.ops_live, "the ops are live when the hook runs");
	expect(hook.cpus_checked, "every CPU was checked before");
	expect(cache_reg_is(nop_op), "unchanged ops stay");
	kvm_x86_vendor_exit();

	load(true, true, 0);
	expect(cache_reg_is(cache_reg_edited), "an edited op is installed");
	kvm_x86_vendor_exit();
	expect(nr_unsetups == 1, "unload calls hardware_unsetup() once");

	load(true, false, -ENOTRECOVERABLE);
	expect(nr_unsetups == 1, "an error calls hardware_unsetup() once");

	/* Fails with -EEXIST if the error left a vendor behind. */
	load(true, false, 0);
	kvm_x86_vendor_exit();

	return failed ? -EINVAL : 0;
}
module_init(hooktest_init);

static void __exit hooktest_exit(void)
{
}
module_exit(hooktest_exit);

MODULE_DESCRIPTION("Test of KVM's hardware_post_setup() hook");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
