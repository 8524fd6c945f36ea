// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bed for tests of the TDX module itself: the module is loaded again, as often
 * as the test likes, on a platform that the test describes, with memory of its
 * own at all addresses, and CPUs stand for any of its LPs.
 *
 * The caller sees to it that nothing else executes SEAMCALL.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/threads.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include "tdxsim.h"

/* Pages of memory, which come into being when they are written. */
static DEFINE_XARRAY(pages);

static bool active;
static unsigned int lp_of_cpu[NR_CPUS];
static u32 lp_packages[TDXSIM_TESTBED_LPS];

/* Serializes the test: what it sets up is not for two at a time. */
static DEFINE_MUTEX(testbed_lock);

static void *get_page_at(u64 pa)
{
	void *new, *page = xa_load(&pages, pa >> PAGE_SHIFT);
	unsigned long flags;

	if (page)
		return page;

	new = kzalloc(PAGE_SIZE, GFP_ATOMIC);
	if (!new)
		return NULL;

	/* SEAMCALL is executed with interrupts off. */
	xa_lock_irqsave(&pages, flags);
	page = __xa_cmpxchg(&pages, pa >> PAGE_SHIFT, NULL, new, GFP_ATOMIC);
	xa_unlock_irqrestore(&pages, flags);
	if (!page)
		return new;

	/* Another CPU was first, or there is no memory for the entry. */
	kfree(new);
	return xa_is_err(page) ? NULL : page;
}

static void testbed_read(void *dst, u64 pa, size_t len)
{
	while (len) {
		size_t offset = offset_in_page(pa);
		size_t n = min(len, PAGE_SIZE - offset);
		void *page = xa_load(&pages, pa >> PAGE_SHIFT);

		if (page)
			memcpy(dst, page + offset, n);
		else
			memset(dst, 0, n);
		dst += n;
		pa += n;
		len -= n;
	}
}

static void testbed_write(u64 pa, const void *src, size_t len)
{
	while (len) {
		size_t offset = offset_in_page(pa);
		size_t n = min(len, PAGE_SIZE - offset);
		void *page = get_page_at(pa);

		if (!page) {
			pr_err_ratelimited("test bed: no memory for 0x%llx\n", pa);
			return;
		}
		memcpy(page + offset, src, n);
		src += n;
		pa += n;
		len -= n;
	}
}

static u32 testbed_lp_package(unsigned int lp)
{
	return lp_packages[lp];
}

static const struct tdx_host_ops testbed_ops = {
	.read		= testbed_read,
	.write		= testbed_write,
	.lp_package	= testbed_lp_package,
};

static void free_pages_of_testbed(void)
{
	unsigned long index;
	void *page;

	xa_for_each(&pages, index, page)
		kfree(page);
	xa_destroy(&pages);
}

bool tdxsim_testbed_active(void)
{
	return active;
}

unsigned int tdxsim_lp(unsigned int cpu)
{
	return active ? lp_of_cpu[cpu] : cpu;
}

static void reset(void)
{
	struct tdx_module *m = &tdxsim_module;
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		lp_of_cpu[cpu] = cpu % TDXSIM_TESTBED_LPS;
	memset(lp_packages, 0, sizeof(lp_packages));
	memset(&m->platform, 0, sizeof(m->platform));
	m->ops = &testbed_ops;
	tdx_module_reload(m, TDXSIM_TESTBED_LPS);
	free_pages_of_testbed();
	tdxsim_presence = TDXSIM_PRESENT;
	active = true;
}

static bool set_lp(const char *words)
{
	unsigned int cpu, lp, package;
	int end;

	if (sscanf(words, "%u %u %u%n", &cpu, &lp, &package, &end) != 3 ||
	    words[end] || cpu >= nr_cpu_ids || lp >= TDXSIM_TESTBED_LPS)
		return false;

	lp_of_cpu[cpu] = lp;
	lp_packages[lp] = package;
	return true;
}

static bool handle_line(const char *line)
{
	if (!strcmp(line, "reset")) {
		reset();
		return true;
	}

	if (!active)
		return false;
	if (!strncmp(line, "lp ", 3))
		return set_lp(line + 3);
	if (!strncmp(line, "presence ", 9))
		return !tdxsim_set_presence(line + 9);

	return tdx_module_script(&tdxsim_module, line);
}

static ssize_t testbed_file_write(struct file *file, const char __user *buffer,
				  size_t len, loff_t *pos)
{
	char *text __free(kfree) = NULL;
	char *rest, *line;

	if (len > PAGE_SIZE)
		return -EINVAL;

	text = memdup_user_nul(buffer, len);
	if (IS_ERR(text))
		return PTR_ERR(text);

	guard(mutex)(&testbed_lock);
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		if (*line && !handle_line(line)) {
			pr_err("test bed: bad line \"%s\"\n", line);
			return -EINVAL;
		}
	}

	return len;
}

static const struct file_operations testbed_fops = {
	.owner		= THIS_MODULE,
	.open		= simple_open,
	.write		= testbed_file_write,
	.llseek		= noop_llseek,
};

static ssize_t memory_read(struct file *file, char __user *buffer, size_t len,
			   loff_t *pos)
{
	void *data __free(kfree) = kmalloc(PAGE_SIZE, GFP_KERNEL);

	if (!data)
		return -ENOMEM;

	len = min(len, PAGE_SIZE);
	guard(mutex)(&testbed_lock);
	testbed_read(data, *pos, len);
	if (copy_to_user(buffer, data, len))
		return -EFAULT;

	*pos += len;
	return len;
}

static ssize_t memory_write(struct file *file, const char __user *buffer,
			    size_t len, loff_t *pos)
{
	void *data __free(kfree) = NULL;

	len = min(len, PAGE_SIZE);
	data = memdup_user(buffer, len);
	if (IS_ERR(data))
		return PTR_ERR(data);

	guard(mutex)(&testbed_lock);
	testbed_write(*pos, data, len);
	*pos += len;
	return len;
}

static const struct file_operations memory_fops = {
	.owner		= THIS_MODULE,
	.open		= simple_open,
	.read		= memory_read,
	.write		= memory_write,
	.llseek		= no_seek_end_llseek,
};

void tdxsim_create_testbed_files(struct dentry *dir)
{
	debugfs_create_file("testbed", 0200, dir, NULL, &testbed_fops);
	debugfs_create_file("memory", 0600, dir, NULL, &memory_fops);
}

/* Nothing executes SEAMCALL any more, and the files are gone. */
void tdxsim_free_testbed(void)
{
	free_pages_of_testbed();
}
