// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which CPUID leaves and MSRs of this CPU the TDX module would accept, release for
 * release: TDH.SYS.INIT of tdxsim's model looks at the CPU itself, and where it
 * fails, at the scripted platform instead, until it succeeds. tdx_cpu_gives_msr()
 * and tdx_cpu_gives_cpuid(), for platform=cpu, have to say the same.
 *
 * Prints a line for each leaf and MSR that it looked at, with its value and the
 * releases that accept it. Needs root and the modules cpuid and msr.
 */
#include <cpuid.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tdx_internal.h"
#include "tdx_platform.h"

/* The scripted platform, under names that leave the usual ones to this file. */
#define tdx_msr_on_lp		scripted_msr_on_lp
#define tdx_cpuid_on_lp		scripted_cpuid_on_lp
#include "tdx_platform.c"
#undef tdx_msr_on_lp
#undef tdx_cpuid_on_lp

#define MAX_SOURCES	128
#define IS_MSR		0xfffffffe

/* A CPUID leaf, or an MSR in leaf. */
struct source {
	u32 leaf;
	u32 subleaf;
	u32 regs[CPUID_REGS];
	bool scripted;
	unsigned int accepted;
};

static struct source sources[MAX_SOURCES];
static unsigned int nr_sources;
static int msr_fd;

static void read_source(struct source *source)
{
	u32 *regs = source->regs;

	if (source->subleaf == IS_MSR) {
		/* One that is not there reads as 0. */
		if (pread(msr_fd, regs, 8, source->leaf) != 8)
			memset(regs, 0, 8);
		return;
	}

	/* A leaf above the highest one repeats another. */
	if (source->leaf <= __get_cpuid_max(source->leaf & 0x80000000, NULL))
		__cpuid_count(source->leaf,
			      source->subleaf == NO_SUBLEAF ? 0 : source->subleaf,
			      regs[EAX], regs[EBX], regs[ECX], regs[EDX]);
}

static struct source *find_source(u32 leaf, u32 subleaf)
{
	struct source *source;

	for (source = sources; source < sources + nr_sources; source++) {
		if (source->leaf == leaf && source->subleaf == subleaf)
			return source;
	}
	if (nr_sources == MAX_SOURCES) {
		fprintf(stderr, "too many leaves and MSRs\n");
		exit(2);
	}

	nr_sources++;
	source->leaf = leaf;
	source->subleaf = subleaf;
	read_source(source);
	return source;
}

u64 tdx_msr_on_lp(const struct tdx_module *m, unsigned int lp, u32 address)
{
	struct source *source = find_source(address, IS_MSR);

	if (source->scripted)
		return scripted_msr_on_lp(m, lp, address);

	return source->regs[0] | (u64)source->regs[1] << 32;
}

void tdx_cpuid_on_lp(const struct tdx_module *m, unsigned int lp, u32 leaf,
		     u32 subleaf, u32 *regs)
{
	struct source *source = find_source(leaf, subleaf);

	if (source->scripted)
		scripted_cpuid_on_lp(m, lp, leaf, subleaf, regs);
	else
		memcpy(regs, source->regs, sizeof(source->regs));
}

static void script(u32 leaf, u32 subleaf)
{
	find_source(leaf, subleaf)->scripted = true;
}

static void script_leaf_1f(void)
{
	u32 subleaf;

	script(4, 3);
	for (subleaf = 0; subleaf <= 5; subleaf++)
		script(0x1f, subleaf);
}

/* What a failed check looked at is scripted from now on. */
static bool script_what_failed(const struct tdx_regs *regs)
{
	u32 detail = regs->rax;

	switch (regs->rax & ~0xffffffffULL) {
	case TDX_INCORRECT_MSR_VALUE:
		script(detail, IS_MSR);
		return true;
	case TDX_LIMIT_CPUID_MAXVAL_SET:
		script(0x1a0, IS_MSR);
		return true;
	case TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED:
		script(0x87, IS_MSR);
		return true;
	case TDX_INCORRECT_CPUID_VALUE:
		script(regs->rcx, regs->rcx >> 32);
		return true;
	case TDX_CPUID_LEAF_NOT_SUPPORTED:
		if (!detail)
			script_leaf_1f();
		else if (detail == 0x1f || detail == 0x80000008)
			script(detail & 0x80000000, NO_SUBLEAF);
		else
			script(detail, NO_SUBLEAF);
		return true;
	case TDX_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED:
	case TDX_INVALID_WBINVD_SCOPE:
		script_leaf_1f();
		return true;
	case TDX_SMRR_NOT_SUPPORTED:
	case TDX_SMRR_LOCK_NOT_SUPPORTED:
		script(0xfe, IS_MSR);
		return true;
	case TDX_SMRR_NOT_LOCKED:
	case TDX_INVALID_SMRR_CONFIGURATION:
	case TDX_SMRR_OVERLAPS_CMR:
		script(0x1f2, IS_MSR);
		script(0x1f3, IS_MSR);
		return true;
	default:
		return false;
	}
}

