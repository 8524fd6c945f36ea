/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bzImage that, once started, says so on the second serial port as init does, and
 * powers the machine off. kexec_file_load() takes a checksum of all the memory that a
 * kernel asks for, and the kernel's purgatory another one, which is half a minute for
 * Linux on the emulated machine.
 */
#define SERIAL		0x2f8
#define SERIAL_STATUS	0x2fd
#define CAN_WRITE	0x20
#define ALL_WRITTEN	0x40
#define ACPI_PM1_CONTROL 0xb004
#define POWER_OFF	0x2000

	.code64
	.text
	.globl	_start
_start:
	/* The fields of the setup header that a boot loader reads. */
	.org	0x1f1
	.byte	1			/* setup_sects */
	.org	0x1fe
	.word	0xaa55			/* boot_flag */
	.byte	0xeb, header_end - 1f	/* jump */
1:	.ascii	"HdrS"
	.word	0x020f			/* version */
	.org	0x211
	.byte	1			/* loadflags: LOADED_HIGH */
	.org	0x230
	.long	0x200000		/* kernel_alignment */
	.byte	1			/* relocatable_kernel */
	.org	0x236
	.word	3			/* xloadflags: 64-bit, anywhere */
	.long	2047			/* cmdline_size */
	.org	0x258
	.quad	0x1000000		/* pref_address */
	.long	0x1000			/* init_size */
	.org	0x26c
header_end:

	/* What is loaded begins at 0x400, its 64-bit entry is 0x200 behind that. */
	.org	0x600
	leaq	text(%rip), %rsi
next:
	movw	$SERIAL_STATUS, %dx
1:	inb	%dx, %al
	testb	$CAN_WRITE, %al
	jz	1b
	lodsb
	testb	%al, %al
	jz	2f
	movw	$SERIAL, %dx
	outb	%al, %dx
	jmp	next
2:	inb	%dx, %al
	testb	$ALL_WRITTEN, %al
	jz	2b
	movw	$ACPI_PM1_CONTROL, %dx
	movw	$POWER_OFF, %ax
	outw	%ax, %dx
	hlt

text:	.asciz	"ok - stub\n# 1 passed, 0 failed\n# end of steps\n"
	.balign	512, 0
