/* SPDX-License-Identifier: GPL-2.0-only */
/* What tdxsim exports, see tools/testing/tdxsim/pamt.c. */
#ifndef TDXSIM_PAMT_H
#define TDXSIM_PAMT_H

#include <linux/types.h>

void tdxsim_pamt_line_written(u64 pa);
unsigned long tdxsim_pamt_private_lines(void);

#endif /* TDXSIM_PAMT_H */
