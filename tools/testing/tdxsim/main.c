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
 * Module parameters:
 *
 *   presence=present    the module answers (default, unless built in)
 *           =absent     VMfailInvalid, as with no module loaded; also after ACPI S3
 *           =fault      #GP, as with SEAMRR left off by the firmware
 *   version=1.5.05      (default)
 *          =1.5.01, 1.5.25, 2.0.08, 2.0.18, or 1.0, which has no TDH.SYS.RD
 *   lps=N               LPs the firmware counted (default: CPUs present)
 *   packages=N          packages the firmware counted, 1 to 8 (default: those
 *                       of the machine)
 *   cmrs=BASE-END,...   convertible memory regions, hexadecimal, END exclusive,
 *                       up to 32 (default: the RAM of the machine from 1 MiB
 *                       on). TDH.SYS.INIT judges whether the list is valid.
 *   hkids=FIRST-LAST    private KeyIDs, decimal, both inclusive (default: those
 *                       in IA32_MKTME_KEYID_PARTITIONING)
 *   platform=script     TDH.SYS.INIT and TDH.SYS.LP.INIT check a platform that is as
 *                       it should be up to what the parameters say (default)
 *           =cpu        they check the CPUID leaves and MSRs of the CPU that runs
 *                       them, where the emulated CPU has what the release asks
 *                       for, and the scripted ones elsewhere: tdx_cpu_gives_msr()
 *                       and tdx_cpu_gives_cpuid(). Not with hkids=.
 *   tdmr_init_us=N      what a TDH.SYS.TDMR.INIT takes of its LP's time, besides
 *                       the time that the execution in software does, 0 to 1000
 *                       microseconds (default: 0). The lock of the TDMR is held,
 *                       LPs at other TDMRs go on.
 *   inject=RULE,...     answers that replace the execution of a SEAMCALL (none)
 *   watch=N             does not look at a page of the PAMTs in each SEAMCALL, which
 *                       takes longer than TDH.SYS.TDMR.INIT itself (default: Y)
 *   testbed=Y           adds the files of the test bed, see below (default: N)
 *   vmx_in_use=CPU      built in only, see boot.c
 *
 * A RULE is LEAF:CPU:FROM[+COUNT]=CODE. It answers the FROM-th call (1 is the
 * first one) of LEAF on CPU, or on all together for *, since the rule is in force,
 * and all later ones, or COUNT in all.
 *
 * LEAF is a name in names.c, such as TDH.SYS.CONFIG, or decimal. CODE goes to RAX:
 * NAME[:DETAIL], a completion code in names.h and what bits 31:0 have (default: 0),
 * or all 64 bits as 0x... DETAIL is a number, or the name of an operand where NAME
 * is TDX_OPERAND_*. Other CODEs are vmfailinvalid, gp, and ud.
 *
 * /REG=VALUE after a completion code, as often as needed, sets RCX, RDX or R8 to
 * R11 too; those not named do not change. All rules count a call, the first one
 * that applies answers it. Examples:
 *
 *   TDH.SYS.CONFIG:*:1+1=TDX_TDMR_OUTSIDE_CMRS	the first call fails
 *   TDH.SYS.TDMR.INIT:*:100=TDX_OPERAND_BUSY:RCX	the 100th and all later ones
 *   TDH.SYS.LP.INIT:1:1=TDX_INCONSISTENT_MSR:0x982	those on CPU 1
 *   TDH.SYS.RD:*:1=TDX_SUCCESS/rdx=0xffffffffffffffff/r8=0x40
 *   36:*:100=0x8000020000000001			the second one in numbers
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
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/delay.h>
#include <linux/ioport.h>
#include <linux/kstrtox.h>
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

/* KeyIDs are 16 bits wide in TDH.SYS.CONFIG, and take at most 15 of the PA. */
#define MAX_HKID	GENMASK(14, 0)

/* Interrupts are off for so long. */
#define MAX_TDMR_INIT_US	1000

struct tdx_module tdxsim_module;
enum tdxsim_presence tdxsim_presence;

#ifdef MODULE
static char *presence = "present";
#else
static char *presence;
#endif
module_param(presence, charp, 0444);
MODULE_PARM_DESC(presence, "present, absent or fault");

