// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module parameters:
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
 *   faults=FAULT,...    what is wrong with the platform: a "fault" line of
 *                       tdx_script.c with colons for its blanks, as rdrand:5 or
 *                       msr:0:1a0:0 (default: nothing)
 *   tdmr_init_us=N      what a TDH.SYS.TDMR.INIT takes of its LP's time, besides
 *                       the time that the execution in software does, 0 to 1000
 *                       microseconds (default: 0). The lock of the TDMR is held,
 *                       LPs at other TDMRs go on.
 *   inject=RULE,...     answers that replace the execution of a SEAMCALL (none)
 *   watch=N             does not look at a page of the PAMTs in each SEAMCALL, which
 *                       takes longer than TDH.SYS.TDMR.INIT itself (default: Y)
 *   testbed=Y           adds the files of the test bed, see main.c (default: N)
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
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>

#include "tdx_release.h"
#include "tdxsim.h"

/* KeyIDs are 16 bits wide in TDH.SYS.CONFIG, and take at most 15 of the PA. */
#define MAX_HKID	GENMASK(14, 0)

/* Interrupts are off for so long. */
#define MAX_TDMR_INIT_US	1000

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

static char *faults;
module_param(faults, charp, 0444);
MODULE_PARM_DESC(faults, "what is wrong with the platform, as msr:0:1a0:0,...");

u32 tdxsim_tdmr_init_us;
static char *tdmr_init_us;
module_param(tdmr_init_us, charp, 0444);
MODULE_PARM_DESC(tdmr_init_us, "microseconds for each TDH.SYS.TDMR.INIT");

char *tdxsim_first_rules = "";
module_param_named(inject, tdxsim_first_rules, charp, 0444);
MODULE_PARM_DESC(inject, "rules LEAF:CPU:FROM[+COUNT]=CODE,..., as TDH.SYS.CONFIG:*:1=TDX_TDMR_OUTSIDE_CMRS");

bool tdxsim_watch = true;
module_param_named(watch, tdxsim_watch, bool, 0444);
MODULE_PARM_DESC(watch, "look at a page of the PAMTs in each SEAMCALL");

bool tdxsim_testbed;
module_param_named(testbed, tdxsim_testbed, bool, 0444);
MODULE_PARM_DESC(testbed, "files for tests of the TDX module itself");

static const char * const presence_names[] = {
	[TDXSIM_PRESENT]	= "present",
	[TDXSIM_ABSENT]		= "absent",
	[TDXSIM_FAULT]		= "fault",
};

static int bad_parameter(const char *name, const char *value, const char *want)
{
	pr_err("bad %s=\"%s\", want %s\n", name, value, want);
	return -EINVAL;
}

/**
 * tdxsim_set_presence - decide whether the TDX module answers
 * @name: a word of the parameter presence=
 *
 * Context: Any.
 * Return: 0, or -EINVAL for another word.
 */
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

static int parse_cmrs(struct tdx_platform *platform)
{
	char *copy __free(kfree) = NULL;
	int ret;

	if (!cmrs) {
		ret = tdxsim_find_cmrs(platform->cmrs);
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
		ret = tdxsim_read_hkids(&first, &last);
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

static int parse_faults(void)
{
	char *copy __free(kfree) = NULL;
	char line[80], *rest, *fault;
	size_t size;

	if (!faults)
		return 0;

	copy = kstrdup(faults, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	rest = copy;
	while ((fault = strsep(&rest, ","))) {
		size = snprintf(line, sizeof(line), "fault %s", strreplace(fault, ':', ' '));
		if (size >= sizeof(line) || !tdx_module_script(&tdxsim_module, line))
			return bad_parameter("faults", faults,
					     "those of tdx_script.c, with commas");
	}

	return 0;
}

static int parse_tdmr_init_us(void)
{
	if (tdmr_init_us && (kstrtou32(tdmr_init_us, 10, &tdxsim_tdmr_init_us) ||
			     tdxsim_tdmr_init_us > MAX_TDMR_INIT_US))
		return bad_parameter("tdmr_init_us", tdmr_init_us,
				     "a number from 0 to 1000");

	return 0;
}

/**
 * tdxsim_parse_parameters - set up the platform that the parameters describe
 * @platform: the platform
 *
 * Logs which parameter is bad.
 *
 * Context: Process.
 * Return: 0, -EINVAL for a bad parameter, or -ENOMEM; -ENODEV or -ENOSPC where the
 *	   machine has no KeyIDs, or too many pieces of RAM, for the default.
 */
int tdxsim_parse_parameters(struct tdx_platform *platform)
{
	return parse_presence() ?:
	       parse_version(platform) ?:
	       parse_lps(platform) ?:
	       parse_packages(platform) ?:
	       parse_cmrs(platform) ?:
	       parse_hkids(platform) ?:
	       parse_platform(platform) ?:
	       parse_faults() ?:
	       parse_tdmr_init_us();
}

/* Built in, it does nothing that the command line does not ask for. */
bool tdxsim_wanted(void)
{
	return presence;
}

/* Logs what was loaded. */
void tdxsim_announce(const struct tdx_platform *platform)
{
	pr_info("SEAMCALL in software, for tests: presence=%s version=%s lps=%u packages=%u hkids=%u-%u\n",
		presence, version, platform->lps, platform->packages,
		platform->private_hkid_min, platform->private_hkid_max);
}
