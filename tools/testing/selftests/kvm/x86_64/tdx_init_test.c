// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that kvm_intel's parameter "tdx", the CPU flag tdx_host_platform and
 * what KVM does agree, whatever state the host is in:
 *  - the parameter is read-only and reads Y or N, Y needs the CPU flag, and
 *    /sys/devices/system/cpu/tdx_host/ fits to both;
 *  - a VM with a vCPU runs guest code;
 *  - exactly the VM types that KVM_CAP_VM_TYPES offers can be created.
 *
 * With -r, as root and where kvm_intel is a module in no use, the test UNLOADS
 * kvm_intel, loads it with tdx=0, with tdx=1, with tdx=1 again (Y must stay Y)
 * and with the value tdx had at the start, and makes the same
 * checks each time.  While that lasts no other program can start a VM, and
 * where tdx=1 works the TDX module keeps the memory it gets until reboot.
 *
 * With -s, the test does the same for a table of cases (sim_cases) with tdxsim,
 * a TDX module in software.  Each case says how tdxsim answers, how kvm_intel is
 * loaded and what its parameter reads then.  One result a case: in addition to
 * the checks above, the kernel log and tdx_host/reason say what they
 * should, and the SEAMCALL that is to fail does, or none is made.  tdxsim does
 * not load where a TDX module of Intel may answer, and taints the kernel.
 *
 * The host core of the kernel tries again what failed up to TDH.SYS.CONFIG, but
 * goes on from where it came to, and what comes after TDH.SYS.CONFIG sticks until
 * reboot.  Hence the order of the table: first the cases without SEAMCALL, then
 * those in which TDH.SYS.INIT fails, TDH.SYS.LP.INIT, and a step up to
 * TDH.SYS.CONFIG, then one case that is the last one of this boot, and loads
 * after that.  -f chooses the last one, all others like it are skipped.  Once
 * TDH.SYS.INIT has succeeded in this boot, be it in an earlier run, only the
 * first cases can run, the others are skipped.  REBOOT before TDX is to be used
 * for anything else.
 *
 * modprobe loads kvm_intel, with its other parameters set to what they read at
 * the start.  One that does not read as a single word, for example "not
 * required" of vmentry_l1d_flush, cannot be set to that and is left out.  kvm
 * stays loaded: "modprobe -r" would unload it too, and lose its parameters.  A
 * tdxsim that was loaded is loaded again with the parameters it had, and holds
 * a TDX module that nobody has called yet.
 *
 * Options: -h prints the usage and the cases for -f, -r, -s and -f see above.
 * Exit code: 0 all passed, 1 a check failed, 4 skipped because there is no
 * /dev/kvm, or kvm_intel is not loaded or has no parameter "tdx", or because
 * what -r or -s asked for is not possible here.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest.h"
#include "kvm_util.h"
#include "processor.h"
#include "test_util.h"

#define KVM_INTEL	"/sys/module/kvm_intel"
#define TDX_PARAM	"parameters/tdx"
#define TDX_STATE	"/sys/devices/system/cpu/tdx_host"
#define TDXSIM		"/sys/module/tdxsim"
#define TDXSIM_FILES	"/sys/kernel/debug/tdxsim"
#define TDXSIM_RULES	TDXSIM_FILES "/inject"
#define KERNEL_LOG	"/dev/kmsg"
#define NR_VM_TYPES	32
#define CHECK_CPU_TIME	300	/* seconds, emulated hosts are slow */

#define NR_CHECKS	3	/* in check_kvm() */

static const char * const loads[] = { "tdx=0", "tdx=1", "tdx=1 again", "tdx as found" };

enum stage {
	NO_SEAMCALL,
	SYS_INIT,	/* TDH.SYS.INIT fails, tdxsim can be another one next time */
	LP_INIT,	/* TDH.SYS.LP.INIT fails, and is tried again next time */
	CONFIG,		/* it or what comes before it fails, is tried again as well */
	FINAL,		/* the last one in this boot */
	AFTERWARDS,	/* it is known what comes out */
};

/*
 * In each stage but FINAL all cases can run one after the other.  As the host
 * core does not start all over, one tdxsim serves from stage LP_INIT on.
 */
