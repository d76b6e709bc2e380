/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.S - exception vectors, entry and return.
 *
 * Entry from EL0. SP_EL1 is the top of the thread's kernel stack. What C will use of the user's
 * registers is stored there in a struct trap_frame before any C runs: x0-x30, SP_EL0,
 * ELR, SPSR. TPIDR_EL0, FP and SIMD stay in the CPU (frame.h) and are loaded on the way
 * out only where they are not this frame's. Whoever edits the frame edits the user.
 *
 * Entry from EL1. The exception pushes a struct kernel_frame on the same stack, after
 * a test that SP is still inside one: bit KSTACK_SHIFT (layout.h). Where it is not, the
 * stack has overflowed, and a small stack of its own carries the report.
 *
 * The CPU masks D, A, I and F on each entry; C unmasks I when ESR and FAR have been
 * read, because the next exception overwrites them. Every entry ends in ERET, which is a
 * context synchronisation event and clears the exclusive monitor (DDI 0487, "Exception return").
 */
#include "kernel/arch/arm64/asm.h"
#include "kernel/arch/arm64/frame.h"
#include "kernel/arch/arm64/layout.h"

#define OVERFLOW_STACK_BYTES 4096

    .arch armv8-a

    .macro save_pair n, m
    stp x\n, x\m, [sp, #FRAME_X(\n)]
    .cfi_rel_offset x\n, FRAME_X(\n)
    .cfi_rel_offset x\m, FRAME_X(\m)
    .endm

    .macro save_x0_to_x29
    save_pair 0, 1
    save_pair 2, 3
    save_pair 4, 5
    save_pair 6, 7
    save_pair 8, 9
    save_pair 10, 11
    save_pair 12, 13
    save_pair 14, 15
    save_pair 16, 17
    save_pair 18, 19
    save_pair 20, 21
    save_pair 22, 23
    save_pair 24, 25
    save_pair 26, 27
    save_pair 28, 29
    .endm

    /* x30, the interrupted SP (in x0), PC and PSTATE. */
    .macro save_special
    mrs x1, elr_el1
    mrs x2, spsr_el1
    stp x30, x0, [sp, #FRAME_X(30)]
    stp x1, x2, [sp, #FRAME_PC]
    .cfi_rel_offset x30, FRAME_X(30)
    .cfi_rel_offset CFI_SP, FRAME_SP
    .cfi_rel_offset CFI_PC, FRAME_PC
    .endm

    /* x1 to x29 and x30; x0 comes last, by hand. */
    .macro load_x1_to_x30
    ldr x1, [sp, #FRAME_X(1)]
    ldp x2, x3, [sp, #FRAME_X(2)]
    ldp x4, x5, [sp, #FRAME_X(4)]
    ldp x6, x7, [sp, #FRAME_X(6)]
    ldp x8, x9, [sp, #FRAME_X(8)]
    ldp x10, x11, [sp, #FRAME_X(10)]
    ldp x12, x13, [sp, #FRAME_X(12)]
    ldp x14, x15, [sp, #FRAME_X(14)]
    ldp x16, x17, [sp, #FRAME_X(16)]
    ldp x18, x19, [sp, #FRAME_X(18)]
    ldp x20, x21, [sp, #FRAME_X(20)]
    ldp x22, x23, [sp, #FRAME_X(22)]
    ldp x24, x25, [sp, #FRAME_X(24)]
    ldp x26, x27, [sp, #FRAME_X(26)]
    ldp x28, x29, [sp, #FRAME_X(28)]
    ldr x30, [sp, #FRAME_X(30)]
    .endm

    /* From EL0: leaves sp = the struct trap_frame; what C does not use is still in the CPU. */
    .macro enter_from_user
    .cfi_signal_frame
    .cfi_return_column CFI_PC
    sub sp, sp, #FRAME_BYTES
    .cfi_adjust_cfa_offset FRAME_BYTES
    save_x0_to_x29
    mrs x0, sp_el0
    save_special
    mov x29, xzr                /* frame pointers of the kernel begin here */
    .endm

    /* From EL1: leaves sp = a struct kernel_frame. x0 is borrowed to look at SP. */
    .macro enter_from_kernel
    .cfi_signal_frame
    .cfi_return_column CFI_PC
    sub sp, sp, #KERNEL_FRAME_BYTES
    .cfi_adjust_cfa_offset KERNEL_FRAME_BYTES
    add sp, sp, x0              /* sp + x0 */
    sub x0, sp, x0              /* sp */
    tbz x0, #KSTACK_SHIFT, stack_overflow
    sub x0, sp, x0              /* x0 */
    sub sp, sp, x0              /* sp */
    save_x0_to_x29
    add x0, sp, #KERNEL_FRAME_BYTES
    save_special
    .endm

    .macro leave_to_kernel
    ldp x1, x2, [sp, #FRAME_PC]
    msr elr_el1, x1
    msr spsr_el1, x2
    load_x1_to_x30
    ldr x0, [sp, #FRAME_X(0)]
    add sp, sp, #KERNEL_FRAME_BYTES
    eret
    .endm

/*
 * The vectors (DDI 0487, "Exception vectors"): 16 entries of 128 bytes, four kinds for each of
 * four origins. SP_EL0 is never used at EL1 and user mode is never AArch32, so those
 * eight are reports, as FIQ and SError are.
 */
    .text
    .macro vector target
    .balign 128
    b \target
    .endm

    .balign 2048
    .global vector_table
    .type vector_table, %object
vector_table:
    vector unexpected           /* EL1 with SP_EL0: synchronous, IRQ, FIQ, SError */
    vector unexpected
    vector unexpected
    vector unexpected
    vector kernel_sync          /* EL1 */
    vector kernel_irq
    vector unexpected
    vector unexpected
    vector user_sync            /* EL0, AArch64 */
    vector user_irq
    vector unexpected
    vector unexpected
    vector unexpected           /* EL0, AArch32 */
    vector unexpected
    vector unexpected
    vector unexpected
    .balign 128
    .size vector_table, . - vector_table

/* trap_user_sync(frame, ESR), then out. */
FUNCTION(user_sync)
    enter_from_user
    mov x0, sp
    mrs x1, esr_el1
    bl trap_user_sync
    b user_return
END_FUNCTION(user_sync)

/* trap_user_irq(frame), then out. */
FUNCTION(user_irq)
    enter_from_user
    mov x0, sp
    bl trap_user_irq
    b user_return
END_FUNCTION(user_irq)

/*
 * To EL0 by the frame at sp, interrupts masked: an interrupt between the loads of ELR and ERET
 * would overwrite both. trap_leave_user() has run and nothing has written the frame since.
 */
FUNCTION(user_return)
    .cfi_signal_frame
    .cfi_return_column CFI_PC
    .cfi_def_cfa sp, FRAME_BYTES
    .cfi_rel_offset CFI_SP, FRAME_SP
    .cfi_rel_offset CFI_PC, FRAME_PC
    adrp x0, frame_live
    ldr x0, [x0, :lo12:frame_live]
    mov x1, sp
    cmp x0, x1
    b.ne 2f
1:  ldr x0, [sp, #FRAME_SP]
    ldp x1, x2, [sp, #FRAME_PC]
    msr sp_el0, x0
    msr elr_el1, x1
    msr spsr_el1, x2
    load_x1_to_x30
    ldr x0, [sp, #FRAME_X(0)]
    add sp, sp, #FRAME_BYTES
    eret
2:  mov x0, sp
    bl frame_load
    b 1b
END_FUNCTION(user_return)

/* trap_kernel_sync(frame, ESR, FAR): returns where the fault was resolved or fixed up. */
FUNCTION(kernel_sync)
    enter_from_kernel
    mov x0, sp
    mrs x1, esr_el1
    mrs x2, far_el1
    bl trap_kernel_sync
    leave_to_kernel
END_FUNCTION(kernel_sync)

/* intr_dispatch(), interrupts masked. */
FUNCTION(kernel_irq)
    enter_from_kernel
    bl intr_dispatch
    leave_to_kernel
END_FUNCTION(kernel_irq)

/* trap_unexpected(frame, ESR, FAR) does not return. */
FUNCTION(unexpected)
    enter_from_kernel
    mov x0, sp
    mrs x1, esr_el1
    mrs x2, far_el1
    bl trap_unexpected
END_FUNCTION(unexpected)

/*
 * SP is in the gap: nothing may be stored by it. Here sp = SP + x0 and x0 = SP, which
 * is the interrupted one less KERNEL_FRAME_BYTES. TPIDR_EL1 is unused, and no user needs its
 * TPIDR_EL0 again: they hold x0 and SP until there is a stack.
 */
FUNCTION(stack_overflow)
    .cfi_signal_frame
    .cfi_return_column CFI_PC
    msr tpidr_el1, x0
    sub x0, sp, x0
    msr tpidr_el0, x0
    adrp x0, overflow_stack_top
    add x0, x0, :lo12:overflow_stack_top
    mov sp, x0
    sub sp, sp, #KERNEL_FRAME_BYTES
    mrs x0, tpidr_el0
    save_x0_to_x29
    mrs x0, tpidr_el1
    add x0, x0, #KERNEL_FRAME_BYTES
    save_special
    mov x0, sp
    mrs x1, esr_el1
    mrs x2, far_el1
    bl trap_stack_overflow      /* (frame, ESR, FAR) does not return */
END_FUNCTION(stack_overflow)

    .bss
    .balign 16
overflow_stack:
    .skip OVERFLOW_STACK_BYTES
overflow_stack_top:
    .section .note.GNU-stack, "", %progbits
