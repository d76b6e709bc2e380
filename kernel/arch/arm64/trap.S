/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.S - exception vectors, entry and return.
 *
 * Entry from EL0. SP_EL1 is the top of the thread's kernel stack. The whole user context is
 * stored there as a struct trap_frame before any C runs: x0-x30, SP_EL0, ELR,
 * SPSR, TPIDR_EL0, v0-v31, FPSR, FPCR. Nothing of the user's is live in a register after
 * that. Return loads all of it again.
 *
 * Entry from EL1. The exception pushes a struct kernel_frame on the same stack, after
 * a test that it is still inside: bit KSTACK_SHIFT of SP (layout.h). Where it is not, the
 * stack has overflowed, and a stack of its own takes the report.
 *
 * The CPU masks D, A, I and F on each entry; C unmasks I. ELR, SPSR, ESR and FAR are read
 * before that, because the next exception overwrites them.
 */
#include "asm.h"
#include "frame.h"
#include "layout.h"

#define OVERFLOW_STACK_BYTES 4096

/* .req names would do as well; ESR and FAR go to C in x1 and x2. */
    .arch armv8-a+fp+simd

/* General registers and the interrupted SP, PC and PSTATE; x0 to x3 are free afterwards. */
    .macro save_general sp_register
    .irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
    save_pair \n, (\n + 1)
    .endr
    \sp_register
    stp x30, x0, [sp, #FRAME_X(30)]
    .cfi_rel_offset x30, FRAME_X(30)
    .cfi_rel_offset CFI_SP, FRAME_SP
    mrs x1, elr_el1
    mrs x2, spsr_el1
    stp x1, x2, [sp, #FRAME_PC]
    .cfi_rel_offset CFI_PC, FRAME_PC
    .endm

    .macro save_pair n, m
    .altmacro
    save_pair_named %\n, %\m
    .noaltmacro
    .endm
    .macro save_pair_named n, m
    stp x\n, x\m, [sp, #FRAME_X(\n)]
    .cfi_rel_offset x\n, FRAME_X(\n)
    .cfi_rel_offset x\m, FRAME_X(\m)
    .endm