static const struct sim_case {
	const char *name;
	enum stage stage;
	const char *tdxsim;	/* its parameters, from LP_INIT on those of the FINAL case */
	const char *inject;	/* its rules, LEAF:CPU:FROM=CODE, see tdxsim/main.c */
	const char *leaf;	/* the SEAMCALL that fails, if any */
	const char *kvm_intel;	/* parameters, on top of those it had */
	const char *tdx;	/* what the parameter reads then, NULL: as at FINAL */
	const char *reason;	/* what tdx_host has, NULL: as at FINAL */
	int cpus;		/* it takes, if more than one */
	bool again;		/* at FINAL: it is tried again in later loads */
} sim_cases[] = {
	{ "not-asked-for", NO_SEAMCALL, "", "", NULL, "tdx=0", "N", "none" },
	{ "not-asked-for-fault", NO_SEAMCALL, "presence=fault", "", NULL, "tdx=0", "N", "none" },
	{ "no-ept", NO_SEAMCALL, "", "", NULL, "tdx=1 ept=0", "N", "none" },

	{ "absent", SYS_INIT, "presence=absent", "", "TDH.SYS.INIT", "tdx=1", "N", "no-module" },
	{ "fault", SYS_INIT, "presence=fault", "", "TDH.SYS.INIT", "tdx=1", "N", "seam-off" },
	{ "sys-init-ud", SYS_INIT, "", "TDH.SYS.INIT:*:1=ud",
	  "TDH.SYS.INIT", "tdx=1", "N", "no-seamcall" },
	{ "sys-init", SYS_INIT, "", "TDH.SYS.INIT:*:1=TDX_INCORRECT_CPUID_VALUE",
	  "TDH.SYS.INIT", "tdx=1", "N", "platform" },
	{ "sys-init-used", SYS_INIT, "", "TDH.SYS.INIT:*:1=TDX_SYS_INIT_NOT_PENDING",
	  "TDH.SYS.INIT", "tdx=1", "N", "used-before" },

	{ "lp-init", LP_INIT, NULL, "TDH.SYS.LP.INIT:*:1=TDX_INCONSISTENT_CPUID_FIELD",
	  "TDH.SYS.LP.INIT", "tdx=1", "N", "cpus-differ" },
	{ "lp-init-busy", LP_INIT, NULL, "TDH.SYS.LP.INIT:*:1=TDX_SYS_BUSY",
	  "TDH.SYS.LP.INIT", "tdx=1", "N", "busy" },
	{ "lp-init-absent", LP_INIT, NULL, "TDH.SYS.LP.INIT:*:1=vmfailinvalid",
	  "TDH.SYS.LP.INIT", "tdx=1", "N", "module-gone" },
	{ "lp-init-gp", LP_INIT, NULL, "TDH.SYS.LP.INIT:*:1=gp",
	  "TDH.SYS.LP.INIT", "tdx=1", "N", "cpus-differ" },
	{ "lp-init-ud", LP_INIT, NULL, "TDH.SYS.LP.INIT:*:1=ud",
	  "TDH.SYS.LP.INIT", "tdx=1", "N", "other" },
	/* From here on the first CPU is initialized, so this one comes last. */
	{ "lp-init-second-cpu", LP_INIT, NULL, "TDH.SYS.LP.INIT:*:2=TDX_INCONSISTENT_MSR:0x982",
	  "TDH.SYS.LP.INIT", "tdx=1", "N", "cpus-differ", .cpus = 2 },

	{ "sys-rd", CONFIG, NULL, "TDH.SYS.RD:*:1=TDX_METADATA_FIELD_NOT_READABLE",
	  "TDH.SYS.RD", "tdx=1", "N", "other" },
	{ "sys-rd-old", CONFIG, NULL, "TDH.SYS.RD:*:1=TDX_SYS_NOT_READY", "TDH.SYS.RD",
	  "tdx=1", "N", "module-too-old" },
	{ "config", CONFIG, NULL, "TDH.SYS.CONFIG:*:1=TDX_TDMR_OUTSIDE_CMRS",
	  "TDH.SYS.CONFIG", "tdx=1", "N", "memory" },
	{ "config-lps", CONFIG, NULL, "TDH.SYS.CONFIG:*:1=TDX_SYS_CONFIG_NOT_PENDING",
	  "TDH.SYS.CONFIG", "tdx=1", "N", "cpus-unused" },

	{ "success", FINAL, "", "", NULL, "tdx=1", "Y", "none" },
	{ "success-1.5.01", FINAL, "version=1.5.01", "", NULL, "tdx=1", "Y", "none" },
	{ "success-2.0.08", FINAL, "version=2.0.08", "", NULL, "tdx=1", "Y", "none" },
	{ "success-nested-off", FINAL, "", "", NULL, "tdx=1 nested=0", "Y", "none" },
	{ "version-1.0", FINAL, "version=1.0", "", "TDH.SYS.RD",
	  "tdx=1", "N", "module-too-old", .again = true },
	{ "lps", FINAL, "lps=4096", "", "TDH.SYS.CONFIG",
	  "tdx=1", "N", "cpus-unused", .again = true },
	{ "key-config", FINAL, "", "TDH.SYS.KEY.CONFIG:*:1=TDX_KEY_GENERATION_FAILED",
	  "TDH.SYS.KEY.CONFIG", "tdx=1", "N", "busy" },
	{ "tdmr-init", FINAL, "", "TDH.SYS.TDMR.INIT:*:2=TDX_OPERAND_BUSY:RCX",
	  "TDH.SYS.TDMR.INIT", "tdx=1", "N", "busy" },

	{ "off-afterwards", AFTERWARDS, NULL, "", NULL, "tdx=0", "N", NULL },
	{ "again", AFTERWARDS, NULL, "", NULL, "tdx=1", NULL, NULL },
	{ "again-no-ept", AFTERWARDS, NULL, "", NULL, "tdx=1 ept=0", "N", NULL },
	{ "again-after-no-ept", AFTERWARDS, NULL, "", NULL, "tdx=1", NULL, NULL },
};

