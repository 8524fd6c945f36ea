// SPDX-License-Identifier: GPL-2.0-only
/*
 * tdxsim: a TDX module in software, for tests on machines without one
 *
 * Executes the SEAMCALL instruction in place of a CPU that does not have it.
 * CPUs outside VMX operation still get #UD. Never loads where a TDX module of
 * Intel could answer, and taints the kernel.
 *
 * On a kernel that initializes the TDX module at boot it is built in, with
 * CONFIG_TDXSIM=y, and takes its parameters from the kernel command line, as
 * tdxsim.version=1.0. Without tdxsim.presence= there it does nothing.
 *
 * params.c has the module parameters.
 *
 * Files in /sys/kernel/debug/tdxsim:
 *
 *   calls   the last 8192 SEAMCALLs: a line "overwritten N", then one line a
 *           call: number, CPU, LEAF, "RCX RDX R8 R9 R10 R11 -> RESULT RCX RDX
 *           R8", RESULT a completion code, vmfailinvalid, gp, or ud
 *   counts  a line "CPU LEAF CALLS FAILURES" for each leaf that has a name or that
 *           a CPU called, LEAF "other" for 64 and above; all results but 0 are
 *           failures
 *   state   "state NAME", "lps INITIALISED/COUNTED", "packages KEYED/COUNTED",
 *           "violations N": how often a PAMT page was found that the kernel had
 *           written to or freed, by a look at one page in each SEAMCALL, or at
 *           all of them in the next file, "private N": how many lines of the
 *           PAMTs are, as the host has not written all of them with MOVDIR64B
 *   pamt    while the module owns PAMTs: a line "TDMR LEVEL BASE owned N written
 *           N freed N" for each, with the pages that are as the module wrote
 *           them, that the kernel wrote to, and that it freed. The kernel log
 *           has the first of these.
 *   clear   "clear N pages N": how many pages of the PAMTs of the last
 *           TDH.SYS.CONFIG are all zero
 *   vmx     a line "cpuN 0" or "cpuN 1" for each online CPU: in VMX operation
 *   inject  the rules in force as they were written, one a line; a write of RULE,...
 *           replaces them all, of an empty line clears them
 *
 * The test bed is for tests of the TDX module, and nothing else may use the
 * module from its first "reset" on. Its files are there with testbed=Y only:
 *
 *   testbed  lines to write. "reset" loads the module again, without platform and
 *            memory, "lp CPU LP PACKAGE" lets a CPU be that LP, of up to 64,
 *            "presence present", "absent" or "fault" is as the parameter, and
 *            tdx_script.c has the lines for the platform, its faults, and locks
 *   memory   the memory of the module, the file position is the address
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/ioport.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include <linux/syscore_ops.h>
#include <linux/topology.h>
#include <linux/uaccess.h>
#include <asm/msr.h>

#include "compat.h"
#include "tdx_release.h"
#include "tdxsim.h"

struct tdx_module tdxsim_module;
enum tdxsim_presence tdxsim_presence;

static void host_read(void *dst, u64 pa, size_t len)
{
	if (!pfn_valid(PHYS_PFN(pa)) ||
	    copy_from_kernel_nofault(dst, __va(pa), len))
		memset(dst, 0xff, len);
}

static void host_write(u64 pa, const void *src, size_t len)
{
	if (pfn_valid(PHYS_PFN(pa)))
		memcpy(__va(pa), src, len);
}

static u32 host_lp_package(unsigned int lp)
{
	return topology_physical_package_id(lp);
}

static u64 host_msr(u32 address)
{
	u64 value;

	return rdmsrq_safe(address, &value) ? 0 : value;
}

/* A leaf above the highest one repeats another. */
static void host_cpuid(u32 leaf, u32 subleaf, u32 *regs)
{
	if (leaf <= cpuid_eax(leaf & BIT(31)))
		cpuid_count(leaf, subleaf == NO_SUBLEAF ? 0 : subleaf,
			    &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]);
}

static void host_tdmr_init(void)
{
	udelay(tdxsim_tdmr_init_us);
}

static const struct tdx_host_ops host_ops = {
	.read		= host_read,
	.write		= host_write,
	.lp_package	= host_lp_package,
	.msr		= host_msr,
	.cpuid		= host_cpuid,
	.tdmr_init	= host_tdmr_init,
};

/* The kernel has split its RAM up where it uses some of it itself. */
static int add_ram(struct resource *res, void *arg)
{
	struct tdx_range *cmr = arg;
	struct tdx_range *end = cmr + TDX_MAX_CMRS;

	for (; cmr < end && cmr->size; cmr++) {
		if (cmr->base + cmr->size == res->start) {
			cmr->size += resource_size(res);
			return 0;
		}
	}
	if (cmr == end)
		return -ENOSPC;

	cmr->base = res->start;
	cmr->size = resource_size(res);
	return 0;
}

