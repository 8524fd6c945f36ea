// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.RD: global metadata fields, which the tables of the releases have.
 */
#include <linux/bits.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_release.h"

/*
 * Field id bits: 23:0 field code, 33:32 element size, 54:52 context, 61:56 class,
 * 63 non-architectural.
 */
#define FIELD_CODE		GENMASK_ULL(23, 0)
#define FIELD_SIZE_SHIFT	32
#define FIELD_SIZE		GENMASK_ULL(33, 32)
#define FIELD_CONTEXT		GENMASK_ULL(54, 52)
#define FIELD_CLASS		GENMASK_ULL(61, 56)
#define FIELD_RESERVED		(GENMASK_ULL(31, 24) | GENMASK_ULL(49, 34) | \
				 BIT_ULL(55) | BIT_ULL(62))
#define FIELD_WRITE_MASK_VALID	BIT_ULL(51)
#define FIELD_NONE		(~0ULL)

u64 tdx_get_packages(const struct tdx_module *m, unsigned int element)
{
	return m->platform.packages;
}

u64 tdx_get_fms(const struct tdx_module *m, unsigned int element)
{
	return element < m->platform.packages ? m->platform.fms : 0;
}

u64 tdx_get_cmr_base(const struct tdx_module *m, unsigned int element)
{
	return m->platform.cmrs[element].base;
}

u64 tdx_get_cmr_size(const struct tdx_module *m, unsigned int element)
{
	return m->platform.cmrs[element].size;
}

u64 tdx_get_features(const struct tdx_module *m, unsigned int element)
{
	return tdx_release(m)->features;
}

u64 tdx_get_module_hv(const struct tdx_module *m, unsigned int element)
{
	return tdx_release(m)->module_hv;
}

u64 tdx_get_min_update_hv(const struct tdx_module *m, unsigned int element)
{
	return tdx_release(m)->min_update_hv;
}

u64 tdx_get_no_downgrade(const struct tdx_module *m, unsigned int element)
{
	return tdx_release(m)->no_downgrade;
}

/* So that the first KeyID bit is not above bit 48. */
u64 tdx_get_min_hkid_bits(const struct tdx_module *m, unsigned int element)
{
	return m->max_pa > DYNAMIC_PAMT_MAX_PA_BITS ?
	       m->max_pa - DYNAMIC_PAMT_MAX_PA_BITS : 0;
}

static unsigned int field_elements(const struct tdx_field *field)
{
	return field->elements ?: 1;
}

/* Class and code alone name a field, size and the rest are ignored. */
static u64 field_key(u64 id)
{
	return id & (FIELD_CLASS | FIELD_CODE);
}

static bool is_field(const struct tdx_field *field, u64 id)
{
	u64 offset = field_key(id) - field_key(field->id);

	return offset < field_elements(field);
}

/* What a release does not say is as in the one it is based on. */
static const struct tdx_field *find_field(const struct tdx_module *m, u64 id)
{
	const struct tdx_release *release;
	const struct tdx_field *field;

	for (release = tdx_release(m); release; release = release->base) {
		for (field = release->fields;
		     field < release->fields + release->nr_fields; field++) {
			if (is_field(field, id))
				return field;
		}
	}

	return NULL;
}

/* The first field whose class and code are at least this. */
static u64 first_field_from(const struct tdx_module *m, u64 key)
{
	const struct tdx_release *release;
	const struct tdx_field *field;
	u64 first = FIELD_NONE;

	for (release = tdx_release(m); release; release = release->base) {
		for (field = release->fields;
		     field < release->fields + release->nr_fields; field++) {
			if (field_key(field->id) >= key &&
			    (first == FIELD_NONE ||
			     field_key(field->id) < field_key(first)))
				first = field->id;
		}
	}

	return first;
}

static u64 field_value(const struct tdx_module *m,
		       const struct tdx_field *field, unsigned int element)
{
	unsigned int bits = 8 << ((field->id & FIELD_SIZE) >> FIELD_SIZE_SHIFT);
	u64 value = field->value;

	if (field->get)
		value = field->get(m, element);
	else if (element < field->known)
		value = field->values[element];

	return value & GENMASK_ULL(bits - 1, 0);
}

static u64 next_field_id(const struct tdx_module *m,
			 const struct tdx_field *field, unsigned int element,
			 u64 id)
{
	if (element + 1 < field_elements(field))
		return (id & ~FIELD_CONTEXT) + 1;

	return first_field_from(m, field_key(id) + 1);
}

/* The only leaf here that asks whether its LP is initialised. */
u64 tdx_leaf_sys_rd(struct tdx_module *m, struct tdx_lp *lp,
		    struct tdx_regs *regs)
{
	const struct tdx_field *field;
	unsigned int element;
	u64 id = regs->rdx;

	regs->rdx = FIELD_NONE;
	regs->r8 = 0;

	if (!lp->initialized)
		return TDX_SYS_LP_INIT_NOT_DONE;

	if ((id | FIELD_CONTEXT) == FIELD_NONE) {
		regs->rdx = first_field_from(m, 0);
		return TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
	}

	if (id & FIELD_RESERVED ||
	    (tdx_release(m)->field_id_bit_51_reserved &&
	     id & FIELD_WRITE_MASK_VALID))
		return TDX_METADATA_FIELD_ID_INCORRECT;

	field = find_field(m, id);
	if (!field)
		return TDX_METADATA_FIELD_ID_INCORRECT;

	element = field_key(id) - field_key(field->id);
	regs->rdx = next_field_id(m, field, element, id);
	regs->r8 = field_value(m, field, element);
	return TDX_SUCCESS;
}
