// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be seen of the SEAMCALLs and of the TDX module from debugfs.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/pfn.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "tdxsim.h"

#define NR_CALLS	8192

/* Leaves from here on are counted together. */
#define NR_LEAVES	64

struct call {
	/* 0 while the entry is being written */
	u64 seq;
	unsigned int cpu;
	enum tdxsim_outcome outcome;
	struct tdx_regs in;
	struct tdx_regs out;
};

struct count {
	u64 calls;
	u64 failures;
};

static struct call *calls;
static atomic64_t last_call;
static DEFINE_PER_CPU(struct count[NR_LEAVES + 1], counts);

static struct dentry *dir;

void tdxsim_record(unsigned int cpu, const struct tdx_regs *in,
		   enum tdxsim_outcome outcome, const struct tdx_regs *out)
{
	struct count *count = this_cpu_ptr(&counts[min(tdx_leaf(in->rax), NR_LEAVES)]);
	u64 seq = atomic64_inc_return(&last_call);
	struct call *call = &calls[seq % NR_CALLS];

	count->calls++;
	if (outcome != TDXSIM_COMPLETED || out->rax)
		count->failures++;

	WRITE_ONCE(call->seq, 0);
	smp_wmb(); /* A reader of the new contents sees that seq has changed. */
	call->cpu = cpu;
	call->outcome = outcome;
	call->in = *in;
	call->out = *out;
	smp_store_release(&call->seq, seq); /* The contents are complete. */
}

/* False when another call took the entry in the meantime. */
static bool read_call(u64 seq, struct call *copy)
{
	const struct call *call = &calls[seq % NR_CALLS];

	if (smp_load_acquire(&call->seq) != seq) /* As in tdxsim_record(). */
		return false;

	*copy = *call;
	smp_rmb(); /* Pairs with smp_wmb() in tdxsim_record(). */
	return READ_ONCE(call->seq) == seq;
}

static u64 overwritten_calls(void)
{
	u64 last = atomic64_read(&last_call);

	return last > NR_CALLS ? last - NR_CALLS : 0;
}

/* Position 0 is the first line, position n the call with that number. */
static void *calls_start(struct seq_file *s, loff_t *pos)
{
	if (!*pos)
		return SEQ_START_TOKEN;

	*pos = max_t(u64, *pos, overwritten_calls() + 1);
	return *pos <= atomic64_read(&last_call) ? pos : NULL;
}

static void *calls_next(struct seq_file *s, void *v, loff_t *pos)
{
	++*pos;
	return calls_start(s, pos);
}

static void calls_stop(struct seq_file *s, void *v)
{
}

static void show_leaf(struct seq_file *s, u64 leaf)
{
	const char *name = tdxsim_leaf_name(leaf);

	if (name)
		seq_puts(s, name);
	else
		seq_printf(s, "%llu", leaf);
}

static void show_result(struct seq_file *s, const struct call *call)
{
	switch (call->outcome) {
	case TDXSIM_VMFAILINVALID:
		seq_puts(s, "vmfailinvalid");
		break;
	case TDXSIM_GP:
		seq_puts(s, "gp");
		break;
	case TDXSIM_UD:
		seq_puts(s, "ud");
		break;
	default:
		seq_printf(s, "0x%llx", call->out.rax);
		break;
	}
}

static int calls_show(struct seq_file *s, void *v)
{
	struct call call;

	if (v == SEQ_START_TOKEN) {
		seq_printf(s, "overwritten %llu\n", overwritten_calls());
		return 0;
	}

	if (!read_call(*(loff_t *)v, &call))
		return SEQ_SKIP;

	seq_printf(s, "%llu %u ", call.seq, call.cpu);
	show_leaf(s, call.in.rax);
	seq_printf(s, " 0x%llx 0x%llx 0x%llx 0x%llx 0x%llx 0x%llx -> ",
		   call.in.rcx, call.in.rdx, call.in.r8, call.in.r9,
		   call.in.r10, call.in.r11);
	show_result(s, &call);
	seq_printf(s, " 0x%llx 0x%llx 0x%llx\n",
		   call.out.rcx, call.out.rdx, call.out.r8);
	return 0;
}

static const struct seq_operations calls_sops = {
	.start	= calls_start,
	.next	= calls_next,
	.stop	= calls_stop,
	.show	= calls_show,
};
DEFINE_SEQ_ATTRIBUTE(calls);