/* What came of loading kvm_intel. */
struct load {
	bool loaded;
	unsigned int warnings;	/* that TDX is not enabled */
	bool earlier;		/* the host core had its outcome before */
};

struct attr {
	char value[4096];
};

/* A file in sysfs or debugfs without its newline; empty if there is none. */
static struct attr read_attr(const char *path)
{
	struct attr attr = {};
	FILE *f;

	f = fopen(path, "r");
	if (!f)
		return attr;

	if (fgets(attr.value, sizeof(attr.value), f))
		attr.value[strcspn(attr.value, "\n")] = '\0';
	fclose(f);

	return attr;
}

static struct attr kvm_intel_attr(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), KVM_INTEL "/%s", name);
	return read_attr(path);
}

static bool is_bool(const char *value)
{
	return !strcmp(value, "Y") || !strcmp(value, "N");
}

/* "(null)" is a string that was not given.  The shell gets words in quotes. */
static bool is_word(const char *value)
{
	return *value && !strpbrk(value, " \t'") && strcmp(value, "(null)");
}

static bool cpuinfo_has(const char *flag)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	bool found = false;
	char word[64];

	TEST_ASSERT(f, "Failed to open /proc/cpuinfo");
	while (!found && fscanf(f, "%63s", word) == 1)
		found = !strcmp(word, flag);
	fclose(f);

	return found;
}

static void guest_code(void)
{
	GUEST_SYNC(1);
	GUEST_DONE();
}

static void run_guest(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	struct ucall uc;

	vm = vm_create_with_one_vcpu(&vcpu, guest_code);

	vcpu_run(vcpu);
	TEST_ASSERT_EQ(get_ucall(vcpu, &uc), UCALL_SYNC);
	TEST_ASSERT_EQ(uc.args[1], 1);

	vcpu_run(vcpu);
	TEST_ASSERT_EQ(get_ucall(vcpu, &uc), UCALL_DONE);

	kvm_vm_free(vm);
}