static char *version = "1.5.05";
module_param(version, charp, 0444);
MODULE_PARM_DESC(version, "1.5.05, or another of " TDX_RELEASE_NAMES);

static char *lps;
module_param(lps, charp, 0444);
MODULE_PARM_DESC(lps, "LPs the firmware counted");

static char *packages;
module_param(packages, charp, 0444);
MODULE_PARM_DESC(packages, "packages the firmware counted");

static char *cmrs;
module_param(cmrs, charp, 0444);
MODULE_PARM_DESC(cmrs, "convertible memory regions, BASE-END,...");

static char *hkids;
module_param(hkids, charp, 0444);
MODULE_PARM_DESC(hkids, "private KeyIDs, FIRST-LAST");

static char *platform_source = "script";
module_param_named(platform, platform_source, charp, 0444);
MODULE_PARM_DESC(platform, "script or cpu: what TDH.SYS.INIT and TDH.SYS.LP.INIT check");

static char *tdmr_init_us;
module_param(tdmr_init_us, charp, 0444);
MODULE_PARM_DESC(tdmr_init_us, "microseconds for each TDH.SYS.TDMR.INIT");

static char *inject = "";
module_param(inject, charp, 0444);
MODULE_PARM_DESC(inject, "rules LEAF:CPU:FROM[+COUNT]=CODE,..., as TDH.SYS.CONFIG:*:1=TDX_TDMR_OUTSIDE_CMRS");

bool tdxsim_watch = true;
module_param_named(watch, tdxsim_watch, bool, 0444);
MODULE_PARM_DESC(watch, "look at a page of the PAMTs in each SEAMCALL");

static bool testbed;
module_param(testbed, bool, 0444);
MODULE_PARM_DESC(testbed, "files for tests of the TDX module itself");

static const char * const presence_names[] = {
	[TDXSIM_PRESENT]	= "present",
	[TDXSIM_ABSENT]		= "absent",
	[TDXSIM_FAULT]		= "fault",
};

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

static u32 tdmr_init_time;

static void host_tdmr_init(void)
{
	udelay(tdmr_init_time);
}

static const struct tdx_host_ops host_ops = {
	.read		= host_read,
	.write		= host_write,
	.lp_package	= host_lp_package,
	.msr		= host_msr,
	.cpuid		= host_cpuid,
	.tdmr_init	= host_tdmr_init,
};

static int bad_parameter(const char *name, const char *value, const char *want)
{
	pr_err("bad %s=\"%s\", want %s\n", name, value, want);
	return -EINVAL;
}

int tdxsim_set_presence(const char *name)
{
	int ret = match_string(presence_names, ARRAY_SIZE(presence_names),
			       name);

	if (ret < 0)
		return ret;

	tdxsim_presence = ret;
	return 0;
}

static int parse_presence(void)
{
	if (tdxsim_set_presence(presence))
		return bad_parameter("presence", presence,
				     "present, absent or fault");

	return 0;
}

static int parse_version(struct tdx_platform *platform)
{
	int ret = tdx_module_version(version);

	if (ret < 0)
		return bad_parameter("version", version,
				     "one of " TDX_RELEASE_NAMES);

	platform->version = ret;
	return 0;
}

static int parse_lps(struct tdx_platform *platform)
{
	platform->lps = num_present_cpus();
	if (lps && (kstrtou32(lps, 10, &platform->lps) || !platform->lps ||
		    platform->lps > INT_MAX))
		return bad_parameter("lps", lps, "a number from 1 on");

	return 0;
}

static int parse_packages(struct tdx_platform *platform)
{
	platform->packages = topology_max_packages();
	if (packages && (kstrtou32(packages, 10, &platform->packages) ||
			 !platform->packages ||
			 platform->packages > TDX_MAX_PKGS))
		return bad_parameter("packages", packages,
				     "a number from 1 to 8");

	return 0;
}

static int parse_range(char *text, unsigned int base, u64 *first, u64 *last)
{
	const char *start = strsep(&text, "-");

	if (!text || kstrtou64(start, base, first) ||
	    kstrtou64(text, base, last))
		return -EINVAL;

	return 0;
}

static int parse_cmr_list(char *text, struct tdx_range *cmr)
{
	struct tdx_range *end = cmr + TDX_MAX_CMRS;
	char *word;
	u64 last;

	while ((word = strsep(&text, ","))) {
		if (cmr == end || parse_range(word, 16, &cmr->base, &last) ||
		    last <= cmr->base)
			return -EINVAL;
		cmr->size = last - cmr->base;
		cmr++;
	}

	return 0;
}

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

