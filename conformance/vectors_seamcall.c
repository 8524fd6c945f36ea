// SPDX-License-Identifier: GPL-2.0-only
/*
 * Executes the calls of vectors_test.c with the SEAMCALL instruction, on a machine
 * that has the modules seamcall and tdxsim, this one with testbed=Y.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../machine/modules/seamcall/seamcall.h"
#include "vectors_test.h"

#define TRAP_UD		6
#define TRAP_GP		13

#define MAX_CPUS	64

static int seamcall_fd, testbed_fd, memory_fd, state_fd, inject_fd;
static unsigned int nr_cpus;

/* The LP that a CPU is, and its package. */
static struct {
	unsigned int lp;
	unsigned int package;
} acts_as[MAX_CPUS];

/* Set to something by a record, and to be set back for the next one. */
static bool vmx_off, injecting;

static int open_file(const char *name, int flags)
{
	int fd = open(name, flags);

	if (fd < 0) {
		perror(name);
		exit(2);
	}
	return fd;
}

static int open_tdxsim_file(const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/debug/tdxsim/%s", name);
	return open_file(path, flags);
}

static bool set_vmx(bool on)
{
	vmx_off = !on;
	return !ioctl(seamcall_fd, SEAMCALL_VMX, on);
}

static bool inject(const char *rules)
{
	injecting = *rules;
	if (!*rules)
		rules = "\n";
	return write(inject_fd, rules, strlen(rules)) > 0;
}

static void write_testbed(const char *lines)
{
	if (write(testbed_fd, lines, strlen(lines)) < 0) {
		perror(lines);
		exit(2);
	}
}

void backend_init(void)
{
	seamcall_fd = open_file("/dev/seamcall", O_RDWR);
	testbed_fd = open_tdxsim_file("testbed", O_WRONLY);
	memory_fd = open_tdxsim_file("memory", O_RDWR);
	state_fd = open_tdxsim_file("state", O_RDONLY);
	inject_fd = open_tdxsim_file("inject", O_WRONLY);
	nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (nr_cpus > MAX_CPUS)
		nr_cpus = MAX_CPUS;
	if (!set_vmx(true)) {
		perror("VMX operation");
		exit(2);
	}
}

void backend_reset(void)
{
	unsigned int cpu;

	write_testbed("reset");
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		acts_as[cpu].lp = cpu;
		acts_as[cpu].package = 0;
	}
	if (vmx_off)
		set_vmx(true);
	if (injecting)
		inject("");
}

bool backend_line(const char *line)
{
	if (!strcmp(line, "vmx on") || !strcmp(line, "vmx off"))
		return set_vmx(!strcmp(line, "vmx on"));
	if (!strncmp(line, "inject ", 7))
		return inject(line + 7);

	return write(testbed_fd, line, strlen(line)) > 0;
}

bool backend_lines(char *lines)
{
	return write(testbed_fd, lines, strlen(lines)) > 0;
}

void backend_write(u64 pa, const void *src, size_t len)
{
	if (pwrite(memory_fd, src, len, pa) != (ssize_t)len) {
		perror("writing to memory");
		exit(2);
	}
}

void backend_read(void *dst, u64 pa, size_t len)
{
	if (pread(memory_fd, dst, len, pa) != (ssize_t)len) {
		perror("reading memory");
		exit(2);
	}
}

/* CPUs share the LPs there are. */
static unsigned int cpu_of_lp(unsigned int lp, unsigned int package)
{
	unsigned int cpu = lp % nr_cpus;
	char line[64];

	if (acts_as[cpu].lp != lp || acts_as[cpu].package != package) {
		snprintf(line, sizeof(line), "lp %u %u %u", cpu, lp, package);
		write_testbed(line);
		acts_as[cpu].lp = lp;
		acts_as[cpu].package = package;
	}
	return cpu;
}

static enum outcome outcome_of(const struct seamcall *call)
{
	if (!call->faulted)
		return call->regs.rflags & RFLAGS_CF ? VMFAILINVALID :
						       COMPLETED;
	if (call->trap == TRAP_GP)
		return GP;
	if (call->trap == TRAP_UD)
		return UD;

	fprintf(stderr, "SEAMCALL raised trap %u\n", call->trap);
	exit(2);
}

enum outcome backend_call(unsigned int lp, unsigned int package, u64 *regs)
{
	struct seamcall call = { .cpu = cpu_of_lp(lp, package) };

	static_assert(sizeof(call.regs) == NR_REGS * sizeof(*regs),
		      "registers of both in the same order");

	memcpy(&call.regs, regs, sizeof(call.regs));
	if (ioctl(seamcall_fd, SEAMCALL_EXECUTE, &call)) {
		perror("SEAMCALL");
		exit(2);
	}
	memcpy(regs, &call.regs, sizeof(call.regs));
	return outcome_of(&call);
}

/* The first line is "state NAME". */
const char *backend_state(void)
{
	static char text[256];
	ssize_t len = pread(state_fd, text, sizeof(text) - 1, 0);
	char *name = strchr(text, ' ');

	if (len <= 0 || !name) {
		perror("state");
		exit(2);
	}
	text[len] = 0;
	name++;
	name[strcspn(name, "\n")] = 0;
	return name;
}
