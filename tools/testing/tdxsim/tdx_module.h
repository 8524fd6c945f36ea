/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_MODULE_H
#define TDX_MODULE_H

#include <linux/atomic.h>
#include <linux/types.h>

#define TDX_MAX_CMRS		32
#define TDX_MAX_TDMRS		64
#define TDX_MAX_RSVD		16
#define TDX_MAX_PKGS		8

/* The module computes with 52-bit physical addresses on every CPU. */
#define TDX_MAX_PA_BITS		52

enum tdx_module_version {
	TDX_MODULE_1_0,
	TDX_MODULE_1_5_05,
};

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
};

/* What the firmware found out and handed over to the module. */
struct tdx_platform {
	enum tdx_module_version version;
	u32 lps;
	u32 packages;
	u32 fms;
	struct tdx_range cmrs[TDX_MAX_CMRS];
	struct tdx_range seamrr;
	u32 hkid_bits;
	u32 private_hkid_min;
	u32 private_hkid_max;
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

struct tdx_regs {
	u64 rax;
	u64 rcx;
	u64 rdx;
	u64 r8;
	u64 r9;
	u64 r10;
	u64 r11;
};

struct tdx_module {
	const struct tdx_host_ops *ops;
	struct tdx_platform platform;
	enum tdx_module_state state;
	struct tdx_lock lock;
	/* One for each LP that can run SEAMCALL, counted by the firmware or not. */
	struct tdx_lp *lps;
	atomic_t lps_initialized;
	unsigned long packages_keyed;
	u32 nr_packages_keyed;
	u32 nr_tdmrs;
	struct tdx_tdmr tdmrs[TDX_MAX_TDMRS];
};

/* Returns false for VMfailInvalid, which changes no register. */
bool tdx_module_seamcall(struct tdx_module *m, unsigned int lp,
			 struct tdx_regs *regs);

const char *tdx_module_state_name(enum tdx_module_state state);

#endif
