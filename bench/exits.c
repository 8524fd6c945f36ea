// SPDX-License-Identifier: GPL-2.0
/*
 * exits RUNS: what an exit of a guest costs, in ticks of the TSC.  Prints for each
 * run and kind of exit "KIND TICKS", the mean of those of 128 exits that no other
 * work of the host came into.
 *
 * The guest reads its TSC before and after the instruction that exits, so the time
 * is that of the whole way to the host and back.  For one CPU only: the other
 * thread, which wakes the halted guest, must not run before it is halted.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm.h>
#include <linux/types.h>

#include "guest.h"

#define PAGE		4096
/* A multiple of 64, see guest.S. */
#define NR_SAMPLES	128
#define TSC_STEP	32
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))

/* Guest physical addresses. */
#define CODE		0x1000
#define IDT		0x2000
#define GDT		0x3000
#define STACK_END	0x5000
#define SAMPLES		0x6000
#define MEMORY_SIZE	0x10000
#define FRESH		0x1000000
#define FRESH_SIZE	(NR_SAMPLES * PAGE)

#define SELECTOR_CODE	8
#define SELECTOR_DATA	16

static const struct kind {
	const char *name;
	const char *code;
} kinds[] = {
	{ "cpuid", guest_cpuid },
	{ "pio", guest_pio },
	{ "rdmsr", guest_rdmsr },
	{ "ept", guest_ept },
	{ "hlt", guest_hlt },
};

static int vm, vcpu;
static struct kvm_run *run;
static char *memory, *fresh;

static void die(const char *why)
{
	perror(why);
	exit(1);
}

static int call(int fd, unsigned long request, void *argument, const char *name)
{
	int ret = ioctl(fd, request, argument);

	if (ret < 0)
		die(name);
	return ret;
}

static char *get_memory(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	/* Else it is the page of zeroes all over. */
	memset(p, 0, size);
	return p;
}

static void set_slot(int slot, __u64 at, char *from, size_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = at,
		.memory_size = size,
		.userspace_addr = (unsigned long)from,
	};

	call(vm, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
}

static void set_cpuid(int kvm)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + 256 * sizeof(cpuid->entries[0]));
	if (!cpuid)
		die("calloc");
	cpuid->nent = 256;
	call(kvm, KVM_GET_SUPPORTED_CPUID, cpuid, "KVM_GET_SUPPORTED_CPUID");
	call(vcpu, KVM_SET_CPUID2, cpuid, "KVM_SET_CPUID2");
	free(cpuid);
}

static void set_segment(struct kvm_segment *segment, int selector, int type)
{
	*segment = (struct kvm_segment) {
		.limit = 0xffffffff,
		.selector = selector,
		.type = type,
		.present = 1,
		.db = 1,
		.s = 1,
		.g = 1,
	};
}