static int counts_show(struct seq_file *s, void *unused)
{
	unsigned int cpu, leaf;

	for_each_possible_cpu(cpu) {
		for (leaf = 0; leaf <= NR_LEAVES; leaf++) {
			const struct count *count = per_cpu_ptr(&counts[leaf], cpu);

			if (!count->calls && !tdxsim_leaf_name(leaf))
				continue;
			seq_printf(s, "%u ", cpu);
			if (leaf == NR_LEAVES)
				seq_puts(s, "other");
			else
				show_leaf(s, leaf);
			seq_printf(s, " %llu %llu\n", count->calls,
				   count->failures);
		}
	}

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counts);

static int state_show(struct seq_file *s, void *unused)
{
	const struct tdx_module *m = &tdxsim_module;
	u32 i;

	seq_printf(s, "state %s\n", tdx_module_state_name(READ_ONCE(m->state)));
	seq_printf(s, "lps %d/%u\n", atomic_read(&m->lps_initialized),
		   m->platform.lps);
	seq_printf(s, "packages %u/%u\n", READ_ONCE(m->nr_packages_keyed),
		   m->platform.packages);
	seq_printf(s, "violations %u\n", tdxsim_pamt_violations());
	seq_printf(s, "private %lu\n", tdxsim_pamt_private_lines());
	for (i = 0; i < READ_ONCE(m->nr_tdmrs); i++) {
		const struct tdx_tdmr *tdmr = &m->tdmrs[i];

		unsigned long pfn = PHYS_PFN(tdmr->pamt[TDX_PAMT_4K].base);

		/* A test of the TDX module alone has PAMTs that are no memory. */
		seq_printf(s, "tdmr 0x%llx 0x%llx pamt-node %d\n", tdmr->base, tdmr->size,
			   pfn_valid(pfn) ? pfn_to_nid(pfn) : NUMA_NO_NODE);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int pamt_show(struct seq_file *s, void *unused)
{
	tdxsim_show_pamts(s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(pamt);

static int clear_show(struct seq_file *s, void *unused)
{
	tdxsim_show_clear_pamts(s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(clear);

static void read_vmx(void *in_vmx_operation)
{
	*(bool *)in_vmx_operation = tdxsim_in_vmx_operation();
}

static int vmx_show(struct seq_file *s, void *unused)
{
	unsigned int cpu;
	bool vmx;

	guard(cpus_read_lock)();
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, read_vmx, &vmx, true);
		seq_printf(s, "cpu%u %d\n", cpu, vmx);
	}

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vmx);

static int inject_show(struct seq_file *s, void *unused)
{
	tdxsim_show_rules(s);
	return 0;
}

static int inject_open(struct inode *inode, struct file *file)
{
	return single_open(file, inject_show, inode->i_private);
}

static ssize_t inject_write(struct file *file, const char __user *buffer,
			    size_t len, loff_t *pos)
{
	char *text __free(kfree) = NULL;
	int ret;

	/* One write is one set of rules. */
	if (*pos || len >= PAGE_SIZE)
		return -EINVAL;

	text = memdup_user_nul(buffer, len);
	if (IS_ERR(text))
		return PTR_ERR(text);

	ret = tdxsim_set_rules(strim(text));
	return ret ?: len;
}

static const struct file_operations inject_fops = {
	.owner		= THIS_MODULE,
	.open		= inject_open,
	.read		= seq_read,
	.write		= inject_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

int tdxsim_create_files(bool testbed)
{
	calls = kvcalloc(NR_CALLS, sizeof(*calls), GFP_KERNEL);
	if (!calls)
		return -ENOMEM;

	dir = debugfs_create_dir("tdxsim", NULL);
	debugfs_create_file("calls", 0400, dir, NULL, &calls_fops);
	debugfs_create_file("counts", 0400, dir, NULL, &counts_fops);
	debugfs_create_file("state", 0400, dir, NULL, &state_fops);
	debugfs_create_file("pamt", 0400, dir, NULL, &pamt_fops);
	debugfs_create_file("clear", 0400, dir, NULL, &clear_fops);
	debugfs_create_file("vmx", 0400, dir, NULL, &vmx_fops);
	debugfs_create_file("inject", 0600, dir, NULL, &inject_fops);
	if (testbed)
		tdxsim_create_testbed_files(dir);
	return 0;
}

/* Nothing may execute SEAMCALL any more: each one is recorded here. */
void tdxsim_remove_files(void)
{
	debugfs_remove(dir);
	kvfree(calls);
}