static void create_vm_types(void)
{
	unsigned int offered = kvm_check_cap(KVM_CAP_VM_TYPES);
	int kvm_fd = open_kvm_dev_path_or_exit();
	unsigned long type;
	int fd;

	for (type = 0; type < NR_VM_TYPES; type++) {
		fd = __kvm_ioctl(kvm_fd, KVM_CREATE_VM, (void *)type);
		TEST_ASSERT(offered & BIT(type) ? fd >= 0 : fd < 0 && errno == EINVAL,
			    "VM type %lu, types offered %#x: wanted %s, got fd %d, errno %d",
			    type, offered, offered & BIT(type) ? "a VM" : "EINVAL",
			    fd, fd < 0 ? errno : 0);
		if (fd >= 0)
			close(fd);
	}

	close(kvm_fd);
}

static void on_interrupt(void (*handler)(int))
{
	signal(SIGHUP, handler);
	signal(SIGINT, handler);
	signal(SIGPIPE, handler);
	signal(SIGQUIT, handler);
	signal(SIGTERM, handler);
}

/*
 * The library exits when something goes wrong, some of it with a TAP plan on
 * stdout.  Keep both, and a guest that never ends, away from this process,
 * which reports and has to put kvm_intel back.
 */
static bool passes(void (*check)(void))
{
	struct rlimit limit = { CHECK_CPU_TIME, CHECK_CPU_TIME + 1 };
	int status = -1;
	pid_t pid;

	pid = fork();
	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		setrlimit(RLIMIT_CPU, &limit);
		on_interrupt(SIG_DFL);
		check();
		exit(KSFT_PASS);
	}

	if (pid > 0)
		waitpid(pid, &status, 0);
	if (status)
		ksft_print_msg("wanted wait status 0, got %#x\n", status);

	return !status;
}

static void check_mode(void)
{
	struct stat st = {};

	stat(KVM_INTEL "/" TDX_PARAM, &st);
	ksft_print_msg("mode of the parameter: wanted 0444, got %04o\n", st.st_mode & 07777);
	ksft_test_result((st.st_mode & 07777) == 0444, "parameter is read-only\n");
}

/* TDX without the CPU flag cannot be. */
static bool param_and_flag_agree(const char *when)
{
	struct attr status = read_attr(TDX_STATE "/status");
	struct attr reason = read_attr(TDX_STATE "/reason");
	bool flag = cpuinfo_has("tdx_host_platform");
	struct attr tdx = kvm_intel_attr(TDX_PARAM);
	bool no_reason = !strcmp(reason.value, "none");

	ksft_print_msg("%s: tdx reads \"%s\", tdx_host_platform is %s\n",
		       when, tdx.value, flag ? "set" : "not set");
	ksft_print_msg("%s: status reads \"%s\", reason \"%s\"\n",
		       when, status.value, reason.value);
	if (!is_bool(tdx.value) || (!flag && strcmp(tdx.value, "N")))
		return false;

	/* Built without CONFIG_INTEL_TDX_HOST. */
	if (access(TDX_STATE, F_OK))
		return !flag;

	if (!flag)
		return !strcmp(status.value, "unavailable") && !no_reason;
	if (!strcmp(tdx.value, "Y"))
		return !strcmp(status.value, "initialized") && no_reason;
	if (!strcmp(status.value, "available"))
		return no_reason;
	if (!strcmp(status.value, "failed") || !strcmp(status.value, "unusable"))
		return !no_reason;
	return !strcmp(status.value, "initialized");
}

static void check_kvm(const char *when)
{
	ksft_test_result(param_and_flag_agree(when),
			 "%s: parameter, CPU flag and tdx_host agree\n", when);
	ksft_test_result(passes(run_guest), "%s: guest runs\n", when);
	ksft_test_result(passes(create_vm_types),
			 "%s: VM types offered can be created, others cannot\n", when);
}

/*
 * What the parameters of @module read, as arguments of modprobe, all but @but;
 * NULL if it is not loaded.
 */
static char *module_params(const char *module, const char *but)
{
	char path[PATH_MAX], *params;
	struct dirent **entries;
	struct attr param;
	size_t size;
	int i, nr;
	FILE *f;

	snprintf(path, sizeof(path), "%s/parameters", module);
	nr = scandir(path, &entries, NULL, alphasort);
	if (nr < 0)
		return NULL;

	f = open_memstream(&params, &size);
	TEST_ASSERT(f, "Failed to list the parameters of %s", module);
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/parameters/%s", module, entries[i]->d_name);
		param = read_attr(path);
		if (is_word(param.value) && (!but || strcmp(entries[i]->d_name, but)))
			fprintf(f, " '%s=%s'", entries[i]->d_name, param.value);
		free(entries[i]);
	}
	free(entries);
	fclose(f);

	return params;
}

