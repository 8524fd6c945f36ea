// SPDX-License-Identifier: GPL-2.0-only
/*
 * The platform of the TDX module in lines of text, decimal numbers, addresses
 * and values hexadecimal:
 *
 *   version NAME
 *   lps N                          counted by the firmware
 *   pkgs N                         likewise
 *   fms VALUE                      EAX of CPUID leaf 1
 *   max_pa N                       width of a physical address
 *   hkid_bits N                    of a physical address, the top ones
 *   private_hkid_min N
 *   private_hkid_max N
 *   seamrr BASE SIZE
 *   smrr2 on|off                   the firmware uses the second SMRR
 *   cmr I BASE SIZE                slot I of the convertible memory regions
 *
 * These take effect before TDH.SYS.INIT. The others at once, and the parameter
 * faults= takes those that begin with "fault":
 *
 *   lock global EX|SH|FREE         another LP holds the lock of the module
 *   lock tdmr I, unlock tdmr I     another LP is in TDH.SYS.TDMR.INIT of TDMR I
 *   lock pamt LEVEL PA, unlock ... the PAMT entry of PA, LEVEL 4k, 2m or 1g
 *   lock lp, unlock lp             another LP is inside the module
 *   fault pconfig ENTROPY|BUSY|ERROR   so the next PCONFIG ends
 *   fault rdrand N                 the next N RDRANDs give nothing
 *   fault msr LP ADDRESS VALUE     RDMSR on that LP gives VALUE
 *   fault msr2 LP ADDRESS VALUE    a second one
 *   fault msr off                  ends both
 *   fault cpuid LP LEAF SUBLEAF EAX EBX ECX EDX   SUBLEAF ffffffff for a leaf
 *                                  without
 *   fault cpuid off
 *   fault seamcaps LP              SEAMOPS capabilities differ on that LP
 *   fault seamcaps all VALUE       they are VALUE on all LPs
 *   fault seamcaps off             ends both
 *   fault handoff on|off           handoff parameters are not the module's
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tdx_internal.h"

/* As sscanf(), but all of it has to be there, and nothing else. */
#define scan(text, format, ...)						\
({									\
	const char *__text = (text);					\
	int __end = 0;							\
									\
	sscanf(__text, format "%n", __VA_ARGS__, &__end);		\
	__end && !__text[__end];					\
})

static bool platform_line(struct tdx_platform *p, const char *line)
{
	unsigned long long base, size;
	unsigned int n;
	char name[16];

	if (scan(line, "version %15s", name)) {
		int version = tdx_module_version(name);

		if (version < 0)
			return false;
		p->version = version;
	} else if (scan(line, "lps %u", &n)) {
		p->lps = n;
	} else if (scan(line, "pkgs %u", &n)) {
		p->packages = n;
	} else if (scan(line, "fms %x", &n)) {
		p->fms = n;
	} else if (scan(line, "max_pa %u", &n) && n >= 32 && n <= 52) {
		p->max_pa = n;
	} else if (scan(line, "hkid_bits %u", &n)) {
		p->hkid_bits = n;
	} else if (scan(line, "private_hkid_min %u", &n)) {
		p->private_hkid_min = n;
	} else if (scan(line, "private_hkid_max %u", &n)) {
		p->private_hkid_max = n;
	} else if (scan(line, "seamrr %llx %llx", &base, &size)) {
		p->seamrr.base = base;
		p->seamrr.size = size;
	} else if (!strcmp(line, "smrr2 on") || !strcmp(line, "smrr2 off")) {
		p->smrr2 = !strcmp(line, "smrr2 on");
	} else if (scan(line, "cmr %u %llx %llx", &n, &base, &size) &&
		   n < TDX_MAX_CMRS) {
		p->cmrs[n].base = base;
		p->cmrs[n].size = size;
	} else {
		return false;
	}

	return true;
}

static bool set_msr_fault(struct tdx_msr_fault *fault, const char *words)
{
	unsigned long long value;
	unsigned int lp, address;

	if (!scan(words, "%u %x %llx", &lp, &address, &value))
		return false;

	*fault = (struct tdx_msr_fault) { true, lp, address, value };
	return true;
}

