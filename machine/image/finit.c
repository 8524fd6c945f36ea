// SPDX-License-Identifier: GPL-2.0
/*
 * finit FILE PARAMETERS: load a kernel module, once. busybox tries again, in
 * another way, when the module itself says no.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: finit FILE PARAMETERS\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, argv[2], 0)) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