/* @found is what module_params() gave at the start. */
static bool is_as_found(const char *module, const char *found)
{
	char *now = module_params(module, NULL);
	bool same = now && found ? !strcmp(now, found) : now == found;

	if (!same)
		ksft_print_msg("%s: wanted%s, got%s\n", module,
			       found ?: " it unloaded", now ?: " it unloaded");
	free(now);

	return same;
}

static bool __printf(1, 2) run(const char *fmt, ...)
{
	char *command;
	va_list args;
	int status;

	va_start(args, fmt);
	status = vasprintf(&command, fmt, args);
	va_end(args);
	TEST_ASSERT(status >= 0, "Failed to put a command together");

	status = system(command);
	if (status)
		ksft_print_msg("%s: wanted wait status 0, got %#x\n", command, status);
	free(command);

	return !status;
}

static bool remove_module(const char *module)
{
	/* kvm_intel is not there when the load before this one failed. */
	if (syscall(__NR_delete_module, module, O_NONBLOCK) && errno != ENOENT) {
		ksft_print_msg("cannot unload %s: %s\n", module, strerror(errno));
		return false;
	}

	return true;
}

/* Reads the log from where @fd is. */
static void read_log(int fd, struct load *load)
{
	char record[8192];
	ssize_t len;

	/* EPIPE: some lines were lost, the next ones are there. */
	while ((len = read(fd, record, sizeof(record) - 1)) > 0 || (len < 0 && errno == EPIPE)) {
		record[len > 0 ? len : 0] = '\0';
		if (strstr(record, ";kvm_intel: TDX not enabled"))
			load->warnings++;
		if (strstr(record, ";virt/tdx: ") && strstr(record, " earlier"))
			load->earlier = true;
	}
}

static struct load reload(const char *params)
{
	struct load load = {};
	int fd;

	fd = open(KERNEL_LOG, O_RDONLY | O_NONBLOCK);
	if (fd < 0 || lseek(fd, 0, SEEK_END))
		ksft_perror(KERNEL_LOG);

	load.loaded = remove_module("kvm_intel") && run("modprobe kvm_intel %s", params);
	read_log(fd, &load);
	close(fd);

	return load;
}

/* Who asked for TDX and does not get it is told so, once; nobody else is. */
static bool load_is_right(const char *when, const struct load *load, bool asked, const char *want)
{
	struct attr got = kvm_intel_attr(TDX_PARAM);
	unsigned int warnings = asked && !strcmp(got.value, "N");

	ksft_print_msg("%s: tdx wanted %s, got \"%s\", warnings wanted %u, got %u\n",
		       when, want ?: "Y or N", got.value, warnings, load->warnings);
	return load->loaded && load->warnings == warnings &&
	       (want ? !strcmp(got.value, want) : is_bool(got.value));
}

/* Without @want, both Y and N are right. */
static void check_load(const char *when, const char *tdx, const char *want, const char *others)
{
	struct load load;
	char *params;

	TEST_ASSERT(asprintf(&params, "%s tdx=%s", others, tdx) >= 0, "out of memory");
	load = reload(params);
	free(params);

	ksft_test_result(load_is_right(when, &load, strcmp(tdx, "0") && strcmp(tdx, "N"), want),
			 "%s: kvm_intel loads, tdx and the log read as they should\n", when);
	check_kvm(when);
}

static void check_loads(void)
{
	struct attr start = kvm_intel_attr(TDX_PARAM), first;
	char *others = module_params(KVM_INTEL, "tdx");
	char *found = module_params(KVM_INTEL, NULL);

	check_load(loads[0], "0", "N", others);
	check_load(loads[1], "1", NULL, others);
	first = kvm_intel_attr(TDX_PARAM);
	/* What failed may be tried again. */
	check_load(loads[2], "1", strcmp(first.value, "Y") ? NULL : "Y", others);
	check_load(loads[3], start.value, start.value, others);

	ksft_test_result(is_as_found(KVM_INTEL, found), "kvm_intel is as it was found\n");

	free(found);
	free(others);
}