static bool set_cpuid_fault(struct tdx_cpuid_fault *fault, const char *words)
{
	unsigned int lp, leaf, subleaf, r[4];

	if (!scan(words, "%u %x %x %x %x %x %x", &lp, &leaf, &subleaf,
		  &r[0], &r[1], &r[2], &r[3]))
		return false;

	*fault = (struct tdx_cpuid_fault) {
		true, lp, leaf, subleaf, { r[0], r[1], r[2], r[3] }
	};
	return true;
}

static bool set_seamcaps_fault(struct tdx_faults *faults, const char *words)
{
	unsigned long long value;
	unsigned int lp;

	if (!strcmp(words, "seamcaps off")) {
		faults->seamcaps_all_on = false;
		faults->seamcaps_lp_on = false;
	} else if (scan(words, "seamcaps all %llx", &value)) {
		faults->seamcaps_all_on = true;
		faults->seamcaps_all = value;
	} else if (scan(words, "seamcaps %u", &lp)) {
		faults->seamcaps_lp_on = true;
		faults->seamcaps_lp = lp;
	} else {
		return false;
	}

	return true;
}

static bool set_pconfig_fault(struct tdx_faults *faults, const char *word)
{
	if (!strcmp(word, "ENTROPY"))
		faults->pconfig = TDX_PCONFIG_ENTROPY;
	else if (!strcmp(word, "BUSY"))
		faults->pconfig = TDX_PCONFIG_BUSY;
	else if (!strcmp(word, "ERROR"))
		faults->pconfig = TDX_PCONFIG_ERROR;
	else
		return false;

	return true;
}

static bool fault_line(struct tdx_faults *faults, const char *words)
{
	unsigned int n;

	if (!strcmp(words, "msr off"))
		memset(faults->msrs, 0, sizeof(faults->msrs));
	else if (!strcmp(words, "cpuid off"))
		faults->cpuid.on = false;
	else if (!strncmp(words, "msr ", 4))
		return set_msr_fault(&faults->msrs[0], words + 4);
	else if (!strncmp(words, "msr2 ", 5))
		return set_msr_fault(&faults->msrs[1], words + 5);
	else if (!strncmp(words, "cpuid ", 6))
		return set_cpuid_fault(&faults->cpuid, words + 6);
	else if (!strncmp(words, "seamcaps ", 9))
		return set_seamcaps_fault(faults, words);
	else if (!strncmp(words, "pconfig ", 8))
		return set_pconfig_fault(faults, words + 8);
	else if (!strcmp(words, "handoff on"))
		faults->handoff = true;
	else if (!strcmp(words, "handoff off"))
		faults->handoff = false;
	else if (scan(words, "rdrand %u", &n))
		faults->rdrand = n;
	else
		return false;

	return true;
}

static bool lock_line(struct tdx_module *m, const char *words, bool lock)
{
	unsigned long long pa;
	unsigned int tdmr;

	if (!strcmp(words, "global EX"))
		atomic_set(&m->lock.holders, -1);
	else if (!strcmp(words, "global SH"))
		atomic_set(&m->lock.holders, 1);
	else if (!strcmp(words, "global FREE"))
		atomic_set(&m->lock.holders, 0);
	else if (!strcmp(words, "lp"))
		atomic_set(&m->lps_inside, lock);
	else if (scan(words, "tdmr %u", &tdmr) && tdmr < TDX_MAX_TDMRS)
		atomic_set(&m->tdmrs[tdmr].lock.holders, lock ? -1 : 0);
	else if (scan(words, "pamt 4k %llx", &pa))
		return tdx_module_lock_pamt(m, TDX_PAMT_4K, pa, lock);
	else if (scan(words, "pamt 2m %llx", &pa))
		return tdx_module_lock_pamt(m, TDX_PAMT_2M, pa, lock);
	else if (scan(words, "pamt 1g %llx", &pa))
		return tdx_module_lock_pamt(m, TDX_PAMT_1G, pa, lock);
	else
		return false;

	return true;
}

bool tdx_module_script(struct tdx_module *m, const char *line)
{
	if (!strncmp(line, "fault ", 6))
		return fault_line(&m->faults, line + 6);
	if (!strncmp(line, "lock ", 5))
		return lock_line(m, line + 5, true);
	if (!strncmp(line, "unlock ", 7))
		return lock_line(m, line + 7, false);

	return platform_line(&m->platform, line);
}