/**
 * tdxsim_find_cmrs - find the CMRs of a machine that has TDX: its RAM
 * @cmrs: TDX_MAX_CMRS of them, zeroed
 *
 * Firmware leaves out the first MiB, and the kernel counts on that.
 *
 * Context: Process.
 * Return: 0, or -ENOSPC if RAM is in too many pieces.
 */
int tdxsim_find_cmrs(struct tdx_range *cmrs)
{
	struct tdx_range *cmr;
	int ret;

	ret = walk_iomem_res_desc(IORES_DESC_NONE,
				  IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY,
				  SZ_1M, U64_MAX, cmrs, add_ram);
	if (ret)
		return ret;

	for (cmr = cmrs; cmr < cmrs + TDX_MAX_CMRS && cmr->size; cmr++) {
		u64 end = ALIGN_DOWN(cmr->base + cmr->size, SZ_4K);

		cmr->base = ALIGN(cmr->base, SZ_4K);
		cmr->size = end > cmr->base ? end - cmr->base : 0;
	}

	return 0;
}

/**
 * tdxsim_read_hkids - read which KeyIDs are private on this machine
 * @first: the first one
 * @last: the last one
 *
 * IA32_MKTME_KEYID_PARTITIONING has the number of MKTME KeyIDs, which begin with 1,
 * in its low half, and that of TDX KeyIDs, which follow, in its high one.
 *
 * Context: Any.
 * Return: 0, or -ENODEV if there are none.
 */
int tdxsim_read_hkids(u64 *first, u64 *last)
{
	u64 partitioning;

	if (rdmsrq_safe(MSR_IA32_MKTME_KEYID_PARTITIONING, &partitioning) ||
	    !upper_32_bits(partitioning))
		return -ENODEV;

	*first = lower_32_bits(partitioning) + 1ULL;
	*last = *first + upper_32_bits(partitioning) - 1;
	return 0;
}

/* After ACPI S3 there is no TDX module until the firmware starts the machine again. */
static void tdxsim_resume(void *data)
{
	if (pm_resume_via_firmware())
		tdxsim_presence = TDXSIM_ABSENT;
}

static const struct syscore_ops tdxsim_syscore_ops = {
	.resume = tdxsim_resume,
};

static struct syscore tdxsim_syscore = {
	.ops = &tdxsim_syscore_ops,
};

static int __init tdxsim_init(void)
{
	struct tdx_platform *platform = &tdxsim_module.platform;
	int ret;

	if (!tdxsim_wanted())
		return 0;

	if (tdxsim_real_module_may_answer()) {
		pr_err("this machine has TDX, a real module may answer SEAMCALL\n");
		return -EBUSY;
	}

	platform->fms = cpuid_eax(1);
	ret = tdxsim_parse_parameters(platform);
	if (ret)
		return ret;

	/* A module does this in the module loader, by its MODULE_INFO() below. */
	if (IS_BUILTIN(CONFIG_TDXSIM))
		add_taint(TAINT_TEST, LOCKDEP_STILL_OK);

	tdxsim_module.ops = &host_ops;
	tdxsim_module.lps = kcalloc(max(nr_cpu_ids, TDXSIM_TESTBED_LPS),
				    sizeof(*tdxsim_module.lps), GFP_KERNEL);
	if (!tdxsim_module.lps)
		return -ENOMEM;

	ret = tdxsim_pamt_init();
	if (ret)
		goto free_lps;

	ret = tdxsim_set_rules(tdxsim_first_rules);
	if (ret)
		goto free_pamt;

	ret = tdxsim_create_files(tdxsim_testbed);
	if (ret)
		goto clear_rules;

	ret = tdxsim_start_executing();
	if (ret)
		goto remove_files;

	register_syscore(&tdxsim_syscore);

	tdxsim_announce(platform);
	return 0;

remove_files:
	tdxsim_remove_files();
clear_rules:
	tdxsim_clear_rules();
free_pamt:
	tdxsim_pamt_exit();
free_lps:
	kfree(tdxsim_module.lps);
	return ret;
}

static void __exit tdxsim_exit(void)
{
	unregister_syscore(&tdxsim_syscore);
	tdxsim_stop_executing();
	tdxsim_remove_files();
	tdxsim_free_testbed();
	tdxsim_clear_rules();
	tdxsim_pamt_exit();
	kfree(tdxsim_module.lps);
}

#ifdef MODULE
module_init(tdxsim_init);
#else
/* The kernel initializes the TDX module in a subsys_initcall. */
arch_initcall(tdxsim_init);
#endif
module_exit(tdxsim_exit);

MODULE_DESCRIPTION("Software TDX module for tests");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
