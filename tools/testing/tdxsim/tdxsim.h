/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDXSIM_H
#define TDXSIM_H

#include <linux/types.h>

#include "tdx_module.h"

struct seq_file;

enum tdxsim_presence {
	TDXSIM_PRESENT,
	TDXSIM_ABSENT,
	TDXSIM_FAULT,
};

/* How a SEAMCALL ends. */
enum tdxsim_outcome {
	TDXSIM_COMPLETED,
	TDXSIM_VMFAILINVALID,
	TDXSIM_GP,
	TDXSIM_UD,
};

/* main.c */
extern struct tdx_module tdxsim_module;
extern enum tdxsim_presence tdxsim_presence;

/* seamcall.c */
bool tdxsim_in_vmx_operation(void);
bool tdxsim_real_module_may_answer(void);
int tdxsim_start_executing(void);
void tdxsim_stop_executing(void);

/* inject.c */
int tdxsim_set_rules(const char *text);
void tdxsim_clear_rules(void);
void tdxsim_show_rules(struct seq_file *s);
bool tdxsim_inject(unsigned int cpu, u64 leaf, enum tdxsim_outcome *outcome,
		   u64 *code);

/* debugfs.c */
int tdxsim_create_files(void);
void tdxsim_remove_files(void);
void tdxsim_record(unsigned int cpu, const struct tdx_regs *in,
		   enum tdxsim_outcome outcome, const struct tdx_regs *out);

#endif
