// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host side of the Intel TDX module, as far as a host needs it to bring
 * the module up: release 1.5.05, and others where they are known to differ.
 *
 * The order of the checks is part of the ABI, as it decides which of several
 * errors the host sees. Those on the platform are in tdx_platform.c.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tdx_internal.h"

#define RAX_LEAF		GENMASK_ULL(15, 0)
#define RAX_VERSION		GENMASK_ULL(23, 16)
#define RAX_VERSION_SHIFT	16

/* TDH.SYS.TDMR.INIT: PAMT entries of 4 KiB pages that one call writes. */
#define TDMR_INIT_PAGES		1024
#define TDMR_INIT_DYNAMIC_PAGES	4096

/* TDH.SYS.CONFIG, R8 of 2.0: a bit instead of an entry for each 4 KiB page. */
#define CONFIG_DYNAMIC_PAMT	BIT_ULL(16)

/* TDH.SYS.SHUTDOWN: the handoff version, and the oldest one to downgrade to. */
#define MODULE_HV		0
#define MIN_UPDATE_HV		0

/* TDMR_INFO, and the alignment of it and of the array of pointers to it */
#define TDMR_INFO_ALIGN		512

struct tdmr_info {
	u64 base;
	u64 size;
	/* From the 1 GiB level down, against the order of enum tdx_pamt_level. */
	struct tdx_range pamt[TDX_PAMT_LEVELS];
	struct tdx_range rsvd[TDX_MAX_RSVD];
};

#define PT_NDA			0
#define PT_RSVD			1

#define PAMT_ENTRY_LOCK_EX	BIT(0)
#define PAMT_ENTRY_TYPE_SHIFT	16
#define PAMT_ENTRY_TYPE		GENMASK(23, 16)

struct pamt_entry {
	u64 lock_type_owner;
	u64 epoch;
};

static const unsigned int pamt_page_shift[TDX_PAMT_LEVELS] = {
	[TDX_PAMT_4K] = 12,
	[TDX_PAMT_2M] = 21,
	[TDX_PAMT_1G] = 30,
};

const char *tdx_module_state_name(enum tdx_module_state state)
{
	static const char * const names[] = {
		[TDX_STATE_SYSINIT_PENDING]	= "SYSINIT_PENDING",
		[TDX_STATE_SYSINIT_DONE]	= "SYSINIT_DONE",
		[TDX_STATE_SYSCONFIG_DONE]	= "SYSCONFIG_DONE",
		[TDX_STATE_SYS_READY]		= "SYS_READY",
		[TDX_STATE_SYS_SHUTDOWN]	= "SYS_SHUTDOWN",
	};

	return names[state];
}

int tdx_module_version(const char *name)
{
	static const char * const names[] = {
		[TDX_MODULE_1_0]	= "1.0",
		[TDX_MODULE_1_5_01]	= "1.5.01",
		[TDX_MODULE_1_5_05]	= "1.5.05",
		[TDX_MODULE_2_0_08]	= "2.0.08",
	};
	int version;

	for (version = 0; version < TDX_MODULE_VERSIONS; version++) {
		if (!strcmp(name, names[version]))
			return version;
	}

	return -1;
}

/*
 * The module never waits: a lock that is taken ends the call. That also makes
 * the model safe in every context that can run SEAMCALL, machine checks
 * included.
 */
static bool lock_exclusive(struct tdx_lock *lock)
{
	return atomic_cmpxchg(&lock->holders, 0, -1) == 0;
}

static void unlock_exclusive(struct tdx_lock *lock)
{
	atomic_cmpxchg(&lock->holders, -1, 0);
}

static bool lock_shared(struct tdx_lock *lock)
{
	int holders, seen = atomic_read(&lock->holders);

	do {
		holders = seen;
		if (holders < 0)
			return false;
		seen = atomic_cmpxchg(&lock->holders, holders, holders + 1);
	} while (seen != holders);

	return true;
}

static void unlock_shared(struct tdx_lock *lock)
{
	atomic_dec_and_test(&lock->holders);
}

static bool hkid_is_private(const struct tdx_module *m, u64 hkid)
{
	return hkid >= m->private_hkid_min &&
	       hkid <= m->private_hkid_max;
}

static u64 pa_strip_hkid(const struct tdx_module *m, u64 pa)
{
	return pa & (BIT_ULL(hkid_shift(m)) - 1);
}

/* Memory of the host that the module may read: neither private nor its own. */
static bool pa_is_shared(const struct tdx_module *m, u64 pa, u64 size)
{
	const struct tdx_range *seamrr = &m->platform.seamrr;
	u64 plain = pa_strip_hkid(m, pa);

	if (!IS_ALIGNED(pa, size) || pa >> TDX_MAX_PA_BITS)
		return false;

	/* Above the private KeyIDs there are no others. */
	if (pa >> hkid_shift(m) >= m->private_hkid_min)
		return false;

	return !ranges_overlap(plain, plain + size, seamrr->base,
			       range_end(seamrr));
}

/* CMRs that touch count as one. */
static bool range_in_cmrs(const struct tdx_module *m, u64 base, u64 end)
{
	const struct tdx_range *cmr;

	for (cmr = m->platform.cmrs;
	     cmr < m->platform.cmrs + TDX_MAX_CMRS && base < end; cmr++) {
		if (base >= cmr->base && base < range_end(cmr))
			base = range_end(cmr);
	}

	return base >= end;
}

static u64 do_sys_init(struct tdx_module *m, struct tdx_lp *lp,
		       const struct tdx_regs *in, struct tdx_regs *regs)
{
	u64 ret;

	/*
	 * Version 1 takes in R8 how fatal errors are to be reported. Of that
	 * only 0 is known to be good.
	 */
	if ((in->rax & RAX_VERSION) >> RAX_VERSION_SHIFT > 1)
		return TDX_OPERAND_INVALID + OPERAND_RAX;
	if (in->rax & RAX_VERSION && in->r8)
		return TDX_OPERAND_INVALID + OPERAND_R8;

	if (in->rcx)
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (m->state != TDX_STATE_SYSINIT_PENDING)
		return TDX_SYS_INIT_NOT_PENDING;

	ret = tdx_check_platform(m, lp - m->lps, regs);
	if (ret)
		return ret;

	atomic_set(&m->lps_initialized, 0);
	m->packages_keyed = 0;
	m->nr_packages_keyed = 0;
	WRITE_ONCE(m->state, TDX_STATE_SYSINIT_DONE);
	return TDX_SUCCESS;
}