struct seamcalls {
	unsigned long calls;
	unsigned long failures;
};

/* Since tdxsim was loaded, of all leaves if @leaf is NULL. */
static struct seamcalls count_seamcalls(const char *leaf)
{
	struct seamcalls sum = {}, one;
	FILE *f = fopen(TDXSIM_FILES "/counts", "r");
	char of[32];

	while (f && fscanf(f, "%*u %31s %lu %lu", of, &one.calls, &one.failures) == 3) {
		if (leaf && strcmp(leaf, of))
			continue;
		sum.calls += one.calls;
		sum.failures += one.failures;
	}
	if (f)
		fclose(f);

	return sum;
}

/* Rules of an earlier case would go on counting. */
static bool set_rules(const char *rules)
{
	int fd = open(TDXSIM_RULES, O_WRONLY);
	bool done = fd >= 0 && dprintf(fd, "%s\n", rules) > 0;

	if (!done)
		ksft_perror(TDXSIM_RULES);
	if (fd >= 0)
		close(fd);

	return done;
}

/* kvm_intel must not talk to a tdxsim that comes or goes. */
static bool reload_tdxsim(const char *params)
{
	return remove_module("kvm_intel") && remove_module("tdxsim") &&
	       run("modprobe tdxsim %s", params);
}

static bool seamcalls_are_right(const struct sim_case *c, bool none, const char *leaf,
				const struct seamcalls *calls,
				const struct seamcalls *failures)
{
	struct attr state = read_attr(TDXSIM_FILES "/state");
	unsigned long made = count_seamcalls(NULL).calls - calls->calls;
	unsigned long failed = count_seamcalls(leaf).failures - failures->failures;

	ksft_print_msg("%s: SEAMCALLs wanted %s, got %lu, %lu of them failed; %s\n", c->name,
		       none ? "none" : leaf ? "one that fails" : "all to succeed",
		       made, failed, state.value);
	if (none)
		return !made;
	if (leaf)
		return failed;
	return made && !failed && !strcmp(state.value, "state SYS_READY");
}

/*
 * The host core did not start with TDH.SYS.INIT.  It says so itself if it has
 * its outcome, or goes on with TDH.SYS.LP.INIT, without which there is none.
 */
static bool settled_before(const struct load *load)
{
	return !count_seamcalls("TDH.SYS.INIT").calls &&
	       (load->earlier || count_seamcalls("TDH.SYS.LP.INIT").calls);
}

/* Returns why the case cannot run if that comes out, else NULL. */
static const char *check_sim_case(const struct sim_case *c, const struct sim_case *final,
				  const char *others)
{
	bool as_final = c->stage == AFTERWARDS && !c->tdx;
	bool asked = strncmp(c->kvm_intel, "tdx=0", strlen("tdx=0"));
	/* The one that a reboot takes is kept, whatever is found later. */
	bool unusable = c->stage == AFTERWARDS && !final->again && !strcmp(final->tdx, "N");
	const char *reason = c->reason && !unusable ? c->reason : final->reason;
	const char *leaf = as_final ? final->leaf : c->leaf;
	const char *want = c->tdx ?: final->tdx;
	struct seamcalls calls, failures;
	bool remembered, right, none;
	struct load load;
	struct attr got;
	char *params;

	remembered = as_final && !final->again;
	none = c->stage == NO_SEAMCALL || (c->stage == AFTERWARDS && (!as_final || remembered));
	calls = count_seamcalls(NULL);
	failures = count_seamcalls(leaf);

	TEST_ASSERT(asprintf(&params, "%s %s", others, c->kvm_intel) >= 0, "out of memory");
	load = reload(params);
	free(params);
	if (c->stage != NO_SEAMCALL && c->stage != AFTERWARDS && settled_before(&load))
		return "what TDH.SYS.INIT came to earlier sticks until reboot";

	got = read_attr(TDX_STATE "/reason");
	ksft_print_msg("%s: reason wanted %s, got %s\n", c->name, reason, got.value);
	ksft_print_msg("%s: outcome of earlier in the log wanted %d, got %d\n",
		       c->name, remembered, load.earlier);
	right = load_is_right(c->name, &load, asked, want);
	right &= load.earlier == remembered;
	/* What an earlier run of the test found is kept until something else is. */
	right &= !strcmp(got.value, reason) || c->stage == NO_SEAMCALL;
	right &= seamcalls_are_right(c, none, leaf, &calls, &failures);
	right &= param_and_flag_agree(c->name);
	right &= passes(run_guest);
	right &= passes(create_vm_types);
	ksft_test_result(right, "%s: %s gives tdx=%s, KVM works\n", c->name, c->kvm_intel, want);

	return NULL;
}

