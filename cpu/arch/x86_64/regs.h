/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/regs.h - ids of the x86_64 register table (cpu_reg_table()).
 *
 * Rules of use: ids are the same in every build; new registers go at the end
 * of their group only together with a new machine version.
 */
#ifndef TRAPLINE_CPU_X86_64_REGS_H
#define TRAPLINE_CPU_X86_64_REGS_H

#include <stddef.h>

enum x86_reg_id {
    X86_REG_RAX,
    X86_REG_RBX,
    X86_REG_RCX,
    X86_REG_RDX,
    X86_REG_RSI,
    X86_REG_RDI,
    X86_REG_RBP,
    X86_REG_RSP,
    X86_REG_R8,
    X86_REG_R9,
    X86_REG_R10,
    X86_REG_R11,
    X86_REG_R12,
    X86_REG_R13,
    X86_REG_R14,
    X86_REG_R15,
    X86_REG_RIP,
    X86_REG_RFLAGS,
    X86_REG_CS,
    X86_REG_SS,
    X86_REG_DS,
    X86_REG_ES,
    X86_REG_FS,
    X86_REG_GS,
    X86_REG_FS_BASE,
    X86_REG_GS_BASE,
    X86_REG_ST0,
    X86_REG_ST7 = X86_REG_ST0 + 7,
    X86_REG_FCW,
    X86_REG_FSW,
    X86_REG_FTW,
    X86_REG_MXCSR,
    X86_REG_XMM0,
    X86_REG_XMM15 = X86_REG_XMM0 + 15,
    X86_REG_CR0,
    X86_REG_CR2,
    X86_REG_CR3,
    X86_REG_CR4,
    X86_REG_CR8,
    X86_REG_EFER,
    X86_REG_STAR,
    X86_REG_LSTAR,
    X86_REG_FMASK,
    X86_REG_KERNEL_GS_BASE,
    X86_REG_GDTR_BASE,
    X86_REG_GDTR_LIMIT,
    X86_REG_IDTR_BASE,
    X86_REG_IDTR_LIMIT,
    X86_REG_TR,
    X86_REG_LDTR,
    X86_REG_CPL,
    X86_REG_COUNT,
};

struct x86;
/* All of the table; 16 bytes for each. */
int x86_reg_read_all(struct x86 *m, unsigned char (*values)[16]);
int x86_reg_read_list(struct x86 *m, const int *ids, size_t count, unsigned char (*values)[16]);

#endif
