// SPDX-License-Identifier: GPL-2.0-only
/*
 * Executes SEAMCALL on CPUs that do not have it, and MOVDIR64B, which every CPU
 * with TDX has and the kernel uses to take PAMTs back. They raise #UD, and the
 * die notifiers run before the kernel looks for a fixup.
 *
 * Everything below the notifier runs with interrupts off, possibly inside a
 * machine check handler: it neither sleeps nor waits for a lock. Only the test
 * bed, which is no machine for that, takes the lock of its memory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/irqflags.h>
#include <linux/kdebug.h>
#include <linux/limits.h>
#include <linux/notifier.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/asm.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>
#include <asm/special_insns.h>
#include <asm/tdx.h>
#include <asm/trapnr.h>

#include "compat.h"
#include "tdxsim.h"

#define MSR_IA32_SEAMRR_MASK	0x1401
#define SEAMRR_MASK_ENABLED	BIT(11)
#define PROCBASED_CTLS3_SEAM	BIT(5)

/* Bit 63 of RAX addresses P-SEAMLDR instead of the TDX module. */
#define RAX_P_SEAMLDR	BIT_ULL(63)

/* A leaf that no module has, so that asking for it changes nothing. */
#define LEAF_NONE	0xffff

#define CARRY_TYPE_FLAGS	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | \
				 X86_EFLAGS_ZF | X86_EFLAGS_SF | X86_EFLAGS_OF)

/*
 * CR4.VMXE alone does not tell that VMXON was done. VMPTRST does: it changes
 * nothing, and raises #UD outside VMX operation. That #UD comes while the one
 * of SEAMCALL is handled and goes through the same notifiers, which let it
 * pass, and then to the fixup here. Call with interrupts off.
 */
bool tdxsim_in_vmx_operation(void)
{
	u32 executed = 0;
	u64 vmcs;

	if (!(__read_cr4() & X86_CR4_VMXE))
		return false;

	asm volatile("1: vmptrst %[vmcs]\n\t"
		     "movl $1, %[executed]\n"
		     "2:\n\t"
		     _ASM_EXTABLE(1b, 2b)
		     : [vmcs] "=m" (vmcs), [executed] "+r" (executed)
		     : : "cc");
	return executed;
}

static bool seamcall_raises_ud(void)
{
	register u64 r8 asm("r8") = 0;
	register u64 r9 asm("r9") = 0;
	register u64 r10 asm("r10") = 0;
	register u64 r11 asm("r11") = 0;
	u64 rax = LEAF_NONE, rcx = 0, rdx = 0;

	asm volatile("1: .byte 0x66, 0x0f, 0x01, 0xcf\n"
		     "2:\n\t"
		     _ASM_EXTABLE_FAULT(1b, 2b)
		     : "+a" (rax), "+c" (rcx), "+d" (rdx), "+r" (r8),
		       "+r" (r9), "+r" (r10), "+r" (r11)
		     : : "cc", "memory");
	return rax == X86_TRAP_UD;
}

/* Where SEAMCALL exists it must not be taken away from the real module. */
bool tdxsim_real_module_may_answer(void)
{
	unsigned long flags;
	bool answers;
	u64 value;

	if (!rdmsrq_safe(MSR_IA32_SEAMRR_MASK, &value) &&
	    value & SEAMRR_MASK_ENABLED)
		return true;

	if (!rdmsrq_safe(MSR_IA32_VMX_PROCBASED_CTLS3, &value) &&
	    value & PROCBASED_CTLS3_SEAM)
		return true;

	local_irq_save(flags);
	answers = tdxsim_in_vmx_operation() && !seamcall_raises_ud();
	local_irq_restore(flags);
	return answers;
}

/* In the order in which the CPU decides. */
static enum tdxsim_outcome answer(unsigned int cpu, struct tdx_regs *regs)
{
	enum tdxsim_outcome outcome;

	if (!tdxsim_in_vmx_operation())
		return TDXSIM_UD;

	if (tdxsim_inject(cpu, &outcome, regs))
		return outcome;

	if (tdxsim_presence == TDXSIM_FAULT)
		return TDXSIM_GP;

	if (tdxsim_presence == TDXSIM_ABSENT || regs->rax & RAX_P_SEAMLDR)
		return TDXSIM_VMFAILINVALID;