static void try_release(struct tdx_module *m, int version)
{
	struct tdx_regs regs;
	unsigned int tries, i;

	for (i = 0; i < nr_sources; i++)
		sources[i].scripted = false;

	for (tries = 0; tries < MAX_SOURCES; tries++) {
		m->platform.version = version;
		tdx_module_reload(m, 1);
		regs = (struct tdx_regs) { .rax = TDH_SYS_INIT };
		tdx_module_seamcall(m, 0, &regs);
		if (!regs.rax || !script_what_failed(&regs))
			break;
	}
	if (regs.rax) {
		fprintf(stderr, "TDH.SYS.INIT fails with %#lx\n",
			(unsigned long)regs.rax);
		exit(1);
	}

	for (i = 0; i < nr_sources; i++)
		sources[i].accepted |= !sources[i].scripted << version;
}

static bool cpu_gives(const struct tdx_module *m, const struct source *source)
{
	if (source->subleaf == IS_MSR)
		return tdx_cpu_gives_msr(m, source->leaf);

	return tdx_cpu_gives_cpuid(source->leaf, source->subleaf);
}

static void check_cpu_gives(const struct tdx_module *m, const char *release)
{
	const struct source *source;

	for (source = sources; source < sources + nr_sources; source++) {
		if (cpu_gives(m, source) == source->scripted)
			printf("platform=cpu %s %#x/%#x: %s\n", release,
			       source->leaf, source->subleaf,
			       source->scripted ? "refused, but not scripted" :
			       "accepted, but scripted");
	}
}

static u32 no_package(unsigned int lp)
{
	return 0;
}

static void print_source(const struct source *source, const char * const *names,
			 unsigned int nr)
{
	unsigned int i;

	if (source->subleaf == IS_MSR)
		printf("msr 0x%x 0x%lx:", source->leaf,
		       source->regs[0] | (unsigned long)source->regs[1] << 32);
	else if (source->subleaf == NO_SUBLEAF)
		printf("cpuid 0x%x 0x%x 0x%x 0x%x 0x%x:", source->leaf,
		       source->regs[EAX], source->regs[EBX],
		       source->regs[ECX], source->regs[EDX]);
	else
		printf("cpuid 0x%x/0x%x 0x%x 0x%x 0x%x 0x%x:", source->leaf,
		       source->subleaf, source->regs[EAX], source->regs[EBX],
		       source->regs[ECX], source->regs[EDX]);
	for (i = 0; i < nr; i++) {
		if (source->accepted & 1U << i)
			printf(" %s", names[i]);
	}
	printf("%s\n", source->accepted ? "" : " none");
}

int main(void)
{
	static const char * const names[] = {
		"1.0", "1.5.01", "1.5.05", "1.5.25", "2.0.08", "2.0.18"
	};
	static const struct tdx_host_ops ops = { .lp_package = no_package };
	static struct tdx_module module;
	static struct tdx_lp lp;
	unsigned int i;

	msr_fd = open("/dev/cpu/0/msr", O_RDONLY);
	if (msr_fd < 0) {
		perror("/dev/cpu/0/msr");
		return 2;
	}

	module.ops = &ops;
	module.lps = &lp;
	module.platform.lps = 1;
	module.platform.packages = 1;
	module.platform.hkid_bits = 6;
	module.platform.private_hkid_min = 32;
	module.platform.private_hkid_max = 63;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		try_release(&module, tdx_module_version(names[i]));
		check_cpu_gives(&module, names[i]);
	}
	for (i = 0; i < nr_sources; i++)
		print_source(&sources[i], names, ARRAY_SIZE(names));
	return 0;
}
