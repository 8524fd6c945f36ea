/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/seamcall: the SEAMCALL instruction for user space. */
#ifndef SEAMCALL_H
#define SEAMCALL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* In the order of enum reg in conformance/vectors_test.h. */
struct seamcall_regs {
	__u64 rax;
	__u64 rcx;
	__u64 rdx;
	__u64 r8;
	__u64 r9;
	__u64 r10;
	__u64 r11;
	__u64 rbx;
	__u64 rsi;
	__u64 rdi;
	__u64 r12;
	__u64 r13;
	__u64 r14;
	__u64 r15;
	/* CF, PF, AF, ZF, SF and OF */
	__u64 rflags;
};

struct seamcall {
	__u32 cpu;
	/* The instruction faulted, and neither RAX nor RFLAGS mean anything. */
	__u32 faulted;
	__u32 trap;
	__u32 reserved;
	/* Inputs, and then outputs. */
	struct seamcall_regs regs;
};

/* Executes SEAMCALL on a CPU. */
#define SEAMCALL_EXECUTE	_IOWR('T', 0, struct seamcall)
/* 1 puts all CPUs in VMX operation, 0 ends that. */
#define SEAMCALL_VMX		_IO('T', 1)

#endif
