// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has the bug that it is told, when it is loaded: does the kernel report it? Only
 * for kernels that look for the bug, others may well break.
 */
#include <linux/cleanup.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

static char *bug;
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "which of them");

/* ---- locks ---- */

static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);
static DEFINE_SPINLOCK(spinlock);

static void lock_order(void)
{
	mutex_lock(&lock_a);
	mutex_lock(&lock_b);
	mutex_unlock(&lock_b);
	mutex_unlock(&lock_a);

	mutex_lock(&lock_b);
	mutex_lock(&lock_a);
	mutex_unlock(&lock_a);
	mutex_unlock(&lock_b);
}

static void sleep_with_spinlock(void)
{
	spin_lock(&spinlock);
	might_sleep();
	spin_unlock(&spinlock);
}

static void cpu_id_with_preemption(void)
{
	smp_processor_id();
}

static int shared;

static void read_shared(void *unused)
{
	int i, sum = 0;

	for (i = 0; i < 100000; i++) {
		sum += shared;
		barrier_data(&sum);
	}
}

static void write_what_is_read(void)
{
	int i, cpu;

	guard(cpus_read_lock)();
	guard(preempt)();
	cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());
	smp_call_function_single(cpu, read_shared, NULL, false);
	for (i = 0; i < 100000; i++) {
		shared = i;
		barrier_data(&shared);
	}
}

/* ---- objects ---- */

struct with_timer {
	struct timer_list timer;
};

static void timer_function(struct timer_list *timer)
{
}

static void free_active_timer(void)
{
	struct with_timer *object = kmalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return;
	timer_setup(&object->timer, timer_function, 0);
	mod_timer(&object->timer, jiffies + HZ);
	/* What reports it stops the timer, too. */
	kfree(object);
}

static void list_del_twice(void)
{
	LIST_HEAD(head);
	LIST_HEAD(entry);

	list_add(&entry, &head);
	list_del(&entry);
	list_del(&entry);
}

/* ---- memory ---- */

static void write_past_end(void)
{
	char *object = kmalloc(64, GFP_KERNEL);

	if (!object)
		return;
	OPTIMIZER_HIDE_VAR(object);
	WRITE_ONCE(object[64], 0x5a);
	kfree(object);
}

static void use_after_free(void)
{
	char *object = kmalloc(64, GFP_KERNEL);

	if (!object)
		return;
	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	READ_ONCE(object[32]);
}

static void read_past_vmalloc(void)
{
	char *area = vmalloc(PAGE_SIZE / 2);

	if (!area)
		return;
	OPTIMIZER_HIDE_VAR(area);
	READ_ONCE(area[PAGE_SIZE / 2]);
	vfree(area);
}

static void leak(void)
{
	char *object = kmalloc(64, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(object);
}

/* Stops whoever loads the module. */
static void free_page_twice(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return;
	__free_page(page);
	__free_page(page);
}

/* ---- arithmetic ---- */

static int bits = 32;

static void shift_too_far(void)
{
	static int shifted;

	WRITE_ONCE(shifted, 1 << READ_ONCE(bits));
}

static void index_past_array(void)
{
	static struct {
		u8 array[32];
		u8 next;
	} memory;

	memory.array[READ_ONCE(bits)] = 1;
	barrier_data(&memory);
}

static const struct {
	const char *name;
	void (*function)(void);
} bugs[] = {
	{ "lock-order", lock_order },
	{ "sleep-with-spinlock", sleep_with_spinlock },
	{ "cpu-id-with-preemption", cpu_id_with_preemption },
	{ "data-race", write_what_is_read },
	{ "free-active-timer", free_active_timer },
	{ "list-del-twice", list_del_twice },
	{ "write-past-end", write_past_end },
	{ "use-after-free", use_after_free },
	{ "read-past-vmalloc", read_past_vmalloc },
	{ "leak", leak },
	{ "free-page-twice", free_page_twice },
	{ "shift-too-far", shift_too_far },
	{ "index-past-array", index_past_array },
};

static int __init bugs_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (bug && !strcmp(bugs[i].name, bug)) {
			bugs[i].function();
			return 0;
		}
	}
	return -EINVAL;
}
module_init(bugs_init);

static void __exit bugs_exit(void)
{
}
module_exit(bugs_exit);

MODULE_DESCRIPTION("Bugs for a debug kernel to report");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