/* TDH.SYS.INIT */
static u64 sys_init(struct tdx_module *m, struct tdx_lp *lp,
		    struct tdx_regs *regs)
{
	struct tdx_regs in = *regs;
	u64 ret;

	regs->rcx = 0;
	regs->rdx = 0;
	regs->r8 = 0;
	regs->r9 = 0;
	regs->r10 = 0;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_init(m, lp, &in, regs);
	unlock_exclusive(&m->lock);
	return ret;
}

static u64 do_sys_lp_init(struct tdx_module *m, struct tdx_lp *lp,
			  struct tdx_regs *regs)
{
	unsigned int nr = lp - m->lps;
	u32 package;
	u64 ret;

	if (m->state != TDX_STATE_SYSINIT_DONE)
		return TDX_SYS_LP_INIT_NOT_PENDING;

	if (lp->initialized)
		return TDX_SYS_LP_INIT_DONE;

	package = m->ops->lp_package(nr);
	ret = tdx_check_lp(m, nr, package, regs);
	if (ret)
		return ret;

	lp->package = package;
	lp->initialized = true;
	atomic_inc(&m->lps_initialized);
	return TDX_SUCCESS;
}

/* TDH.SYS.LP.INIT: LPs may run it at the same time. */
static u64 sys_lp_init(struct tdx_module *m, struct tdx_lp *lp,
		       struct tdx_regs *regs)
{
	u64 ret;

	regs->rcx = 0;
	regs->rdx = 0;
	regs->r8 = 0;

