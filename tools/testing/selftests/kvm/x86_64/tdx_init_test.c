// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test that KVM works and that kvm_intel's parameter "tdx" is right, on any
 * host: without TDX, with TDX off, with TDX on, and where TDX was requested
 * and failed, which fails the test.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_util.h"
#include "kvm_util.h"
#include "processor.h"

#define TDX_PARAM	"/sys/module/kvm_intel/parameters/tdx"
#define TDX_FLAG	"tdx_host_platform"
#define TDX_HOST	"/sys/devices/system/cpu/tdx_host"

#define NR_VM_TYPES	32

static void guest_code(void)
{
	GUEST_DONE();
}

static void test_guest(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	struct ucall uc;

	vm = vm_create_with_one_vcpu(&vcpu, guest_code);

	vcpu_run(vcpu);
	TEST_ASSERT_EQ(get_ucall(vcpu, &uc), UCALL_DONE);

	kvm_vm_free(vm);
}

static void test_vm_types(void)
{
	unsigned int offered = kvm_check_cap(KVM_CAP_VM_TYPES);
	int kvm_fd = open_kvm_dev_path_or_exit();
	unsigned long type;
	int fd;

	for (type = 0; type < NR_VM_TYPES; type++) {
		fd = __kvm_ioctl(kvm_fd, KVM_CREATE_VM, (void *)type);

		TEST_ASSERT(offered & BIT(type) ? fd >= 0 : fd < 0 && errno == EINVAL,
			    "VM type %lu, KVM_CAP_VM_TYPES %#x: wanted %s, got fd %d, errno %d",
			    type, offered, offered & BIT(type) ? "a VM" : "EINVAL", fd,
			    fd < 0 ? errno : 0);
		if (fd >= 0)
			close(fd);
	}

	close(kvm_fd);
}

static bool cpuinfo_has_flag(const char *flag)
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

static bool test_param(void)
{
	bool tdx = get_kvm_intel_param_bool("tdx");
	struct stat st;

	TEST_ASSERT(!stat(TDX_PARAM, &st), "Failed to stat %s", TDX_PARAM);
	TEST_ASSERT((st.st_mode & ALLPERMS) == 0444, "Mode of %s: wanted 0444, got %#o",
		    TDX_PARAM, st.st_mode & ALLPERMS);

	TEST_ASSERT(!tdx || cpuinfo_has_flag(TDX_FLAG),
		    "tdx reads Y: wanted %s in /proc/cpuinfo, got no such flag", TDX_FLAG);

	return tdx;
}

static void read_tdx_host(const char *file, char *word)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", TDX_HOST, file);
	f = fopen(path, "r");
	TEST_ASSERT(f, "Failed to open %s", path);
	TEST_ASSERT(fscanf(f, "%63s", word) == 1, "Failed to read %s", path);
	fclose(f);
}

/* Other kernels do not tell a TDX module that failed from one that is off. */
static void test_tdx_host(bool tdx, bool requested)
{
	char status[64], reason[64];

	if (access(TDX_HOST, F_OK)) {
		pr_info("No %s, its status is not tested\n", TDX_HOST);
		return;
	}

	read_tdx_host("status", status);
	read_tdx_host("reason", reason);

	/* The status outlives a reload of kvm_intel. */
	TEST_ASSERT(!requested || (strcmp(status, "failed") && strcmp(status, "unusable")),
		    "TDX was requested and failed: tdx reads %c, status \"%s\", reason \"%s\"",
		    tdx ? 'Y' : 'N', status, reason);
	TEST_ASSERT(!tdx || !strcmp(status, "initialized"),
		    "tdx reads Y: wanted status \"initialized\", got \"%s\"", status);
}

/* An argument "0" says that kvm_intel was loaded with tdx=0. */
int main(int argc, char *argv[])
{
	bool requested = argc < 2 || strcmp(argv[1], "0");
	bool tdx;

	__TEST_REQUIRE(!access(TDX_PARAM, F_OK),
		       "kvm_intel is not loaded, or has no parameter tdx");

	tdx = test_param();
	test_guest();
	test_vm_types();
	test_tdx_host(tdx, requested);

	return 0;
}
