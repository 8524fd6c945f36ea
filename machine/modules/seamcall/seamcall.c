// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets a program of the emulated machine execute the SEAMCALL instruction, on a
 * CPU and with registers of its choice: /dev/seamcall, see seamcall.h. For tests
 * only, as anybody who can open it can break the kernel.
 *
 * Needs a vendor module of KVM, loaded with kvm.enable_virt_at_load=0 for
 * SEAMCALL_VMX to decide on VMX operation.
 *
 * With write=PA it also writes to that physical address, with free=PA it frees
 * 16 pages from there on: what the kernel must not do with the memory of the
 * TDX module. With calls=N it then makes that many SEAMCALLs, with rax=VALUE or
 * TDH.SYS.RD, on a CPU that has to be in VMX operation.
 */
#include <linux/fs.h>
#include <linux/kvm_host.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/asm.h>
#include <asm/processor-flags.h>
#include <asm/tdx.h>
#include <asm/trapnr.h>

#include "seamcall.h"

#define ARITHMETIC_FLAGS	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | \
				 X86_EFLAGS_ZF | X86_EFLAGS_SF | X86_EFLAGS_OF)

#define FREED_PAGES	16
#define TDH_SYS_RD	34

static ulong write;
module_param(write, ulong, 0444);
MODULE_PARM_DESC(write, "physical address to write to");

static ulong free;
module_param(free, ulong, 0444);
MODULE_PARM_DESC(free, "physical address of pages to free");

static uint calls;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "SEAMCALLs to make");

static ulong rax = TDH_SYS_RD;
module_param(rax, ulong, 0444);
MODULE_PARM_DESC(rax, "leaf and version of these SEAMCALLs");

static DEFINE_MUTEX(vmx_lock);
static bool vmx;

/*
 * All registers but RBP and RSP are in use: what is in memory is addressed
 * through these. A fault leaves the trap number in RAX.
 */
static void execute(struct seamcall *call)
{
	register u64 r8 asm("r8") = call->regs.r8;
	register u64 r9 asm("r9") = call->regs.r9;
	register u64 r10 asm("r10") = call->regs.r10;
	register u64 r11 asm("r11") = call->regs.r11;
	register u64 r12 asm("r12") = call->regs.r12;
	register u64 r13 asm("r13") = call->regs.r13;
	register u64 r14 asm("r14") = call->regs.r14;
	register u64 r15 asm("r15") = call->regs.r15;
	u64 rax = call->regs.rax, rcx = call->regs.rcx, rdx = call->regs.rdx;
	u64 rbx = call->regs.rbx, rsi = call->regs.rsi, rdi = call->regs.rdi;
	/* One operand, as asm takes no more than there are here. */
	struct {
		u64 flags;
		u64 faulted;
	} memory = {
		(native_save_fl() & ~ARITHMETIC_FLAGS) |
		(call->regs.rflags & ARITHMETIC_FLAGS), true
	};

	asm volatile("pushq %[memory]\n\t"
		     "popfq\n"
		     "1: .byte 0x66, 0x0f, 0x01, 0xcf\n\t"
		     "movq $0, 8+%[memory]\n"
		     "2:\n\t"
		     "pushfq\n\t"
		     "popq %[memory]\n\t"
		     _ASM_EXTABLE_FAULT(1b, 2b)
		     : "+a" (rax), "+c" (rcx), "+d" (rdx), "+b" (rbx),
		       "+S" (rsi), "+D" (rdi), "+r" (r8), "+r" (r9),
		       "+r" (r10), "+r" (r11), "+r" (r12), "+r" (r13),
		       "+r" (r14), "+r" (r15), [memory] "+m" (memory)
		     : : "cc", "memory");

	call->regs = (struct seamcall_regs) {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
		.r10 = r10, .r11 = r11, .rbx = rbx, .rsi = rsi, .rdi = rdi,
		.r12 = r12, .r13 = r13, .r14 = r14, .r15 = r15,
		.rflags = memory.flags & ARITHMETIC_FLAGS,
	};
	call->faulted = memory.faulted;
	call->trap = memory.faulted ? rax : 0;

	/* tdxsim has no other way to say #GP than what Linux makes of it. */
	if (rax == TDX_SEAMCALL_GP) {
		call->faulted = true;
		call->trap = X86_TRAP_GP;
	}
}

static void execute_here(void *call)
{
	execute(call);
}

static long seamcall_execute(struct seamcall __user *arg)
{
	struct seamcall call;
	int ret;

	if (copy_from_user(&call, arg, sizeof(call)))
		return -EFAULT;

	ret = smp_call_function_single(call.cpu, execute_here, &call, true);
	if (ret)
		return ret;

	return copy_to_user(arg, &call, sizeof(call)) ? -EFAULT : 0;
}

static long set_vmx(bool on)
{
	int ret = 0;

	guard(mutex)(&vmx_lock);
	if (on == vmx)
		return 0;

	if (on)
		ret = kvm_enable_virtualization();
	else
		kvm_disable_virtualization();
	if (!ret)
		vmx = on;
	return ret;
}

static long seamcall_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	switch (cmd) {
	case SEAMCALL_EXECUTE:
		return seamcall_execute((void __user *)arg);
	case SEAMCALL_VMX:
		return set_vmx(arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations seamcall_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= seamcall_ioctl,
};

static struct miscdevice seamcall_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "seamcall",
	.fops	= &seamcall_fops,
	.mode	= 0600,
};

static int __init seamcall_init(void)
{
	unsigned int i;

	if (write)
		*(u8 *)__va(write) ^= 0xff;
	for (i = 0; free && i < FREED_PAGES; i++)
		__free_page(pfn_to_page(PHYS_PFN(free) + i));

	for (i = 0; i < calls; i++) {
		struct seamcall call = { .regs.rax = rax };

		execute(&call);
		if (call.faulted)
			return -EIO;
	}

	return misc_register(&seamcall_device);
}

static void __exit seamcall_exit(void)
{
	misc_deregister(&seamcall_device);
	set_vmx(false);
}

module_init(seamcall_init);
module_exit(seamcall_exit);

MODULE_DESCRIPTION("SEAMCALL for user space, for tests");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