	if (!lock_shared(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_lp_init(m, lp, regs);
	unlock_shared(&m->lock);
	return ret;
}

/*
 * Global metadata fields, TDH.SYS.RD. Field id bits: 23:0 field code, 33:32
 * element size, 54:52 context, 61:56 class, 63 non-architectural.
 */
#define FIELD_CODE		GENMASK_ULL(23, 0)
#define FIELD_SIZE_SHIFT	32
#define FIELD_SIZE		GENMASK_ULL(33, 32)
#define FIELD_CONTEXT		GENMASK_ULL(54, 52)
#define FIELD_CLASS		GENMASK_ULL(61, 56)
#define FIELD_RESERVED		(GENMASK_ULL(31, 24) | GENMASK_ULL(49, 34) | \
				 BIT_ULL(55) | BIT_ULL(62))
/* Releases before 2.0 do not look at it. */
#define FIELD_WRITE_MASK_VALID	BIT_ULL(51)
#define FIELD_NONE		(~0ULL)

/* Releases that have a field, and the value given: all from 1.5 on for 0. */
#define V1_5_01			BIT(TDX_MODULE_1_5_01)
#define V1_5_05			BIT(TDX_MODULE_1_5_05)
#define V2_0_08			BIT(TDX_MODULE_2_0_08)
#define V1_5			(V1_5_01 | V1_5_05)
#define FROM_1_5_05		(V1_5_05 | V2_0_08)

struct sys_field {
	u64 id;
	unsigned int versions;
	/* Array elements, 0 is an array of one. */
	unsigned int elements;
	/* The first known elements of an array, the rest have the value. */
	unsigned int known;
	const u64 *values;
	u64 value;
	/* Where the value is a property of the platform. */
	u64 (*get)(const struct tdx_platform *platform, unsigned int element);
};

static u64 get_packages(const struct tdx_platform *platform,
			unsigned int element)
{
	return platform->packages;
}

static u64 get_fms(const struct tdx_platform *platform, unsigned int element)
{
	return element < platform->packages ? platform->fms : 0;
}

static u64 get_cmr_base(const struct tdx_platform *platform,
			unsigned int element)
{
	return platform->cmrs[element].base;
}

static u64 get_cmr_size(const struct tdx_platform *platform,
			unsigned int element)
{
	return platform->cmrs[element].size;
}

/* 1.5.01 has no topology enumeration, so none of leaf 0x1f. */
#define CPUID_CONFIGS_1_5_01	12

/* Leaf in 31:0 and subleaf in 63:32, all ones where a leaf has none. */
static const u64 cpuid_config_leaves[] = {
	0xffffffff00000001, 0x0000000000000004, 0x0000000100000004,
	0x0000000200000004, 0x0000000300000004, 0x0000000000000007,
	0x0000000100000007, 0xffffffff0000000a, 0xffffffff0000001c,
	0xffffffff80000008, 0x0000000200000007, 0x0000000000000023,
	0x000000000000001f, 0x000000010000001f, 0x000000020000001f,
	0x000000030000001f, 0x000000040000001f, 0x000000050000001f,
};

/* EAX and EBX, then ECX and EDX of each leaf above. */
static const u64 cpuid_config_values[] = {
	0x00ff00000fff3fff, 0x1800000001000000,
	0xfffff000ffffc3ff, 0xfffffffbffffffff,
	0xfffff000ffffc3ff, 0xfffffffbffffffff,
	0xfffff000ffffc3ff, 0xfffffffbffffffff,
	0xfffff000ffffc3ff, 0x00000007ffffffff,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x000000000000000f, 0x0000000000000000,
	0x0000020000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000000000000000, 0x0000000000000000,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
	0x0000ffff0000001f, 0x000000000000ffff,
};

static const u64 allowed_fms[] = { 0x806f8 };

/*
 * In the order in which TDH.SYS.RD names the next field. All are known of 1.5.05
 * only: where a value of another release is not known, or where it is not
 * known that it has the field, the field is left out, as if it had none.
 */
static const struct sys_field sys_fields[] = {
	/* NUM_PKGS, PKG_FMS */
	{ 0x0000000200000000, .get = get_packages },
	{ 0x0000000200000001, .elements = TDX_MAX_PKGS, .get = get_fms },
	/* VENDOR_ID, BUILD_DATE, BUILD_NUM, and the version */
	{ 0x0800000200000000, .value = 0x8086 },
	{ 0x8800000200000001, V1_5_05, .value = 20240407 },
	{ 0x8800000100000002, V1_5_05, .value = 744 },
	{ 0x8800000100000002, V2_0_08, .value = 882 },
	{ 0x0800000100000003, V1_5, .value = 5 },
	{ 0x0800000100000003, V2_0_08, .value = 0 },
	{ 0x0800000100000004, V1_5, .value = 1 },
	{ 0x0800000100000004, V2_0_08, .value = 2 },
	{ 0x0800000100000005, V1_5_01, .value = 1 },
	{ 0x0800000100000005, V1_5_05, .value = 5 },
	{ 0x0800000100000005, V2_0_08, .value = 8 },
	{ 0x0800000100000006, V1_5_05, .value = 0 },
	/* MODULE_HV, MIN_UPDATE_HV, NO_DOWNGRADE, NUM_HANDOFF_PAGES, ... */
	{ 0x8900000100000000, V1_5_05, .value = MODULE_HV },
	{ 0x8900000100000001, V1_5_05, .value = MIN_UPDATE_HV },
	{ 0x8900000000000002, V1_5_05, .value = 0 },
	{ 0x8900000100000003, V1_5_05, .value = 13 },
	/* HANDOFF_DATA_VALID, HANDOFF_DATA_HV, HANDOFF_DATA_SIZE */
	{ 0x8900000000000004, V1_5_05, .value = 0 },
	{ 0x8900000100000005, V1_5_05, .value = 0 },
	{ 0x8900000200000006, V1_5_05, .value = 0 },
	/* SYS_ATTRIBUTES, NUM_TDX_FEATURES, TDX_FEATURES0 */
	{ 0x0a00000200000000, .value = 0 },
	{ 0x0a00000000000001, .value = 1 },
	{ 0x0a00000300000008, V1_5_01, .value = 0x0f0fbf },
	/* 2.0.08 has more of them, which ones is not known. */
	{ 0x0a00000300000008, FROM_1_5_05, .value = 0x1f0fbf },
	/* NUM_CMRS counts the slots, CMR_BASE, CMR_SIZE */
	{ 0x9000000100000000, .value = TDX_MAX_CMRS },
	{ 0x9000000300000080, .elements = TDX_MAX_CMRS, .get = get_cmr_base },
	{ 0x9000000300000100, .elements = TDX_MAX_CMRS, .get = get_cmr_size },
	/* MAX_TDMRS, MAX_RESERVED_PER_TDMR, PAMT_{4K,2M,1G}_ENTRY_SIZE */
	{ 0x9100000100000008, .value = TDX_MAX_TDMRS },
	{ 0x9100000100000009, .value = TDX_MAX_RSVD },
	{ 0x9100000100000010, .value = sizeof(struct pamt_entry) },
	{ 0x9100000100000011, .value = sizeof(struct pamt_entry) },
	{ 0x9100000100000012, .value = sizeof(struct pamt_entry) },
	/* PAMT_PAGE_BITMAP_ENTRY_BITS */
	{ 0x9100000000000013, V2_0_08, .value = 1 },
	/* TDR_BASE_SIZE, TDCS_BASE_SIZE, TDVPS_BASE_SIZE and sizes per L2 VM */
	{ 0x9800000100000000, .value = 0x1000 },
	{ 0x9800000100000100, V1_5_05, .value = 0x6000 },
	{ 0x9800000100000101, V1_5_05, .value = 0x1000 },
	{ 0x9800000100000200, V1_5_05, .value = 0x6000 },
	{ 0x9800000100000201, V1_5_05, .value = 0x3000 },
	/* ATTRIBUTES_FIXED0 and 1, XFAM_FIXED0 and 1 */
	{ 0x1900000300000000, V1_5_05, .value = 0x8000000070000001 },
	{ 0x1900000300000001, V1_5_05, .value = 0 },
	{ 0x1900000300000002, V1_5_05, .value = 0x18e7 },
	{ 0x1900000300000003, V1_5_05, .value = 0x3 },
	/* NUM_CPUID_CONFIG, CONFIG_FLAGS_FIXED0 and 1, MAX_VCPUS_PER_TD */
	{ 0x9900000100000004, V1_5_01, .value = CPUID_CONFIGS_1_5_01 },
	{ 0x9900000100000004, V1_5_05,
	  .value = ARRAY_SIZE(cpuid_config_leaves) },
	{ 0x9900000300000006, V1_5_05, .value = 0x7 },
	{ 0x9900000300000007, V1_5_05, .value = 0 },
	{ 0x9900000100000008, FROM_1_5_05, .value = 576 },
	/* CPUID_CONFIG_LEAVES, CPUID_CONFIG_VALUES */
	{ 0x9900000300000400, V1_5_01, .elements = 32,
	  .known = CPUID_CONFIGS_1_5_01,
	  .values = cpuid_config_leaves, .value = ~0ULL },
	{ 0x9900000300000400, V1_5_05, .elements = 32,
	  .known = ARRAY_SIZE(cpuid_config_leaves),
	  .values = cpuid_config_leaves, .value = ~0ULL },
	{ 0x9900000300000500, V1_5_05, .elements = 64,
	  .known = ARRAY_SIZE(cpuid_config_values),
	  .values = cpuid_config_values },
	/* IA32_ARCH_CAPABILITIES_CONFIG_MASK */
	{ 0x9900000300000600, V1_5_05, .value = 0x1180010 },
	/* NUM_ALLOWED_FMS, NUM_DISALLOWED_FMS, ALLOWED_FMS, DISALLOWED_FMS */
	{ 0x9900000100000800, V1_5_05, .value = ARRAY_SIZE(allowed_fms) },
	{ 0x9900000100000801, V1_5_05, .value = 0 },
	{ 0x9900000300000810, V1_5_05, .elements = 64,
	  .known = ARRAY_SIZE(allowed_fms), .values = allowed_fms },
	{ 0x9900000300000850, V1_5_05, .elements = 64 },
	/* MIG_ATTRIBUTES, {MIN,MAX}_EXPORT_VERSION, {MIN,MAX}_IMPORT_VERSION */
	{ 0xa000000300000000, V1_5_05, .value = 0 },
	{ 0x2000000100000001, V1_5_05, .value = 0 },
	{ 0x2000000100000002, V1_5_05, .value = 0 },
	{ 0x2000000100000003, V1_5_05, .value = 0 },
	{ 0x2000000100000004, V1_5_05, .value = 0 },
	/* MAX_MIGS, NUM_{IMMUTABLE,TD,VP}_STATE_PAGES */
	{ 0xa000000100000010, V1_5_05, .value = 512 },
	{ 0xa000000000000020, V1_5_05, .value = 4 },
	{ 0xa000000000000021, V1_5_05, .value = 2 },
	{ 0xa000000000000022, V1_5_05, .value = 5 },
	/* MAX_SERV_TDS, SERVTD_ATTR_FIXED0 and 1 */
	{ 0xa100000100000000, V1_5_05, .value = 1 },
	{ 0xa100000300000001, V1_5_05, .value = 0x7ff00000001 },
	{ 0xa100000300000002, V1_5_05, .value = 0 },
	/* GUEST_L2_GPA_ATTR_MASK, VM_CTLS_FIXED0 and 1 */
	{ 0xa200000100000000, V1_5_05, .value = 0x807f },
	{ 0xa200000300000001, V1_5_05, .value = 0x1 },
	{ 0xa200000300000002, V1_5_05, .value = 0 },
	/* VCPU_L2_CTLS_FIXED0 and 1, VCPU_L2_DEBUG_CTLS_FIXED0 and 1 */
	{ 0xa200000300000003, V1_5_05, .value = 0x3 },
	{ 0xa200000300000004, V1_5_05, .value = 0 },
	{ 0xa200000300000005, V1_5_05, .value = 0x7 },
	{ 0xa200000300000006, V1_5_05, .value = 0 },
};

static unsigned int field_elements(const struct sys_field *field)
{
	return field->elements ?: 1;
}

/* The first field of this release from this entry of the table on. */
static const struct sys_field *skip_fields(const struct tdx_module *m,
					   const struct sys_field *field)
{
	const struct sys_field *end = sys_fields + ARRAY_SIZE(sys_fields);

	while (field < end && field->versions &&
	       !(field->versions & BIT(m->platform.version)))
		field++;

	return field < end ? field : NULL;
}

/* Class and code alone name a field, size and the rest are ignored. */
static const struct sys_field *find_field(const struct tdx_module *m, u64 id)
{
	const struct sys_field *field;

	for (field = skip_fields(m, sys_fields); field;
	     field = skip_fields(m, field + 1)) {
		if ((field->id & FIELD_CLASS) == (id & FIELD_CLASS) &&
		    (id & FIELD_CODE) - (field->id & FIELD_CODE) <
		    field_elements(field))
			return field;
	}

	return NULL;
}

static u64 field_value(const struct tdx_module *m,
		       const struct sys_field *field, unsigned int element)
{
	unsigned int bits = 8 << ((field->id & FIELD_SIZE) >> FIELD_SIZE_SHIFT);
	u64 value = field->value;

	if (field->get)
		value = field->get(&m->platform, element);
	else if (element < field->known)
		value = field->values[element];

	return value & GENMASK_ULL(bits - 1, 0);
}

static u64 next_field_id(const struct tdx_module *m,
			 const struct sys_field *field, unsigned int element,
			 u64 id)
{
	if (element + 1 < field_elements(field))
		return (id & ~FIELD_CONTEXT) + 1;

	field = skip_fields(m, field + 1);
	return field ? field->id : FIELD_NONE;
}

/* TDH.SYS.RD: the only leaf here that asks whether its LP is initialised. */
static u64 sys_rd(struct tdx_module *m, struct tdx_lp *lp,
		  struct tdx_regs *regs)
{
	const struct sys_field *field;
	unsigned int element;
	u64 id = regs->rdx;

