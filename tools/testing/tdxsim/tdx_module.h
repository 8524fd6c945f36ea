/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_MODULE_H
#define TDX_MODULE_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>

#define TDX_MAX_CMRS		32
#define TDX_MAX_TDMRS		64
#define TDX_MAX_RSVD		16
#define TDX_MAX_PKGS		8

/* Width of physical addresses, where the platform does not say another. */
#define TDX_MAX_PA_BITS		52

enum tdx_module_state {
	TDX_STATE_SYSINIT_PENDING,
	TDX_STATE_SYSINIT_DONE,
	TDX_STATE_SYSCONFIG_DONE,
	TDX_STATE_SYS_READY,
	TDX_STATE_SYS_SHUTDOWN,
};

enum tdx_pamt_level {
	TDX_PAMT_4K,
	TDX_PAMT_2M,
	TDX_PAMT_1G,
	TDX_PAMT_LEVELS,
};

struct tdx_range {
	u64 base;
	u64 size;
};

/* What the machine gives the module: no call may sleep or fail. */
struct tdx_host_ops {
	/* Memory that is not there reads as all ones and takes no writes. */
	void (*read)(void *dst, u64 pa, size_t len);
	void (*write)(u64 pa, const void *src, size_t len);
	u32 (*lp_package)(unsigned int lp);
	/* Of the LP that runs: what it lacks reads as 0. */
	u64 (*msr)(u32 address);
	void (*cpuid)(u32 leaf, u32 subleaf, u32 *regs);
	/* Spends the time that TDH.SYS.TDMR.INIT takes, if there is one. */
	void (*tdmr_init)(void);
};

/* What the firmware found out and handed over to the module. */
struct tdx_platform {
	/* Of tdx_module_version(). */
	unsigned int version;
	u32 lps;
	u32 packages;
	u32 fms;
	struct tdx_range cmrs[TDX_MAX_CMRS];
	struct tdx_range seamrr;
	/* 0 for TDX_MAX_PA_BITS */
	u32 max_pa;
	u32 hkid_bits;
	u32 private_hkid_min;
	u32 private_hkid_max;
	/* The firmware uses the second SMRR. */
	bool smrr2;
	/* What tdx_cpu_gives_*() say is the LP's own, not scripted. */
	bool cpu;
};

/* How PCONFIG ends. */
enum tdx_pconfig {
	TDX_PCONFIG_SUCCESS,
	TDX_PCONFIG_ENTROPY,
	TDX_PCONFIG_BUSY,
	TDX_PCONFIG_ERROR,
};

struct tdx_msr_fault {
	bool on;
	u32 lp;
	u32 address;
	u64 value;
};

struct tdx_cpuid_fault {
	bool on;
	u32 lp;
	u32 leaf;
	u32 subleaf;
	u32 regs[4];
};

/*
 * What the platform does else than one that TDH.SYS.INIT and TDH.SYS.LP.INIT
 * accept, which is the one that all zeroes describe.
 */
struct tdx_faults {
	struct tdx_msr_fault msrs[2];
	struct tdx_cpuid_fault cpuid;
	/* The next PCONFIG. */
	enum tdx_pconfig pconfig;
	/* The number of next RDRANDs that give nothing. */
	u32 rdrand;
	/* SEAMOPS capabilities: of all LPs, or not the same on one. */
	bool seamcaps_all_on;
	u64 seamcaps_all;
	bool seamcaps_lp_on;
	u32 seamcaps_lp;
	/* Handoff parameters of the loader that are not the module's. */
	bool handoff;
};

/* What TDH.SYS.INIT saw, for TDH.SYS.LP.INIT to find on each LP. */
#define TDX_SAMPLED_MSRS	32
#define TDX_SAMPLED_CPUIDS	64

struct tdx_sample {
	u64 msrs[TDX_SAMPLED_MSRS];
	u32 cpuids[TDX_SAMPLED_CPUIDS][4];
	u64 seamcaps;
};

/* 0: free, -1: held exclusively, n: shared by n LPs. */
struct tdx_lock {
	atomic_t holders;
};

struct tdx_tdmr {
	u64 base;
	u64 size;
	u64 next;
	struct tdx_range pamt[TDX_PAMT_LEVELS];
	struct tdx_range rsvd[TDX_MAX_RSVD];
	struct tdx_lock lock;
};

struct tdx_lp {
	bool initialized;
	bool shut_down;
	u32 package;
};

/* The version of a leaf, in RAX. */
#define RAX_VERSION		GENMASK_ULL(23, 16)

struct tdx_regs {
	u64 rax;
	u64 rcx;
	u64 rdx;
	u64 r8;
	u64 r9;
	u64 r10;
	u64 r11;
};

/* The leaf that RAX asks for, whichever version of it. */
static inline u64 tdx_leaf(u64 rax)
{
	return rax & ~RAX_VERSION;
}

struct tdx_module {
	const struct tdx_host_ops *ops;
	struct tdx_platform platform;
	struct tdx_faults faults;
	enum tdx_module_state state;
	/* A fatal error stopped the module: VMfailInvalid from then on. */
	bool stopped;
	/* LPs that are executing a leaf. */
	atomic_t lps_inside;
	struct tdx_lock lock;
	/* One for each LP that can run SEAMCALL, counted by the firmware or not. */
	struct tdx_lp *lps;
	atomic_t lps_initialized;
	struct tdx_sample sample;
	/* Width of a PA, its bits that are KeyID, and the private KeyIDs. */
	u32 max_pa;
	u32 hkid_bits;
	u32 private_hkid_min;
	u32 private_hkid_max;
	unsigned long packages_keyed;
	u32 nr_packages_keyed;
	bool dynamic_pamt;
	/* TDH.PHYMEM.PAMT.ADD was used. */
	bool pamt_pages_added;
	/* Of an LP that adds or removes such pages. */
	struct tdx_lock pamt_lock;
	u32 nr_tdmrs;
	struct tdx_tdmr tdmrs[TDX_MAX_TDMRS];
};

/* Returns false for VMfailInvalid, which changes no register. */
bool tdx_module_seamcall(struct tdx_module *m, unsigned int lp,
			 struct tdx_regs *regs);

const char *tdx_module_state_name(enum tdx_module_state state);

/* A release by its name, such as 1.5.05, or -1. */
int tdx_module_version(const char *name);

/*
 * One line that changes the platform, or what another LP holds: see tdx_script.c.
 * Returns false when it is none of those.
 */
bool tdx_module_script(struct tdx_module *m, const char *line);

/* Back to freshly loaded, on the same platform and without faults. */
void tdx_module_reload(struct tdx_module *m, unsigned int nr_lps);

/*
 * What TDH.SYS.TDMR.INIT has written to this part of the PAMT, contents that it
 * has not written stay. Offset and length are multiples of the entry size.
 */
void tdx_module_pamt(const struct tdx_module *m, unsigned int tdmr,
		     unsigned int level, u64 offset, void *contents,
		     size_t len);

#endif
