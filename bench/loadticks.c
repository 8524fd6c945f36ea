// SPDX-License-Identifier: GPL-2.0
/*
 * loadticks FILE PARAMETERS: load a kernel module, and print how many ticks of the
 * TSC the system call took.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

int main(int argc, char **argv)
{
	unsigned long long start;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: loadticks FILE PARAMETERS\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	start = __rdtsc();
	if (syscall(SYS_finit_module, fd, argv[2], 0)) {
		perror(argv[1]);
		return 1;
	}
	printf("%llu\n", __rdtsc() - start);
	return 0;
}
