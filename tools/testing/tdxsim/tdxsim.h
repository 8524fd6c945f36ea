/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDXSIM_H
#define TDXSIM_H

#include <linux/types.h>

#include "tdx_module.h"

struct dentry;
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
int tdxsim_find_cmrs(struct tdx_range *cmrs);
int tdxsim_read_hkids(u64 *first, u64 *last);

/* params.c */
extern char *tdxsim_first_rules;
extern bool tdxsim_testbed;
extern bool tdxsim_watch;
extern u32 tdxsim_tdmr_init_us;
int tdxsim_set_presence(const char *name);
int tdxsim_parse_parameters(struct tdx_platform *platform);
bool tdxsim_wanted(void);
void tdxsim_announce(const struct tdx_platform *platform);

/* seamcall.c */
bool tdxsim_in_vmx_operation(void);
bool tdxsim_real_module_may_answer(void);
int tdxsim_start_executing(void);
void tdxsim_stop_executing(void);

/* inject.c */
int tdxsim_set_rules(const char *text);
void tdxsim_clear_rules(void);
void tdxsim_show_rules(struct seq_file *s);
bool tdxsim_inject(unsigned int cpu, enum tdxsim_outcome *outcome,
		   struct tdx_regs *regs);

/* names.c */
const char *tdxsim_leaf_name(u64 leaf);
bool tdxsim_find_leaf(const char *name, u64 *leaf);
bool tdxsim_find_code(const char *name, u64 *code);
bool tdxsim_find_operand(const char *name, u64 *id);

/* pamt.c */
int tdxsim_pamt_init(void);
void tdxsim_pamt_exit(void);
void tdxsim_pamt_line_written(u64 pa);
unsigned long tdxsim_pamt_private_lines(void);
void tdxsim_pamt_begin(void);
void tdxsim_pamt_end(const struct tdx_regs *in, bool success);
void tdxsim_show_pamts(struct seq_file *s);
void tdxsim_show_clear_pamts(struct seq_file *s);
unsigned int tdxsim_pamt_violations(void);

/* testbed.c */
#define TDXSIM_TESTBED_LPS	64

bool tdxsim_testbed_active(void);
unsigned int tdxsim_lp(unsigned int cpu);
void tdxsim_create_testbed_files(struct dentry *dir);
void tdxsim_free_testbed(void);

/* debugfs.c */
int tdxsim_create_files(bool testbed);
void tdxsim_remove_files(void);
void tdxsim_record(unsigned int cpu, const struct tdx_regs *in,
		   enum tdxsim_outcome outcome, const struct tdx_regs *out);

#endif
