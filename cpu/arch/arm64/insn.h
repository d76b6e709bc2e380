/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/arm64/insn.h - what the model must know of an instruction word.
 *
 * Rules of use: arm64_fetch() reads through the tables as the CPU would, without
 * effects. The rest is pure (DDI 0487, chapter C4).
 */
#ifndef TRAPLINE_CPU_ARM64_INSN_H
#define TRAPLINE_CPU_ARM64_INSN_H

#include "cpu/arch/arm64/arm64.h"

#define INSN_WFI 0xd503207fu

/* A load or store of general registers, as far as a device access needs it. */
struct insn_access {
    bool is_write, sign_extend, wide; /* wide: the register is 64 bits */
    unsigned size;                    /* bytes of one register's access */
    unsigned count;                   /* 1, or 2 for a pair */
    unsigned rt[2];
    bool writeback;
    unsigned rn;
    int64_t writeback_offset;
};

/* A plain store of general or vector registers: to Xn or SP, plus an offset or a register. */
struct insn_store {
    bool vector, writeback;
    unsigned size, count, rt[2]; /* bytes of one register */
    unsigned rn;
    int64_t offset, writeback_offset;
    bool indexed;    /* by rm, which is extended first */
    unsigned rm, extend, shift; /* extend: 2 UXTW, 3 LSL, 6 SXTW, 7 SXTX */
};

MUST_CHECK int arm64_fetch(struct arm64 *a, vaddr_t pc, uint32_t *word);
/* FP or SIMD, loads and stores of their registers and FPCR, FPSR accesses included. */
bool insn_is_fp(uint32_t word);
/* WFI or WFE. */
bool insn_is_wait(uint32_t word);
/* MSR DAIFSet or DAIFClr. */
bool insn_is_daif(uint32_t word);
/* MRS or MSR (register): true, with its register's encoding. */
bool insn_sysreg(uint32_t word, uint32_t *id, bool *is_write);
/* STR, STRB, STRH, STUR, STTR, STP, STNP, STLR in all their forms; others: false. */
bool insn_decode_store(uint32_t word, struct insn_store *store);
/* What is added to the base, where rm holds `index`. */
uint64_t insn_store_offset(const struct insn_store *store, uint64_t index);
/* Load/store pair, or pre/post-indexed load/store, of general registers. */
bool insn_decode_access(uint32_t word, struct insn_access *access);

#endif
