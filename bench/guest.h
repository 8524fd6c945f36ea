/* SPDX-License-Identifier: GPL-2.0 */
/* What exits.c and its guest agree on. */
#define VECTOR		0x20
#define DATA_PORT	0x500
#define DONE_PORT	0x501

#ifndef __ASSEMBLER__
extern const char guest_start[], guest_end[], guest_interrupt[], guest_pic[];
extern const char guest_cpuid[], guest_pio[], guest_rdmsr[], guest_ept[], guest_hlt[];
#endif
