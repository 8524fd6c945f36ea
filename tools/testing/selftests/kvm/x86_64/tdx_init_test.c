// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that kvm_intel's parameter "tdx", the CPU flag tdx_host_platform and
 * what KVM does agree, whatever state the host is in:
 *  - the parameter is read-only and reads Y or N, and Y needs the CPU flag;
 *  - a VM with a vCPU runs guest code;
 *  - exactly the VM types that KVM_CAP_VM_TYPES offers can be created.
 *
 * With -r, as root and where kvm_intel is a module in no use, the test UNLOADS
 * kvm_intel, loads it with tdx=0, with tdx=1, with tdx=1 again (the answer must
 * be the same) and with the value tdx had at the start, and makes the same
 * checks each time.  While that lasts no other program can start a VM, and
 * where tdx=1 works the TDX module keeps the memory it gets until reboot.
 *
 * modprobe loads kvm_intel, with its other parameters set to what they read at
 * the start.  One that does not read as a single word, for example "not
 * required" of vmentry_l1d_flush, cannot be set to that and is left out.  kvm
 * stays loaded: "modprobe -r" would unload it too, and lose its parameters.
 *
 * Options: -h prints the usage, -r see above.
 * Exit code: 0 all passed, 1 a check failed, 4 skipped because there is no
 * /dev/kvm, or kvm_intel is not loaded or has no parameter "tdx".
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest.h"
#include "kvm_util.h"
#include "processor.h"
#include "test_util.h"

#define KVM_INTEL	"/sys/module/kvm_intel"
#define TDX_PARAM	"parameters/tdx"
#define NR_VM_TYPES	32
#define CHECK_CPU_TIME	300	/* seconds, emulated hosts are slow */

#define NR_CHECKS	3	/* in check_kvm() */

static const char * const loads[] = { "tdx=0", "tdx=1", "tdx=1 again", "tdx as found" };

struct attr {
	char value[64];
};

/* An attribute of kvm_intel without its newline; empty if there is none. */
static struct attr kvm_intel_attr(const char *name)
{
	struct attr attr = {};
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), KVM_INTEL "/%s", name);
	f = fopen(path, "r");
	if (!f)
		return attr;

	if (fgets(attr.value, sizeof(attr.value), f))
		attr.value[strcspn(attr.value, "\n")] = '\0';
	fclose(f);

	return attr;
}

static bool is_bool(const char *value)
{
	return !strcmp(value, "Y") || !strcmp(value, "N");
}

static bool is_word(const char *value)
{
	const char *c = value;

	while (isalnum(*c))
		c++;

	return c > value && !*c;
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

static void check_kvm(const char *when)
{
	struct attr tdx = kvm_intel_attr(TDX_PARAM);
	bool flag = cpuinfo_has("tdx_host_platform");

	ksft_print_msg("%s: tdx reads \"%s\", tdx_host_platform is %s\n",
		       when, tdx.value, flag ? "set" : "not set");
	ksft_test_result(is_bool(tdx.value) && (flag || !strcmp(tdx.value, "N")),
			 "%s: parameter and CPU flag agree\n", when);
	ksft_test_result(passes(run_guest), "%s: guest runs\n", when);
	ksft_test_result(passes(create_vm_types),
			 "%s: VM types offered can be created, others cannot\n", when);
}

/* What kvm_intel's parameters other than tdx read, as arguments of modprobe. */
static char *other_params(void)
{
	DIR *dir = opendir(KVM_INTEL "/parameters");
	char name[PATH_MAX], *params;
	struct dirent *entry;
	struct attr param;
	size_t size;
	FILE *f;

	f = open_memstream(&params, &size);
	TEST_ASSERT(dir && f, "Failed to read the parameters of kvm_intel");

	while ((entry = readdir(dir))) {
		snprintf(name, sizeof(name), "parameters/%s", entry->d_name);
		param = kvm_intel_attr(name);
		if (strcmp(name, TDX_PARAM) && is_word(param.value))
			fprintf(f, " %s=%s", entry->d_name, param.value);
	}
	closedir(dir);
	fclose(f);

	return params;
}

static bool reload(const char *tdx, const char *params)
{
	char command[PATH_MAX];
	int status;

	/* It is not there when the load before this one failed. */
	if (syscall(__NR_delete_module, "kvm_intel", O_NONBLOCK) && errno != ENOENT) {
		ksft_perror("cannot unload kvm_intel");
		return false;
	}

	snprintf(command, sizeof(command), "modprobe kvm_intel tdx=%s%s", tdx, params);
	status = system(command);
	if (status)
		ksft_print_msg("%s: wanted wait status 0, got %#x\n", command, status);

	return !status;
}

/* Without @want, both Y and N are right. */
static void check_load(const char *when, const char *tdx, const char *want, const char *params)
{
	bool loaded = reload(tdx, params);
	struct attr got = kvm_intel_attr(TDX_PARAM);

	ksft_print_msg("%s: tdx wanted %s, got \"%s\"\n", when, want ?: "Y or N", got.value);
	ksft_test_result(loaded && (want ? !strcmp(got.value, want) : is_bool(got.value)),
			 "%s: kvm_intel loads and tdx reads as it should\n", when);
	check_kvm(when);
}

static void check_loads(void)
{
	struct attr start = kvm_intel_attr(TDX_PARAM), first;
	char *params = other_params();

	/* Who interrupts the test wants kvm_intel back all the same. */
	on_interrupt(SIG_IGN);

	check_load(loads[0], "0", "N", params);
	check_load(loads[1], "1", NULL, params);
	first = kvm_intel_attr(TDX_PARAM);
	check_load(loads[2], "1", first.value, params);
	check_load(loads[3], start.value, start.value, params);

	free(params);
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
	if (system("command -v modprobe >/dev/null"))
		return "modprobe is not in PATH";

	return NULL;
}

static int help(FILE *out, const char *name, int ret)
{
	fprintf(out, "usage: %s [-h] [-r]\n"
		"  -h  print this\n"
		"  -r  UNLOAD kvm_intel and load it with tdx=0 and tdx=1 (needs root)\n", name);
	return ret;
}

int main(int argc, char *argv[])
{
	const char *no_reload = "-r was not given";
	int opt, i;

	while ((opt = getopt(argc, argv, "hr")) != -1) {
		if (opt == 'h')
			return help(stdout, argv[0], KSFT_PASS);
		if (opt != 'r')
			return help(stderr, argv[0], KSFT_FAIL);
		no_reload = NULL;
	}

	ksft_print_header();
	if (access(KVM_DEV_PATH, R_OK | W_OK))
		ksft_exit_skip("%s: %s\n", KVM_DEV_PATH, strerror(errno));
	if (access(KVM_INTEL, F_OK))
		ksft_exit_skip("kvm_intel is not loaded\n");
	if (access(KVM_INTEL "/" TDX_PARAM, F_OK))
		ksft_exit_skip("kvm_intel has no parameter tdx\n");

	no_reload = no_reload ?: why_no_reload();
	ksft_set_plan(1 + NR_CHECKS + ARRAY_SIZE(loads) * (no_reload ? 1 : 1 + NR_CHECKS));

	check_mode();
	check_kvm("as found");
	if (!no_reload)
		check_loads();
	for (i = 0; no_reload && i < ARRAY_SIZE(loads); i++)
		ksft_test_result_skip("%s: %s\n", loads[i], no_reload);

	ksft_finished();
}
