/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDXSIM_COMPAT_H
#define TDXSIM_COMPAT_H

/* What kernels call differently. Linux 6.16 renamed all of this. */
#include <asm/msr.h>

#if __has_include("asm/cpuid/api.h")
#include <asm/cpuid/api.h>
#else
#include <asm/cpuid.h>
#define rdmsrq_safe	rdmsrl_safe
#endif

#endif
