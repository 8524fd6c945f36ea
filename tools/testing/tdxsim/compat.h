/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDXSIM_COMPAT_H
#define TDXSIM_COMPAT_H

/* What Linux 6.12 and 7.3 call differently. */
#include <asm/msr.h>

#ifdef rdmsrq
#include <asm/cpuid/api.h>
#else
#include <asm/cpuid.h>
#define rdmsrq_safe	rdmsrl_safe
#endif

#endif
