// SPDX-License-Identifier: GPL-2.0-only
/*
 * first, field, rd: TDH.SYS.RD of one field, on a module with one initialised LP.
 */
#include <string.h>

#include "records.h"

/* rd.vec says nothing of KeyIDs, and TDH.SYS.RD does not care. */
static void rd_start(void)
{
	if (loaded)
		return;

	start_record("rd");
	machine.lps = 1;
	machine.hkid_bits = 6;
	machine.private_hkid_min = 32;
	machine.private_hkid_max = 63;
	load_once();
	reach(SYSINIT_DONE, 1, NULL, 0);
}

#define FIELD_CLASS(id)	((id) >> 56 & 0x3f)

static bool rd_value_known(unsigned int kind, u64 id)
{
	if (is(kind, "UNREAD"))
		return false;

	return !is(kind, "PLATFORM") || FIELD_CLASS(id) == 0 ||
	       FIELD_CLASS(id) == 0x10;
}

/* "field ID BITS VALUE NEXT KIND", "rd ID out RAX NEXT VALUE KIND" */
void rd_line(void)
{
	u64 regs[NR_REGS], want[NR_REGS], id = number(1);
	bool field = is(0, "field"), known = rd_value_known(field ? 5 : 6, id);

	rd_start();
	set_inputs(regs, TDH_SYS_RD, 0);
	regs[RCX] = 0x11;
	regs[RDX] = id;
	regs[R8] = 0x22;
	memcpy(want, regs, sizeof(want));
	want[RAX] = field ? 0 : number(3);
	want[RDX] = number(4);
	want[R8] = number(field ? 3 : 5);
	record_name = words[1];

	if (known) {
		check_call(is(0, "rd-noinit"), 0, regs, want, COMPLETED,
			   0);
	} else {
		backend_call(0, 0, regs);
		if (regs[RAX] != want[RAX] || regs[RDX] != want[RDX])
			mismatch("next id", want[RDX], regs[RDX]);
	}
	end_of_check();
}