/* 32 bits, flat, no paging. */
static void set_protected_mode(void)
{
	__u64 *gdt = (void *)(memory + GDT);
	struct kvm_sregs sregs;

	gdt[SELECTOR_CODE / 8] = 0x00cf9b000000ffff;
	gdt[SELECTOR_DATA / 8] = 0x00cf93000000ffff;

	call(vcpu, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS");
	set_segment(&sregs.cs, SELECTOR_CODE, 11);
	set_segment(&sregs.ds, SELECTOR_DATA, 3);
	sregs.es = sregs.ds;
	sregs.fs = sregs.ds;
	sregs.gs = sregs.ds;
	sregs.ss = sregs.ds;
	sregs.gdt.base = GDT;
	sregs.gdt.limit = 3 * 8 - 1;
	sregs.idt.base = IDT;
	sregs.idt.limit = (VECTOR + 1) * 8 - 1;
	sregs.cr0 |= 1;
	call(vcpu, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS");
}

static __u32 guest_address(const char *code)
{
	return CODE + (code - guest_start);
}

static void set_interrupt_gate(void)
{
	__u64 handler = guest_address(guest_interrupt);

	((__u64 *)(memory + IDT))[VECTOR] =
		(handler & 0xffff) | (handler >> 16 << 48) | SELECTOR_CODE << 16 | 0x8e00ull << 32;
}

static void create_vm(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int size;

	if (kvm < 0)
		die("/dev/kvm");
	vm = call(kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
	call(vm, KVM_SET_TSS_ADDR, (void *)0xfffbd000, "KVM_SET_TSS_ADDR");
	call(vm, KVM_CREATE_IRQCHIP, NULL, "KVM_CREATE_IRQCHIP");
	vcpu = call(vm, KVM_CREATE_VCPU, NULL, "KVM_CREATE_VCPU");
	set_cpuid(kvm);
	size = call(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE");
	run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		die("mmap of the vCPU");

	memory = get_memory(MEMORY_SIZE);
	fresh = get_memory(FRESH_SIZE);
	set_slot(0, 0, memory, MEMORY_SIZE);
	memcpy(memory + CODE, guest_start, guest_end - guest_start);
	set_protected_mode();
	set_interrupt_gate();
}

static void run_guest(const char *code)
{
	struct kvm_regs regs = {
		.rip = guest_address(code),
		.rsp = STACK_END,
		.rsi = SAMPLES,
		.rdi = NR_SAMPLES,
		.rbx = FRESH,
		.rflags = 2,
	};

	call(vcpu, KVM_SET_REGS, &regs, "KVM_SET_REGS");
	do {
		call(vcpu, KVM_RUN, NULL, "KVM_RUN");
		if (run->exit_reason != KVM_EXIT_IO) {
			fprintf(stderr, "exits: the guest ended with exit reason %u\n",
				run->exit_reason);
			exit(1);
		}
	} while (run->io.port == DATA_PORT);
}

static bool halting;

/* Runs when the guest is halted, not before. */
static void *wake_guest(void *argument)
{
	struct kvm_irq_level level = { .irq = 0 };

	for (;;) {
		while (!__atomic_load_n(&halting, __ATOMIC_SEQ_CST))
			usleep(1000);
		level.level = !level.level;
		call(vm, KVM_IRQ_LINE, &level, "KVM_IRQ_LINE");
	}
	return argument;
}

static int compare(const void *a, const void *b)
{
	const __u32 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * An emulated machine with more than one CPU, if only one is used, advances its TSC
 * by a few ticks at once.  The mean of many tells what the median cannot.
 */
static double mean_about_median(__u32 *samples)
{
	__u32 median;
	double sum = 0;
	int i, nr = 0;

	qsort(samples, NR_SAMPLES, sizeof(*samples), compare);
	median = samples[NR_SAMPLES / 2];
	for (i = 0; i < NR_SAMPLES; i++) {
		if (samples[i] + TSC_STEP < median || samples[i] > median + TSC_STEP)
			continue;
		sum += samples[i];
		nr++;
	}
	return sum / nr;
}

static double measure(const struct kind *kind)
{
	__u32 *samples = (__u32 *)(memory + SAMPLES);

	/* A new slot has no entries in EPT. */
	set_slot(1, FRESH, fresh, FRESH_SIZE);
	__atomic_store_n(&halting, kind->code == guest_hlt, __ATOMIC_SEQ_CST);
	run_guest(kind->code);
	__atomic_store_n(&halting, false, __ATOMIC_SEQ_CST);
	set_slot(1, FRESH, fresh, 0);
	return mean_about_median(samples);
}

int main(int argc, char **argv)
{
	struct sched_param first = { .sched_priority = 1 };
	pthread_t waker;
	int runs, i;
	size_t k;

	runs = argc == 2 ? atoi(argv[1]) : 0;
	if (runs < 1) {
		fprintf(stderr, "usage: exits RUNS\n");
		return 2;
	}
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	create_vm();
	if (pthread_create(&waker, NULL, wake_guest, NULL))
		die("pthread_create");
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("sched_setscheduler");
	run_guest(guest_pic);
	for (i = 0; i < runs; i++) {
		for (k = 0; k < ARRAY_SIZE(kinds); k++)
			printf("%s %.2f\n", kinds[k].name, measure(&kinds[k]));
	}
	return 0;
}