static bool fails_at_rd(const struct sim_case *c)
{
	return c->leaf && !strcmp(c->leaf, "TDH.SYS.RD");
}

/* What the table alone says. */
static const char *why_no_sim_case(const struct sim_case *c, const struct sim_case *final)
{
	if (c->stage == CONFIG && !fails_at_rd(c) && fails_at_rd(final))
		return "TDH.SYS.RD fails in the case that was chosen, and comes first";
	if (c->stage == FINAL && c != final)
		return "the last one of a boot is another one, -f chooses it";
	if (get_nprocs() < c->cpus)
		return "needs more CPUs";

	return NULL;
}

static bool prepare_tdxsim(const struct sim_case *c, const struct sim_case *final, bool *shared)
{
	const char *params = c->stage < LP_INIT ? c->tdxsim : final->tdxsim;

	if (!*shared && !reload_tdxsim(params))
		return false;

	*shared = c->stage >= LP_INIT;
	return set_rules(c->inject);
}

/* As found, which was without tdxsim if @tdxsim is NULL. */
static void put_back(const char *kvm_intel, const char *tdxsim)
{
	bool done;

	if (tdxsim)
		done = reload_tdxsim(tdxsim);
	else
		done = remove_module("kvm_intel") && remove_module("tdxsim");
	done &= reload(kvm_intel).loaded;
	done &= is_as_found(KVM_INTEL, kvm_intel);
	done &= is_as_found(TDXSIM, tdxsim);
	ksft_test_result(done, "kvm_intel and tdxsim are as they were found\n");
}

static void check_sim_cases(const struct sim_case *final, char *tdxsim)
{
	char *kvm_intel = module_params(KVM_INTEL, NULL);
	char *others = module_params(KVM_INTEL, "tdx");
	const char *why, *settled = NULL;
	const struct sim_case *c;
	bool shared = false;

	for (c = sim_cases; c < sim_cases + ARRAY_SIZE(sim_cases); c++) {
		why = settled ?: why_no_sim_case(c, final);
		if (!why && !prepare_tdxsim(c, final, &shared)) {
			ksft_test_result_fail("%s: tdxsim loads\n", c->name);
			continue;
		}
		if (!why) {
			settled = check_sim_case(c, final, others);
			why = settled;
		}
		if (why)
			ksft_test_result_skip("%s: %s\n", c->name, why);
	}
	put_back(kvm_intel, tdxsim);

	free(others);
	free(kvm_intel);
}

static const struct sim_case *find_final(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(sim_cases); i++)
		if (sim_cases[i].stage == FINAL && !strcmp(sim_cases[i].name, name))
			return &sim_cases[i];

	return NULL;
}

static bool modprobe_finds(const char *module)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "modprobe -D %s >/dev/null 2>&1", module);
	return !system(command);
}

static const char *why_no_reload(void)
{
	if (geteuid())
		return "not root";
	if (access(KVM_INTEL "/initstate", F_OK))
		return "kvm_intel is built in";
	if (strcmp(kvm_intel_attr("initstate").value, "live"))
		return "kvm_intel is not live";
	if (access(KVM_INTEL "/refcnt", F_OK))
		return "this kernel cannot unload modules";
	if (strcmp(kvm_intel_attr("refcnt").value, "0"))
		return "kvm_intel is in use";
	if (!is_bool(kvm_intel_attr(TDX_PARAM).value))
		return "tdx reads neither Y nor N, so it could not be put back";
	if (access(KERNEL_LOG, R_OK))
		return "there is no " KERNEL_LOG;
	if (system("command -v modprobe >/dev/null"))
		return "modprobe is not in PATH";
	if (!modprobe_finds("kvm_intel"))
		return "modprobe does not find kvm_intel, so it could not be put back";

	return NULL;
}

