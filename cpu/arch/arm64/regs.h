/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/arm64/regs.h - register ids of this CPU: indexes into cpu_reg_table().
 *
 * Rules of use: names are the manual's, lower case. `sp` is the stack pointer
 * in use; sp_el0 and sp_el1 are those of the two levels, whichever is in use.
 */
#ifndef TRAPLINE_CPU_ARM64_REGS_H
#define TRAPLINE_CPU_ARM64_REGS_H

#include <stddef.h>

enum arm64_reg {
    ARM64_X0,
    ARM64_X30 = ARM64_X0 + 30,
    ARM64_SP,
    ARM64_PC,
    ARM64_PSTATE,
    ARM64_SP_EL0,
    ARM64_SP_EL1,
    ARM64_V0,
    ARM64_V31 = ARM64_V0 + 31,
    ARM64_FPCR,
    ARM64_FPSR,
    ARM64_SYS_FIRST, /* the system registers, in the order of the table in regs.c */
    ARM64_SYS_LAST = ARM64_SYS_FIRST + 22,
    ARM64_CNTV_CTL,
    ARM64_CNTV_CVAL,
    ARM64_CNTP_CTL,
    ARM64_CNTP_CVAL,
    ARM64_REG_COUNT,
};

struct arm64;
/* All of the table; 16 bytes for each. */
int arm64_reg_read_all(struct arm64 *m, unsigned char (*values)[16]);
int arm64_reg_read_list(struct arm64 *m, const int *ids, size_t count, unsigned char (*values)[16]);
/* The id of what MRS and MSR reach by this encoding; -1: the table has none. */
int arm64_reg_of_system(unsigned id);

#endif
