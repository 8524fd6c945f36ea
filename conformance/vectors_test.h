/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What executes the calls of vectors_test.c: the model of the TDX module in this
 * process, or the SEAMCALL instruction of an emulated machine.
 */
#ifndef VECTORS_TEST_H
#define VECTORS_TEST_H

#include <stdbool.h>
#include <stddef.h>

/* As in the headers of the model. */
typedef unsigned long u64;

enum reg {
	RAX, RCX, RDX, R8, R9, R10, R11, RBX, RSI, RDI, R12, R13, R14, R15,
	RFLAGS,
	NR_REGS
};

/* CF, PF, AF, ZF, SF and OF */
#define RFLAGS_CF		0x001ULL
#define RFLAGS_ARITHMETIC	0x8d5ULL

enum outcome {
	COMPLETED,
	VMFAILINVALID,
	GP,
	UD,
	NR_OUTCOMES
};

void backend_init(void);

/* A module without any state and memory, on a platform without anything. */
void backend_reset(void);

/*
 * One line of those in tdx_script.c, or of these, which the model in this process
 * does not have:
 *
 *   presence present|absent|fault
 *   vmx on|off
 *   inject RULE,...
 *
 * Returns false if the backend does not have it.
 */
bool backend_line(const char *line);

/* Several lines of tdx_script.c, which are no longer there afterwards. */
bool backend_lines(char *lines);

/* Writes to memory, and reads from it. */
void backend_write(u64 pa, const void *src, size_t len);
void backend_read(void *dst, u64 pa, size_t len);

/* SEAMCALL on an LP of that package. */
enum outcome backend_call(unsigned int lp, unsigned int package, u64 *regs);

/* The name of the state of the module. */
const char *backend_state(void);

#endif
