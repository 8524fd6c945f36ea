/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest of exits.c: 32 bits, no paging.  Each kind of exit starts with ESI at
 * the samples and EDI their number, and stores the ticks around the instruction
 * that exits.  The code runs at another address than it is linked to.
 *
 * The TSC of an emulated machine moves some ticks at once.  A sample is preceded by
 * as many instructions as the lowest bits of EDI say, or all could begin at the same
 * point between two steps, and their mean be off by one.  The sums of these numbers
 * take each value modulo 32 equally often in 64 samples.
 */
#include "guest.h"

	.section .rodata
	.code32

	.macro begin kind
	.globl \kind
\kind:	mov	%edi, %ecx
	and	$31, %ecx
	inc	%ecx
	loop	.
	rdtsc
	mov	%eax, %ebp
	.endm

	.macro end kind
	rdtsc
	sub	%ebp, %eax
	mov	%eax, (%esi)
	add	$4, %esi
	dec	%edi
	jnz	\kind
	jmp	done
	.endm

	.globl guest_start
guest_start:

	begin	guest_cpuid
	xor	%eax, %eax
	xor	%ecx, %ecx
	cpuid
	end	guest_cpuid

	begin	guest_pio
	mov	$DATA_PORT, %edx
	out	%al, (%dx)
	end	guest_pio

	/* IA32_APIC_BASE */
	begin	guest_rdmsr
	mov	$0x1b, %ecx
	rdmsr
	end	guest_rdmsr

	/* EBX: memory that the guest did not touch. */
	begin	guest_ept
	mov	(%ebx), %al
	add	$4096, %ebx
	end	guest_ept

	begin	guest_hlt
	sti
	hlt
	cli
	end	guest_hlt

	/* The first PIC: edges, vectors from VECTOR on, automatic end of interrupt. */
	.globl guest_pic
guest_pic:
	mov	$0x11, %al
	out	%al, $0x20
	mov	$VECTOR, %al
	out	%al, $0x21
	mov	$0x04, %al
	out	%al, $0x21
	mov	$0x03, %al
	out	%al, $0x21
	mov	$0xfe, %al
	out	%al, $0x21

done:
	mov	$DONE_PORT, %edx
	out	%al, (%dx)
	hlt

	.globl guest_interrupt
guest_interrupt:
	iretl

	.globl guest_end
guest_end:

	.section .note.GNU-stack, "", @progbits