	regs->rdx = FIELD_NONE;
	regs->r8 = 0;

	if (!lp->initialized)
		return TDX_SYS_LP_INIT_NOT_DONE;

	if ((id | FIELD_CONTEXT) == FIELD_NONE) {
		regs->rdx = skip_fields(m, sys_fields)->id;
		return TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
	}

	if (id & FIELD_RESERVED ||
	    (m->platform.version >= TDX_MODULE_2_0_08 &&
	     id & FIELD_WRITE_MASK_VALID))
		return TDX_METADATA_FIELD_ID_INCORRECT;

	field = find_field(m, id);
	if (!field)
		return TDX_METADATA_FIELD_ID_INCORRECT;

	element = (id & FIELD_CODE) - (field->id & FIELD_CODE);
	regs->rdx = next_field_id(m, field, element, id);
	regs->r8 = field_value(m, field, element);
	return TDX_SUCCESS;
}

/* The code of a failed check of TDMR i, and what else the detail names. */
static u64 tdmr_error(u64 code, unsigned int i, unsigned int level_or_area,
		      unsigned int other)
{
	return code + i + (level_or_area << 8) + (other << 16);
}

static u64 check_tdmr_range(struct tdx_module *m, unsigned int i)
{
	const struct tdx_tdmr *tdmr = &m->tdmrs[i];

	if (wraps(tdmr->base, tdmr->size))
		return tdmr_error(TDX_INVALID_TDMR, i, 0, 0);

	if (i && (tdmr->base < tdmr[-1].base ||
		  tdmr->base < tdmr[-1].base + tdmr[-1].size))
		return tdmr_error(TDX_NON_ORDERED_TDMR, i, 0, 0);

	if (!tdmr->size || !IS_ALIGNED(tdmr->base | tdmr->size, SZ_1G) ||
	    !range_is_plain(m, tdmr->base, tdmr->size))
		return tdmr_error(TDX_INVALID_TDMR, i, 0, 0);

	return TDX_SUCCESS;
}

static u64 check_rsvd_area(const struct tdx_tdmr *tdmr, unsigned int j)
{
	const struct tdx_range *area = &tdmr->rsvd[j];

	if (!area->size) {
		if (j + 1 < TDX_MAX_RSVD && area[1].size)
			return TDX_NON_ORDERED_RESERVED_IN_TDMR;
		return TDX_SUCCESS;
	}

	if (wraps(area->base, area->size))
		return TDX_INVALID_RESERVED_IN_TDMR;

	if (j && (area->base < area[-1].base ||
		  area->base < range_end(&area[-1])))
		return TDX_NON_ORDERED_RESERVED_IN_TDMR;

	if (!IS_ALIGNED(area->base | area->size, SZ_4K) ||
	    range_end(area) > tdmr->size)
		return TDX_INVALID_RESERVED_IN_TDMR;

	return TDX_SUCCESS;
}

static u64 check_rsvd_areas(struct tdx_module *m, unsigned int i)
{
	unsigned int j;
	u64 ret;

	for (j = 0; j < TDX_MAX_RSVD; j++) {
		ret = check_rsvd_area(&m->tdmrs[i], j);
		if (ret)
			return tdmr_error(ret, i, j, 0);
	}

	return TDX_SUCCESS;
}

static u64 pamt_bytes(const struct tdx_module *m, const struct tdx_tdmr *tdmr,
		      unsigned int level)
{
	u64 pages = tdmr->size >> pamt_page_shift[level];

	if (level == TDX_PAMT_4K && m->dynamic_pamt)
		return pages / BITS_PER_BYTE;

	return pages * sizeof(struct pamt_entry);
}

static u64 check_pamt_ranges(struct tdx_module *m, unsigned int i)
{
	const struct tdx_tdmr *tdmr = &m->tdmrs[i];
	int level;

	for (level = TDX_PAMT_1G; level >= TDX_PAMT_4K; level--) {
		const struct tdx_range *pamt = &tdmr->pamt[level];

		if (wraps(pamt->base, pamt->size) ||
		    !IS_ALIGNED(pamt->base | pamt->size, SZ_4K) ||
		    pamt->size < pamt_bytes(m, tdmr, level) ||
		    !range_is_plain(m, pamt->base, pamt->size))
			return tdmr_error(TDX_INVALID_PAMT, i, level, 0);
	}

	return TDX_SUCCESS;
}

static bool pamts_overlap(const struct tdx_range *pamt,
			  const struct tdx_range *other)
{
	return ranges_overlap(pamt->base, range_end(pamt),
			      other->base, range_end(other));
}

static u64 check_pamt_overlaps_earlier(struct tdx_module *m, unsigned int i)
{
	unsigned int level, other_level, other;

	for (level = TDX_PAMT_4K; level < TDX_PAMT_LEVELS; level++) {
		for (other = 0; other < i; other++) {
			for (other_level = TDX_PAMT_4K;
			     other_level < TDX_PAMT_LEVELS; other_level++) {
				if (pamts_overlap(&m->tdmrs[i].pamt[level],
						  &m->tdmrs[other].pamt[other_level]))
					return tdmr_error(TDX_PAMT_OVERLAP, i,
							  level, other);
			}
		}
	}

	return TDX_SUCCESS;
}

static u64 check_pamt_overlaps_own(struct tdx_module *m, unsigned int i)
{
	const struct tdx_range *pamt = m->tdmrs[i].pamt;
	unsigned int level, other;

	for (level = TDX_PAMT_4K; level < TDX_PAMT_LEVELS; level++) {
		for (other = level + 1; other < TDX_PAMT_LEVELS; other++) {
			if (pamts_overlap(&pamt[level], &pamt[other]))
				return tdmr_error(TDX_PAMT_OVERLAP, i, level, i);
		}
	}

	return TDX_SUCCESS;
}

/*
 * The part of a TDMR before its reserved area j: between that one and the one
 * before it. Empty where the two touch. Entries without size stand behind all
 * others, and the part before the first of them reaches to the end of the TDMR.
 */
static struct tdx_range tdmr_usable_part(const struct tdx_tdmr *tdmr,
					 unsigned int j)
{
	u64 start = j ? range_end(&tdmr->rsvd[j - 1]) : 0;
	u64 end = tdmr->size;

	if (j && !tdmr->rsvd[j - 1].size)
		start = end;
	else if (j < TDX_MAX_RSVD && tdmr->rsvd[j].size)
		end = tdmr->rsvd[j].base;

	return (struct tdx_range) { tdmr->base + start, end - start };
}

static bool range_hits_usable(const struct tdx_tdmr *tdmr,
			      const struct tdx_range *range)
{
	unsigned int j;

	for (j = 0; j <= TDX_MAX_RSVD; j++) {
		struct tdx_range part = tdmr_usable_part(tdmr, j);

		if (part.size && ranges_overlap(range->base, range_end(range),
						part.base, range_end(&part)))
			return true;
	}

	return false;
}

static u64 check_pamt_hits_tdmr(struct tdx_module *m, unsigned int owner,
				unsigned int hit)
{
	unsigned int level;

	for (level = TDX_PAMT_4K; level < TDX_PAMT_LEVELS; level++) {
		if (range_hits_usable(&m->tdmrs[hit],
				      &m->tdmrs[owner].pamt[level]))
			return tdmr_error(TDX_PAMT_OVERLAP, owner, level, hit);
	}

	return TDX_SUCCESS;
}

static u64 check_pamt_overlaps_tdmrs(struct tdx_module *m, unsigned int i)
{
	unsigned int other;
	u64 ret;

	for (other = 0; other <= i; other++) {
		ret = check_pamt_hits_tdmr(m, i, other);
		if (ret)
			return ret;
	}

	for (other = 0; other < i; other++) {
		ret = check_pamt_hits_tdmr(m, other, i);
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}

static u64 check_pamt_in_cmrs(struct tdx_module *m, unsigned int i)
{
	int level;

	for (level = TDX_PAMT_1G; level >= TDX_PAMT_4K; level--) {
		const struct tdx_range *pamt = &m->tdmrs[i].pamt[level];

		if (!range_in_cmrs(m, pamt->base, range_end(pamt)))
			return tdmr_error(TDX_PAMT_OUTSIDE_CMRS, i, level, 0);
	}

	return TDX_SUCCESS;
}

static u64 check_tdmr_in_cmrs(struct tdx_module *m, unsigned int i)
{
	unsigned int j;

	for (j = 0; j <= TDX_MAX_RSVD; j++) {
		struct tdx_range part = tdmr_usable_part(&m->tdmrs[i], j);

		if (!range_in_cmrs(m, part.base, range_end(&part)))
			return tdmr_error(TDX_TDMR_OUTSIDE_CMRS, i, 0, 0);
	}

	return TDX_SUCCESS;
}

static u64 (* const tdmr_checks[])(struct tdx_module *m, unsigned int i) = {
	check_tdmr_range,
	check_rsvd_areas,
	check_pamt_ranges,
	check_pamt_overlaps_earlier,
	check_pamt_overlaps_own,
	check_pamt_overlaps_tdmrs,
	check_pamt_in_cmrs,
	check_tdmr_in_cmrs,
};

/* A copy, as the host may change its structure while it is being checked. */
static void read_tdmr_info(struct tdx_module *m, u64 pa, struct tdx_tdmr *tdmr)
{
	struct tdmr_info info;
	unsigned int level;

	m->ops->read(&info, pa_strip_hkid(m, pa), sizeof(info));

	tdmr->base = info.base;
	tdmr->size = info.size;
	tdmr->next = info.base;
	for (level = TDX_PAMT_4K; level < TDX_PAMT_LEVELS; level++)
		tdmr->pamt[level] = info.pamt[TDX_PAMT_1G - level];
	memcpy(tdmr->rsvd, info.rsvd, sizeof(tdmr->rsvd));
}

/* All checks of a TDMR come before the next one is read. */
static u64 add_tdmr(struct tdx_module *m, unsigned int i, u64 pa)
{
	unsigned int check;
	u64 ret;

	if (!pa_is_shared(m, pa, TDMR_INFO_ALIGN))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	read_tdmr_info(m, pa, &m->tdmrs[i]);

	for (check = 0; check < ARRAY_SIZE(tdmr_checks); check++) {
		ret = tdmr_checks[check](m, i);
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}

static u64 do_sys_config(struct tdx_module *m, const struct tdx_regs *in)
{
	u64 pa, ret, hkid = in->r8;
	u32 i;

	/* A missing LP gives the same code as the wrong state. */
	if (m->state != TDX_STATE_SYSINIT_DONE ||
	    atomic_read(&m->lps_initialized) < m->platform.lps)
		return TDX_SYS_CONFIG_NOT_PENDING;

	if (!pa_is_shared(m, in->rcx, TDMR_INFO_ALIGN))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (!in->rdx || in->rdx > TDX_MAX_TDMRS)
		return TDX_OPERAND_INVALID + OPERAND_RDX;

	if (m->platform.version >= TDX_MODULE_2_0_08) {
		m->dynamic_pamt = hkid & CONFIG_DYNAMIC_PAMT;
		hkid &= ~CONFIG_DYNAMIC_PAMT;
	}

	if (!hkid_is_private(m, hkid))
		return TDX_OPERAND_INVALID + OPERAND_R8;

	for (i = 0; i < in->rdx; i++) {
		m->ops->read(&pa, pa_strip_hkid(m, in->rcx) + i * sizeof(pa),
			     sizeof(pa));
		ret = add_tdmr(m, i, pa);
		if (ret)
			return ret;
	}

	m->nr_tdmrs = in->rdx;
	WRITE_ONCE(m->state, TDX_STATE_SYSCONFIG_DONE);
	return TDX_SUCCESS;
}

/* TDH.SYS.CONFIG */
static u64 sys_config(struct tdx_module *m, struct tdx_lp *lp,
		      struct tdx_regs *regs)
{
	u64 ret;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_config(m, regs);
	unlock_exclusive(&m->lock);
	return ret;
}

static u64 do_sys_key_config(struct tdx_module *m, struct tdx_lp *lp)
{
	unsigned long package = BIT(lp->package);

	if (m->state != TDX_STATE_SYSCONFIG_DONE)
		return TDX_SYS_KEY_CONFIG_NOT_PENDING;

	if (m->packages_keyed & package)
		return TDX_KEY_CONFIGURED;

	switch (tdx_pconfig(m)) {
	case TDX_PCONFIG_ENTROPY:
		return TDX_KEY_GENERATION_FAILED;
	case TDX_PCONFIG_BUSY:
		return TDX_OPERAND_BUSY + OPERAND_KEY_TABLE;
	case TDX_PCONFIG_ERROR:
		m->stopped = true;
		break;
	default:
		break;
	}

	m->packages_keyed |= package;
	m->nr_packages_keyed++;
	if (m->nr_packages_keyed == m->platform.packages)
		WRITE_ONCE(m->state, TDX_STATE_SYS_READY);
	return TDX_SUCCESS;
}

/*
 * TDH.SYS.KEY.CONFIG: the package is the one stored by TDH.SYS.LP.INIT, 0 on an
 * LP that never ran it.
 */
static u64 sys_key_config(struct tdx_module *m, struct tdx_lp *lp,
			  struct tdx_regs *regs)
{
	u64 ret;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	ret = do_sys_key_config(m, lp);
	unlock_exclusive(&m->lock);
	return ret;
}

static u64 pamt_entry_pa(const struct tdx_tdmr *tdmr, unsigned int level,
			 u64 pa)
{
	u64 index = (pa - tdmr->base) >> pamt_page_shift[level];

	return tdmr->pamt[level].base + index * sizeof(struct pamt_entry);
}

/* Whether a part of it is in a reserved area. */
static bool has_rsvd(const struct tdx_tdmr *tdmr, u64 pa, u64 size)
{
	u64 offset = pa - tdmr->base;
	unsigned int j;

	for (j = 0; j < TDX_MAX_RSVD && tdmr->rsvd[j].size; j++) {
		if (offset + size > tdmr->rsvd[j].base &&
		    offset < range_end(&tdmr->rsvd[j]))
			return true;
	}

	return false;
}

/* Those of @nr pages from @pa on. Few have a reserved area among them. */
static void fill_pamt_entries(const struct tdx_tdmr *tdmr, unsigned int level,
			      u64 pa, struct pamt_entry *entries,
			      unsigned int nr)
{
	u64 page = BIT_ULL(pamt_page_shift[level]);
	bool rsvd = level == TDX_PAMT_4K && has_rsvd(tdmr, pa, nr * page);
	unsigned int n;

	for (n = 0; n < nr; n++, pa += page) {
		u64 type = rsvd && has_rsvd(tdmr, pa, page) ? PT_RSVD : PT_NDA;

		entries[n].lock_type_owner = type << PAMT_ENTRY_TYPE_SHIFT;
		entries[n].epoch = 0;
	}
}

/*
 * The PAMT lies in the memory that the host gave for it, where the host can
 * break it: it reads and writes there without KeyID, as nothing is encrypted.
 */
static void init_pamt_entries(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			      unsigned int level, u64 pa, u64 end)
{
	u64 page = BIT_ULL(pamt_page_shift[level]);
	struct pamt_entry entries[32];
	unsigned int nr;

	for (; pa < end; pa += nr * page) {
		nr = min_t(u64, ARRAY_SIZE(entries), DIV_ROUND_UP(end - pa, page));
		fill_pamt_entries(tdmr, level, pa, entries, nr);
		m->ops->write(pamt_entry_pa(tdmr, level, pa), entries,
			      nr * sizeof(entries[0]));
	}
}

/* With dynamic PAMT: no page has an entry yet. */
static void init_pamt_bitmap(struct tdx_module *m, const struct tdx_tdmr *tdmr,
			     u64 pa)
{
	static const u8 none[TDMR_INIT_DYNAMIC_PAGES / BITS_PER_BYTE];
	u64 bit = (pa - tdmr->base) / SZ_4K;

	m->ops->write(tdmr->pamt[TDX_PAMT_4K].base + bit / BITS_PER_BYTE, none,
		      sizeof(none));
}

static u64 do_sys_tdmr_init(struct tdx_module *m, struct tdx_tdmr *tdmr,
			    struct tdx_regs *regs)
{
	u64 pages = m->dynamic_pamt ? TDMR_INIT_DYNAMIC_PAGES : TDMR_INIT_PAGES;
	u64 pa = tdmr->next, end = pa + pages * SZ_4K;

	if (pa == tdmr->base + tdmr->size)
		return TDX_TDMR_ALREADY_INITIALIZED;

	if (m->ops->tdmr_init)
		m->ops->tdmr_init();

	if (m->dynamic_pamt)
		init_pamt_bitmap(m, tdmr, pa);
	else
		init_pamt_entries(m, tdmr, TDX_PAMT_4K, pa, end);
	init_pamt_entries(m, tdmr, TDX_PAMT_2M, pa, end);
	if (IS_ALIGNED(pa, SZ_1G))
		init_pamt_entries(m, tdmr, TDX_PAMT_1G, pa, end);

	/* Pages can be used, and the host is told, a whole GiB at a time. */
	tdmr->next = end;
	regs->rdx = ALIGN_DOWN(end, SZ_1G);
	return TDX_SUCCESS;
}

/* TDH.SYS.TDMR.INIT: LPs may work on different TDMRs at the same time. */
static u64 sys_tdmr_init(struct tdx_module *m, struct tdx_lp *lp,
			 struct tdx_regs *regs)
{
	struct tdx_tdmr *tdmr = m->tdmrs;
	u64 ret;

	regs->rdx = 0;

	while (tdmr < m->tdmrs + m->nr_tdmrs && tdmr->base != regs->rcx)
		tdmr++;
	if (tdmr == m->tdmrs + m->nr_tdmrs)
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (!lock_exclusive(&tdmr->lock))
		return TDX_OPERAND_BUSY + OPERAND_RCX;

	ret = do_sys_tdmr_init(m, tdmr, regs);
	unlock_exclusive(&tdmr->lock);
	return ret;
}

/* The TDMR of a page whose GiB is completely initialised. */
static const struct tdx_tdmr *find_tdmr(const struct tdx_module *m, u64 pa)
{
	const struct tdx_tdmr *tdmr;

	for (tdmr = m->tdmrs; tdmr < m->tdmrs + m->nr_tdmrs; tdmr++) {
		if (pa >= tdmr->base && pa < ALIGN_DOWN(tdmr->next, SZ_1G))
			return tdmr;
	}

	return NULL;
}

/*
 * TDH.PHYMEM.PAGE.RDMD: without TDs all pages are 4 KiB ones without owner. It
 * does not take the lock of the TDMR. With dynamic PAMT the entries end at the
 * 2 MiB level, and what the module says of a 4 KiB page is a guess.
 */
static u64 phymem_page_rdmd(struct tdx_module *m, struct tdx_lp *lp,
			    struct tdx_regs *regs)
{
	const struct tdx_tdmr *tdmr;
	struct pamt_entry entry;
	u64 pa = regs->rcx;
	int level;

	regs->rcx = 0;
	regs->rdx = 0;
	regs->r8 = 0;
	regs->r9 = 0;
	regs->r10 = 0;
	regs->r11 = 0;

	if (!IS_ALIGNED(pa, SZ_4K) || !pa_is_plain(m, pa))
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	tdmr = find_tdmr(m, pa);
	if (!tdmr)
		return TDX_OPERAND_ADDR_RANGE_ERROR + OPERAND_RCX;

	for (level = TDX_PAMT_1G;
	     level >= (m->dynamic_pamt ? TDX_PAMT_2M : TDX_PAMT_4K); level--) {
		m->ops->read(&entry, pamt_entry_pa(tdmr, level, pa),
			     sizeof(entry));
		if (entry.lock_type_owner & PAMT_ENTRY_LOCK_EX)
			return TDX_OPERAND_BUSY + OPERAND_RCX;
	}

	regs->rcx = (entry.lock_type_owner & PAMT_ENTRY_TYPE) >>
		    PAMT_ENTRY_TYPE_SHIFT;
	return TDX_SUCCESS;
}

bool tdx_module_lock_pamt(struct tdx_module *m, enum tdx_pamt_level level,
			  u64 pa, bool lock)
{
	const struct tdx_tdmr *tdmr = m->tdmrs;
	struct pamt_entry entry;
	u64 entry_pa;

	while (tdmr < m->tdmrs + m->nr_tdmrs &&
	       (pa < tdmr->base || pa >= tdmr->base + tdmr->size))
		tdmr++;
	if (tdmr == m->tdmrs + m->nr_tdmrs)
		return false;

	entry_pa = pamt_entry_pa(tdmr, level, pa);
	m->ops->read(&entry, entry_pa, sizeof(entry));
	entry.lock_type_owner &= ~PAMT_ENTRY_LOCK_EX;
	if (lock)
		entry.lock_type_owner |= PAMT_ENTRY_LOCK_EX;
	m->ops->write(entry_pa, &entry, sizeof(entry));
	return true;
}

/*
 * TDH.SYS.LP.SHUTDOWN: 1.5 keeps it for old hosts only. 1.0 shuts down, and
 * turns this LP's entry point into one that fails.
 */
static u64 sys_lp_shutdown(struct tdx_module *m, struct tdx_lp *lp,
			   struct tdx_regs *regs)
{
	if (m->platform.version != TDX_MODULE_1_0)
		return TDX_SUCCESS;

	if (!lock_shared(&m->lock))
		return TDX_SYS_BUSY;

	WRITE_ONCE(m->state, TDX_STATE_SYS_SHUTDOWN);
	lp->shut_down = true;
	unlock_shared(&m->lock);
	return TDX_SUCCESS;
}

/* TDH.SYS.SHUTDOWN: the handoff data for the next module are not modelled. */
static u64 sys_shutdown(struct tdx_module *m, struct tdx_lp *lp,
			struct tdx_regs *regs)
{
	bool alone;

	if (regs->rcx < MIN_UPDATE_HV || regs->rcx > MODULE_HV)
		return TDX_OPERAND_INVALID + OPERAND_RCX;

	if (!lock_exclusive(&m->lock))
		return TDX_SYS_BUSY;

	alone = atomic_read(&m->lps_inside) == 1;
	if (alone)
		WRITE_ONCE(m->state, TDX_STATE_SYS_SHUTDOWN);
	unlock_exclusive(&m->lock);
	return alone ? TDX_SUCCESS : TDX_SYS_BUSY;
}

#define LEAF_BEFORE_READY	BIT(0)
#define LEAF_HAS_VERSIONS	BIT(1)
#define LEAF_SINCE_1_5		BIT(2)
#define LEAF_HAS_VERSIONS_1_5_05	BIT(3)
#define LEAF_HAS_VERSIONS_2_0	BIT(4)

/*
 * Leaves without handler are known to the dispatcher, which treats some of them
 * in a special way, and are answered like unknown ones after that.
 */
static const struct leaf {
	u64 (*handler)(struct tdx_module *m, struct tdx_lp *lp,
		       struct tdx_regs *regs);
	unsigned int flags;
} leaves[] = {
	[TDH_MEM_SEPT_ADD]	= { NULL, LEAF_HAS_VERSIONS },
	[TDH_MNG_RD]		= { NULL, LEAF_HAS_VERSIONS },
	[TDH_VP_INIT]		= { NULL, LEAF_HAS_VERSIONS_1_5_05 },
	[TDH_MEM_PAGE_PROMOTE]	= { NULL, LEAF_HAS_VERSIONS },
	[TDH_PHYMEM_PAGE_RDMD]	= { phymem_page_rdmd },
	[TDH_VP_RD]		= { NULL, LEAF_HAS_VERSIONS },
	[TDH_MEM_SEPT_REMOVE]	= { NULL, LEAF_HAS_VERSIONS },
	[TDH_SYS_KEY_CONFIG]	= { sys_key_config, LEAF_BEFORE_READY },
	[TDH_SYS_INFO]		= { NULL, LEAF_BEFORE_READY },
	[TDH_SYS_INIT]		= { sys_init, LEAF_BEFORE_READY | LEAF_HAS_VERSIONS_2_0 },
	[TDH_SYS_RD]		= { sys_rd, LEAF_BEFORE_READY | LEAF_SINCE_1_5 },
	[TDH_SYS_LP_INIT]	= { sys_lp_init, LEAF_BEFORE_READY },
	[TDH_SYS_TDMR_INIT]	= { sys_tdmr_init },
	[TDH_SYS_RDALL]		= { NULL, LEAF_BEFORE_READY | LEAF_SINCE_1_5 },
	[TDH_SYS_LP_SHUTDOWN]	= { sys_lp_shutdown, LEAF_BEFORE_READY },
	[TDH_SYS_CONFIG]	= { sys_config, LEAF_BEFORE_READY },
	[TDH_SYS_SHUTDOWN]	= { sys_shutdown, LEAF_SINCE_1_5 },
	[TDH_SYS_UPDATE]	= { NULL, LEAF_BEFORE_READY | LEAF_SINCE_1_5 },
};

static const struct leaf *find_leaf(const struct tdx_module *m, u64 number)
{
	static const struct leaf unknown;

	if (number >= ARRAY_SIZE(leaves))
		return &unknown;

	if (m->platform.version == TDX_MODULE_1_0 &&
	    leaves[number].flags & LEAF_SINCE_1_5)
		return &unknown;

	return &leaves[number];
}

static bool has_versions(const struct tdx_module *m, const struct leaf *leaf)
{
	return leaf->flags & LEAF_HAS_VERSIONS ||
	       (leaf->flags & LEAF_HAS_VERSIONS_1_5_05 &&
		m->platform.version >= TDX_MODULE_1_5_05) ||
	       (leaf->flags & LEAF_HAS_VERSIONS_2_0 &&
		m->platform.version >= TDX_MODULE_2_0_08);
}

/* The checks of the dispatcher change no register but RAX. */
static u64 dispatch(struct tdx_module *m, struct tdx_lp *lp,
		    struct tdx_regs *regs)
{
	enum tdx_module_state state = READ_ONCE(m->state);
	u64 number = regs->rax;
	const struct leaf *leaf;

	/* 1.0 has no versions: RAX as a whole is the leaf. */
	if (m->platform.version != TDX_MODULE_1_0) {
		number &= RAX_LEAF;
		if (regs->rax & ~(RAX_LEAF | RAX_VERSION))
			return TDX_OPERAND_INVALID + OPERAND_RAX;
	}

	leaf = find_leaf(m, number);
	if (number != regs->rax && !has_versions(m, leaf))
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	if (state == TDX_STATE_SYS_SHUTDOWN) {
		if (number != TDH_SYS_LP_SHUTDOWN)
			return TDX_SYS_SHUTDOWN;
	} else if (state != TDX_STATE_SYS_READY &&
		   !(leaf->flags & LEAF_BEFORE_READY)) {
		return TDX_SYS_NOT_READY;
	}

	if (!leaf->handler)
		return TDX_OPERAND_INVALID + OPERAND_RAX;

	return leaf->handler(m, lp, regs);
}

bool tdx_module_seamcall(struct tdx_module *m, unsigned int lp,
			 struct tdx_regs *regs)
{
	struct tdx_regs in = *regs;

	if (m->stopped || m->lps[lp].shut_down)
		return false;

	atomic_inc(&m->lps_inside);
	regs->rax = dispatch(m, &m->lps[lp], regs);
	atomic_dec_and_test(&m->lps_inside);

	/* The LP never comes back from a fatal error by itself. */
	if (m->stopped)
		*regs = in;
	return !m->stopped;
}

void tdx_module_reload(struct tdx_module *m, unsigned int nr_lps)
{
	const struct tdx_host_ops *ops = m->ops;
	const struct tdx_platform platform = m->platform;
	struct tdx_lp *lps = m->lps;

	memset(m, 0, sizeof(*m));
	memset(lps, 0, nr_lps * sizeof(*lps));
	m->ops = ops;
	m->platform = platform;
	m->lps = lps;
}

void tdx_module_pamt(const struct tdx_module *m, unsigned int tdmr,
		     unsigned int level, u64 offset, void *contents,
		     size_t len)
{
	const struct tdx_tdmr *t = &m->tdmrs[tdmr];
	unsigned int shift = pamt_page_shift[level];
	u64 pa = t->base + (offset / sizeof(struct pamt_entry) << shift);

	if (m->dynamic_pamt && level == TDX_PAMT_4K) {
		u64 written = (t->next - t->base) / SZ_4K / BITS_PER_BYTE;

		if (offset < written)
			memset(contents, 0, min_t(u64, len, written - offset));
		return;
	}

	if (pa < t->next)
		fill_pamt_entries(t, level, pa, contents,
				  min_t(u64, len / sizeof(struct pamt_entry),
					DIV_ROUND_UP(t->next - pa, BIT_ULL(shift))));
}