/* The last of the reasons takes a try.  tdxsim stays loaded if there is none. */
static const char *why_no_sim(void)
{
	bool found = !access(TDXSIM, F_OK);
	const char *why = why_no_reload();

	if (why)
		return why;
	if (get_nprocs() < get_nprocs_conf())
		return "a CPU is offline, the TDX module needs all of them";
	if (!cpuinfo_has("tdx_host_platform"))
		return "tdx_host_platform is not set, so no SEAMCALL would be made";
	if (!modprobe_finds("tdxsim"))
		return "modprobe does not find tdxsim";
	if (!found && !run("modprobe tdxsim"))
		return "tdxsim does not load, the kernel log says why; never where there is TDX";
	if (access(TDXSIM_FILES "/counts", F_OK)) {
		if (!found)
			remove_module("tdxsim");
		return "tdxsim has no files in /sys/kernel/debug";
	}

	return NULL;
}

static int help(FILE *out, const char *name, int ret)
{
	int i;

	fprintf(out, "usage: %s [-h] [-r] [-s] [-f CASE]\n"
		"  -h  print this\n"
		"  -r  UNLOAD kvm_intel and load it with tdx=0 and tdx=1 (needs root)\n"
		"  -s  the same for a table of cases with tdxsim (needs root, REBOOT afterwards)\n"
		"  -f  -s with this one of the cases that are the last one of a boot:\n", name);
	for (i = 0; i < ARRAY_SIZE(sim_cases); i++)
		if (sim_cases[i].stage == FINAL)
			fprintf(out, "        %s\n", sim_cases[i].name);

	return ret;
}

int main(int argc, char *argv[])
{
	const char *no_reload = "-r was not given", *no_sim = "-s was not given";
	const struct sim_case *final = find_final("success");
	bool reload_asked = false, sim_asked = false;
	char *tdxsim;
	int opt;

	while ((opt = getopt(argc, argv, "hrsf:")) != -1) {
		switch (opt) {
		case 'h':
			return help(stdout, argv[0], KSFT_PASS);
		case 'r':
			reload_asked = true;
			break;
		case 'f':
			final = find_final(optarg);
			if (!final)
				return help(stderr, argv[0], KSFT_FAIL);
			fallthrough;
		case 's':
			sim_asked = true;
			break;
		default:
			return help(stderr, argv[0], KSFT_FAIL);
		}
	}

	ksft_print_header();
	if (access(KVM_DEV_PATH, R_OK | W_OK))
		ksft_exit_skip("%s: %s\n", KVM_DEV_PATH, strerror(errno));
	if (access(KVM_INTEL, F_OK))
		ksft_exit_skip("kvm_intel is not loaded\n");
	if (access(KVM_INTEL "/" TDX_PARAM, F_OK))
		ksft_exit_skip("kvm_intel has no parameter tdx\n");

	tdxsim = module_params(TDXSIM, NULL);
	/* Who interrupts the test wants kvm_intel back all the same. */
	if (reload_asked || sim_asked)
		on_interrupt(SIG_IGN);
	if (reload_asked)
		no_reload = why_no_reload();
	if (sim_asked)
		no_sim = why_no_sim();
	ksft_set_plan(1 + NR_CHECKS +
		      (no_sim ? 1 : ARRAY_SIZE(sim_cases) + 1) +
		      (no_reload ? 1 : ARRAY_SIZE(loads) * (1 + NR_CHECKS) + 1));

	check_mode();
	check_kvm("as found");

	/* In this order, because the loads of -r may come to what sticks. */
	if (no_sim)
		ksft_test_result_skip("cases with tdxsim: %s\n", no_sim);
	else
		check_sim_cases(final, tdxsim);
	if (no_reload)
		ksft_test_result_skip("loads: %s\n", no_reload);
	else
		check_loads();

	free(tdxsim);
	if (!ksft_get_fail_cnt() && ((reload_asked && no_reload) || (sim_asked && no_sim))) {
		ksft_print_cnts();
		return KSFT_SKIP;
	}
	ksft_finished();
}
