// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of TDH.SYS.INIT on KeyIDs, CMRs and SMRRs.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "tdx_internal.h"
#include "tdx_platform.h"

/* The KeyID ownership table has this many entries. */
#define MAX_HKIDS		2048

#define MTRRCAP_SMRR			BIT_ULL(11)
#define MTRRCAP_SMRR2			BIT_ULL(13)
#define MTRRCAP_SMRR_LOCK		BIT_ULL(14)
#define SMRR_MASK_LOCK			BIT_ULL(10)
#define SMRR_MASK_VALID			BIT_ULL(11)
#define SMRR_ADDRESS			GENMASK_ULL(31, 12)
#define TME_ACTIVATE_LOCK		BIT_ULL(0)
#define TME_HKID_BITS			GENMASK_ULL(35, 32)

/* Encryption without integrity is what the firmware chose. */
static u64 check_tme(struct tdx_module *m, unsigned int lp)
{
	u64 capability = tdx_msr_on_lp(m, lp, IA32_TME_CAPABILITY) & TME_AES_XTS;
	u64 activate = tdx_msr_on_lp(m, lp, IA32_TME_ACTIVATE);

	if (!(activate & TME_ACTIVATE_LOCK))
		return TDX_INCORRECT_MSR_VALUE + IA32_TME_ACTIVATE;

	if (!capability)
		return TDX_INCORRECT_MSR_VALUE + IA32_TME_CAPABILITY;

	if (!(capability & (activate >> TME_ACTIVATE_ALGORITHMS_SHIFT)))
		return TDX_INCORRECT_MSR_VALUE + IA32_TME_ACTIVATE;

	m->hkid_bits = (activate & TME_HKID_BITS) >> TME_HKID_BITS_SHIFT;
	return TDX_SUCCESS;
}

/* The shared KeyIDs in the low half, then the private ones in the high half. */
static u64 check_hkids(struct tdx_module *m, unsigned int lp)
{
	u64 partitioning = tdx_msr_on_lp(m, lp, IA32_MKTME_KEYID_PARTITIONING);
	u64 shared = partitioning & GENMASK_ULL(31, 0);
	u64 highest = shared + (partitioning >> 32);

	if (highest >= MAX_HKIDS)
		return TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED + MAX_HKIDS;

	m->private_hkid_min = shared + 1;
	m->private_hkid_max = highest;
	return TDX_SUCCESS;
}

static u64 check_wbinvd(const struct tdx_module *m, unsigned int lp)
{
	if (tdx_msr_on_lp(m, lp, IA32_WBNOINVDP) !=
	    tdx_msr_on_lp(m, lp, IA32_WBINVDP))
		return TDX_INCORRECT_MSR_VALUE + IA32_WBNOINVDP;

	return TDX_SUCCESS;
}

static u64 check_cmrs(const struct tdx_module *m)
{
	const struct tdx_range *cmr;
	u64 end = 0;

	for (cmr = m->platform.cmrs;
	     cmr < m->platform.cmrs + TDX_MAX_CMRS; cmr++) {
		if (!cmr->size)
			continue;

		if (!IS_ALIGNED(cmr->base | cmr->size, SZ_4K) ||
		    wraps(cmr->base, cmr->size) ||
		    !range_is_plain(m, cmr->base, cmr->size) ||
		    cmr->base < end)
			return TDX_CMR_LIST_INVALID;
		end = range_end(cmr);
	}

	return TDX_SUCCESS;
}

/* There is a second SMRR, and the firmware says that it is in use. */
bool tdx_smrr2_counts(const struct tdx_module *m, unsigned int lp)
{
	return m->platform.smrr2 &&
	       tdx_msr_on_lp(m, lp, IA32_MTRRCAP) & MTRRCAP_SMRR2;
}

static u64 smrr_base(const struct tdx_module *m, unsigned int lp,
		     unsigned int smrr)
{
	return tdx_msr_on_lp(m, lp, smrr ? IA32_SMRR2_BASE : IA32_SMRR_BASE) &
	       SMRR_ADDRESS;
}

static u64 smrr_mask(const struct tdx_module *m, unsigned int lp,
		     unsigned int smrr)
{
	return tdx_msr_on_lp(m, lp, smrr ? IA32_SMRR2_MASK : IA32_SMRR_MASK);
}

/* The mask has no holes, and the base is aligned to the size it gives. */
static bool smrr_is_aligned(u64 base, u64 mask)
{
	u64 size = SZ_4G - (mask & SMRR_ADDRESS);

	return size < SZ_4G && !(size & (size - 1)) && IS_ALIGNED(base, size);
}

static u64 check_smrr_in_cmrs(const struct tdx_module *m, unsigned int lp,
			      unsigned int smrr)
{
	u64 base = smrr_base(m, lp, smrr);
	u64 end = base + SZ_4G - (smrr_mask(m, lp, smrr) & SMRR_ADDRESS);
	unsigned int i;

	for (i = 0; i < TDX_MAX_CMRS; i++) {
		const struct tdx_range *cmr = &m->platform.cmrs[i];

		if (cmr->size && ranges_overlap(base, end, cmr->base,
						range_end(cmr)))
			return TDX_SMRR_OVERLAPS_CMR + smrr + (i << 8);
	}

	return TDX_SUCCESS;
}

static u64 check_smrrs(const struct tdx_module *m, unsigned int lp)
{
	u64 mtrrcap = tdx_msr_on_lp(m, lp, IA32_MTRRCAP);
	unsigned int smrr, nr = tdx_smrr2_counts(m, lp) ? 2 : 1;
	u64 ret;

	if (!(mtrrcap & MTRRCAP_SMRR))
		return TDX_SMRR_NOT_SUPPORTED;

	if (!(mtrrcap & MTRRCAP_SMRR_LOCK))
		return TDX_SMRR_LOCK_NOT_SUPPORTED;

	for (smrr = 0; smrr < nr; smrr++) {
		if (!(smrr_mask(m, lp, smrr) & SMRR_MASK_LOCK))
			return TDX_SMRR_NOT_LOCKED + smrr;
	}

	for (smrr = 0; smrr < nr; smrr++) {
		u64 mask = smrr_mask(m, lp, smrr);

		if (mask & SMRR_MASK_VALID &&
		    !smrr_is_aligned(smrr_base(m, lp, smrr), mask))
			return TDX_INVALID_SMRR_CONFIGURATION + smrr;
	}

	for (smrr = 0; smrr < nr; smrr++) {
		if (!(smrr_mask(m, lp, smrr) & SMRR_MASK_VALID))
			continue;
		ret = check_smrr_in_cmrs(m, lp, smrr);
		if (ret)
			return ret;
	}

	return TDX_SUCCESS;
}

u64 tdx_check_memory(struct tdx_module *m, unsigned int lp)
{
	return check_tme(m, lp) ?:
	       check_hkids(m, lp) ?:
	       check_wbinvd(m, lp) ?:
	       check_cmrs(m) ?:
	       check_smrrs(m, lp);
}
