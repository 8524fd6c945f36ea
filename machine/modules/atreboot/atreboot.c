// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs /tmp/at-reboot when the kernel goes down or starts another one, and waits for
 * its end: programs can still be started then, and kexec is already in progress.
 */
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/umh.h>

static int run_script(struct notifier_block *notifier, unsigned long event, void *data)
{
	char *argv[3] = { "/bin/sh", "/tmp/at-reboot", NULL };
	char *envp[3] = { "HOME=/", "PATH=/bin", NULL };
	int ret;

	ret = call_usermodehelper(argv[0], argv, envp, UMH_WAIT_PROC);
	if (ret)
		pr_err(KBUILD_MODNAME ": %s: %d\n", argv[1], ret);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = run_script,
	/* Before all others. */
	.priority = INT_MAX,
};

static int __init atreboot_init(void)
{
	return register_reboot_notifier(&notifier);
}
module_init(atreboot_init);

static void __exit atreboot_exit(void)
{
	unregister_reboot_notifier(&notifier);
}
module_exit(atreboot_exit);

MODULE_DESCRIPTION("Runs a script when the kernel goes down");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
