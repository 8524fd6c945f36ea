/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the releases of the TDX module. Each has a file with its
 * table, tdx_release_*.c, and is named at the end of this file and in tdx_module.c.
 */
#ifndef TDX_RELEASE_H
#define TDX_RELEASE_H

#include <linux/types.h>

struct tdx_module;

/* A global metadata field. */
struct tdx_field {
	u64 id;
	/* Array elements, 0 is an array of one. */
	unsigned int elements;
	/* The first known elements of an array, the rest have the value. */
	unsigned int known;
	const u64 *values;
	u64 value;
	/* Where the value depends on the platform or on the release. */
	u64 (*get)(const struct tdx_module *m, unsigned int element);
};

u64 tdx_get_packages(const struct tdx_module *m, unsigned int element);
u64 tdx_get_fms(const struct tdx_module *m, unsigned int element);
u64 tdx_get_cmr_base(const struct tdx_module *m, unsigned int element);
u64 tdx_get_cmr_size(const struct tdx_module *m, unsigned int element);
u64 tdx_get_features(const struct tdx_module *m, unsigned int element);
u64 tdx_get_module_hv(const struct tdx_module *m, unsigned int element);
u64 tdx_get_min_update_hv(const struct tdx_module *m, unsigned int element);
u64 tdx_get_no_downgrade(const struct tdx_module *m, unsigned int element);
u64 tdx_get_min_hkid_bits(const struct tdx_module *m, unsigned int element);

/* The CPUID leaf has no subleaves. */
#define NO_SUBLEAF	0xffffffff

enum { EAX, EBX, ECX, EDX, CPUID_REGS };

/*
 * What TDH.SYS.INIT wants of a CPUID leaf, value and mask, and the bits that
 * TDH.SYS.LP.INIT wants to be the same on all LPs.
 */
struct tdx_cpuid_rule {
	u32 leaf;
	u32 subleaf;
	u32 mask[CPUID_REGS];
	u32 value[CPUID_REGS];
	u32 same[CPUID_REGS];
};

/* Bits of an MSR that have to be 1 and 0. */
struct tdx_msr_bits {
	u64 set;
	u64 clear;
};

struct tdx_release {
	const char *name;
	/* Fields and CPUID rules that are not given are those of this one. */
	const struct tdx_release *base;
	const struct tdx_field *fields;
	unsigned int nr_fields;
	const struct tdx_cpuid_rule *cpuid_rules;
	unsigned int nr_cpuid_rules;
	u64 features;

	/* Leaves, ended by 0: those with versions, and those it lacks. */
	const u8 *versioned_leaves;
	const u8 *absent_leaves;
	/* Has no versions: RAX as a whole is the leaf. */
	bool rax_is_leaf;
	/* Knows the leaves of TDX IO, and refuses them. */
	bool refuses_tdx_io;
	/* TDH.SYS.RD: bit 51 of a field id has to be 0. */
	bool field_id_bit_51_reserved;

	/* TDH.SYS.INIT and TDH.SYS.LP.INIT */
	struct tdx_msr_bits arch_capabilities;
	struct tdx_msr_bits perf_capabilities;
	struct tdx_msr_bits misc_enable;
	bool tsx_ctrl_matters;
	/* Takes physical addresses as wide as CPUID says, instead of 52 bits. */
	bool any_pa_width;
	/* Checks the numbers of subleaves in leaf 0x1f, and 0x23 as a whole. */
	bool strict_subleaves;
	bool init_needs_entropy;
	bool lp_init_needs_entropy;

	/* TDH.SYS.CONFIG and TDH.SYS.UPDATE: version 1 takes features in R9. */
	bool takes_features;
	/* Pages per TDH.SYS.TDMR.INIT with dynamic PAMT, 0 where there is none. */
	u32 dynamic_pamt_pages;

	/* TDH.SYS.LP.SHUTDOWN: is the way to shut down. */
	bool lp_shutdown;
	/* TDH.SYS.SHUTDOWN: bit 16 of RCX is an option. */
	bool shutdown_option;
	u16 module_hv;
	u16 min_update_hv;
	bool no_downgrade;
};

extern const struct tdx_release tdx_release_1_0;
extern const struct tdx_release tdx_release_1_5_01;
extern const struct tdx_release tdx_release_1_5_05;
extern const struct tdx_release tdx_release_1_5_25;
extern const struct tdx_release tdx_release_2_0_08;
extern const struct tdx_release tdx_release_2_0_18;

#define TDX_RELEASE_NAMES	"1.0, 1.5.01, 1.5.05, 1.5.25, 2.0.08, 2.0.18"

#endif