/* Firmware leaves out the first MiB, and the kernel counts on that. */
static int find_cmrs(struct tdx_range *cmrs)
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

static int parse_cmrs(struct tdx_platform *platform)
{
	char *copy __free(kfree) = NULL;
	int ret;

	if (!cmrs) {
		ret = find_cmrs(platform->cmrs);
		if (ret)
			pr_err("RAM does not fit into 32 CMRs, give cmrs=\n");
		return ret;
	}

	copy = kstrdup(cmrs, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	if (parse_cmr_list(copy, platform->cmrs))
		return bad_parameter("cmrs", cmrs,
				     "up to 32 of BASE-END, with commas");

	return 0;
}

/* MKTME KeyIDs in the low half, from 1 on, then TDX KeyIDs in the high one. */
static int read_hkids(u64 *first, u64 *last)
{
	u64 partitioning;

	if (rdmsrq_safe(MSR_IA32_MKTME_KEYID_PARTITIONING, &partitioning) ||
	    !upper_32_bits(partitioning))
		return -ENODEV;

	*first = lower_32_bits(partitioning) + 1ULL;
	*last = *first + upper_32_bits(partitioning) - 1;
	return 0;
}

static int parse_hkids(struct tdx_platform *platform)
{
	char *copy __free(kfree) = kstrdup(hkids, GFP_KERNEL);
	u64 first, last;
	int ret;

	if (hkids) {
		if (!copy)
			return -ENOMEM;
		ret = parse_range(copy, 10, &first, &last);
	} else {
		ret = read_hkids(&first, &last);
		if (ret) {
			pr_err("the firmware set up no private KeyIDs, give hkids=\n");
			return ret;
		}
	}

	if (ret || !first || first > last || last > MAX_HKID)
		return bad_parameter("hkids", hkids ?: "(of the machine)",
				     "FIRST-LAST from 1 to 32767");

	platform->private_hkid_min = first;
	platform->private_hkid_max = last;
	platform->hkid_bits = fls64(last);
	return 0;
}

static int parse_platform(struct tdx_platform *platform)
{
	platform->cpu = !strcmp(platform_source, "cpu");
	if (!platform->cpu && strcmp(platform_source, "script"))
		return bad_parameter("platform", platform_source,
				     "script or cpu");

	/* IA32_MKTME_KEYID_PARTITIONING is the CPU's. */
	if (platform->cpu && hkids)
		return bad_parameter("hkids", hkids, "none with platform=cpu");

	return 0;
}

static int parse_tdmr_init_us(void)
{
	if (tdmr_init_us && (kstrtou32(tdmr_init_us, 10, &tdmr_init_time) ||
			     tdmr_init_time > MAX_TDMR_INIT_US))
		return bad_parameter("tdmr_init_us", tdmr_init_us,
				     "a number from 0 to 1000");

	return 0;
}

static int parse_parameters(struct tdx_platform *platform)
{
	platform->fms = cpuid_eax(1);

	return parse_presence() ?:
	       parse_version(platform) ?:
	       parse_lps(platform) ?:
	       parse_packages(platform) ?:
	       parse_cmrs(platform) ?:
	       parse_hkids(platform) ?:
	       parse_platform(platform) ?:
	       parse_tdmr_init_us();
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

	/* Built in, and not asked for on the command line. */
	if (!presence)
		return 0;

	if (tdxsim_real_module_may_answer()) {
		pr_err("this machine has TDX, a real module may answer SEAMCALL\n");
		return -EBUSY;
	}

	ret = parse_parameters(platform);
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

	ret = tdxsim_set_rules(inject);
	if (ret)
		goto free_pamt;

	ret = tdxsim_create_files(testbed);
	if (ret)
		goto clear_rules;

	ret = tdxsim_start_executing();
	if (ret)
		goto remove_files;

	register_syscore(&tdxsim_syscore);

	pr_info("SEAMCALL in software, for tests: presence=%s version=%s lps=%u packages=%u hkids=%u-%u\n",
		presence, version, platform->lps, platform->packages,
		platform->private_hkid_min, platform->private_hkid_max);
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