	if (!tdx_module_seamcall(&tdxsim_module, tdxsim_lp(cpu), regs))
		return TDXSIM_VMFAILINVALID;

	return TDXSIM_COMPLETED;
}

static void load_regs(struct tdx_regs *to, const struct pt_regs *from)
{
	to->rax = from->ax;
	to->rcx = from->cx;
	to->rdx = from->dx;
	to->r8 = from->r8;
	to->r9 = from->r9;
	to->r10 = from->r10;
	to->r11 = from->r11;
}

static void store_regs(struct pt_regs *to, const struct tdx_regs *from)
{
	to->ax = from->rax;
	to->cx = from->rcx;
	to->dx = from->rdx;
	to->r8 = from->r8;
	to->r9 = from->r9;
	to->r10 = from->r10;
	to->r11 = from->r11;
}

static bool execute_seamcall(struct pt_regs *regs)
{
	unsigned int cpu = smp_processor_id();
	enum tdxsim_outcome outcome;
	struct tdx_regs in, out;

	load_regs(&in, regs);
	out = in;
	tdxsim_pamt_begin();
	outcome = answer(cpu, &out);
	tdxsim_record(cpu, &in, outcome, &out);
	tdxsim_pamt_end(&in, outcome == TDXSIM_COMPLETED && !(out.rax >> 63));

	/* The kernel's own fixup makes it what a #UD is for the caller. */
	if (outcome == TDXSIM_UD)
		return false;

	regs->flags &= ~CARRY_TYPE_FLAGS;

	switch (outcome) {
	case TDXSIM_VMFAILINVALID:
		regs->flags |= X86_EFLAGS_CF;
		break;
	case TDXSIM_GP:
		/*
		 * The notifier cannot turn the #UD into a #GP: the trap number
		 * that the fixup sees is the caller's, and the exception table
		 * with the address of the fixup is not exported. So it leaves
		 * what the fixup of the SEAMCALL wrappers leaves for a #GP. No
		 * output has changed, and a wrapper that stores outputs stores
		 * the inputs it loaded from there.
		 */
		regs->ax = TDX_SEAMCALL_GP;
		break;
	default:
		store_regs(regs, &out);
		break;
	}

	return true;
}

static bool execute_movdir64b(struct pt_regs *regs)
{
	memcpy((void *)regs->ax, (void *)regs->dx, 64);
	tdxsim_pamt_line_written(__pa(regs->ax));
	return true;
}

/* An instruction that is not executed keeps its #UD. */
static const struct insn {
	u8 len;
	u8 bytes[5];
	bool (*execute)(struct pt_regs *regs);
} insns[] = {
	{ 4, { 0x66, 0x0f, 0x01, 0xcf }, execute_seamcall },
	/* From [RDX] to [RAX], the one form in the kernel: movdir64b(). */
	{ 5, { 0x66, 0x0f, 0x38, 0xf8, 0x02 }, execute_movdir64b },
};

static bool execute_insn(const struct insn *insn, struct pt_regs *regs)
{
	u8 bytes[sizeof(insn->bytes)];

	if (copy_from_kernel_nofault(bytes, (void *)regs->ip, insn->len) ||
	    memcmp(bytes, insn->bytes, insn->len) || !insn->execute(regs))
		return false;

	regs->ip += insn->len;
	return true;
}

static int handle_die(struct notifier_block *nb, unsigned long val, void *data)
{
	struct die_args *args = data;
	const struct insn *insn;

	if (val != DIE_TRAP || args->trapnr != X86_TRAP_UD ||
	    user_mode(args->regs))
		return NOTIFY_DONE;

	for (insn = insns; insn < insns + ARRAY_SIZE(insns); insn++) {
		if (execute_insn(insn, args->regs))
			return NOTIFY_STOP;
	}

	return NOTIFY_DONE;
}

/* Ahead of debuggers, which take every trap of the kernel for theirs. */
static struct notifier_block die_notifier = {
	.notifier_call	= handle_die,
	.priority	= INT_MAX,
};

int tdxsim_start_executing(void)
{
	return register_die_notifier(&die_notifier);
}

/* When this returns no CPU is in the notifier. */
void tdxsim_stop_executing(void)
{
	unregister_die_notifier(&die_notifier);
}
