/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch.S - from one kernel stack to another.
 *
 * Only what the procedure call standard makes the callee keep is saved (AAPCS64, 6.1.1):
 * everything of user mode is in the trap frame, and the kernel has no FP state.
 */
#include "kernel/arch/arm64/asm.h"
#include "kernel/arch/arm64/frame.h"

    .text
/*
 * void context_switch(struct context **save, struct context *to), interrupts masked.
 * Returns on the other stack, to whoever called it there.
 */
FUNCTION(context_switch)
    sub sp, sp, #CONTEXT_BYTES
    .cfi_adjust_cfa_offset CONTEXT_BYTES
    stp x19, x20, [sp, #CONTEXT_X(19)]
    stp x21, x22, [sp, #CONTEXT_X(21)]
    stp x23, x24, [sp, #CONTEXT_X(23)]
    stp x25, x26, [sp, #CONTEXT_X(25)]
    stp x27, x28, [sp, #CONTEXT_X(27)]
    stp x29, x30, [sp, #CONTEXT_X(29)]
    .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    .cfi_rel_offset \n, CONTEXT_X(\n)
    .endr
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #CONTEXT_X(19)]
    ldp x21, x22, [sp, #CONTEXT_X(21)]
    ldp x23, x24, [sp, #CONTEXT_X(23)]
    ldp x25, x26, [sp, #CONTEXT_X(25)]
    ldp x27, x28, [sp, #CONTEXT_X(27)]
    ldp x29, x30, [sp, #CONTEXT_X(29)]
    .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    .cfi_restore \n
    .endr
    add sp, sp, #CONTEXT_BYTES
    .cfi_adjust_cfa_offset -CONTEXT_BYTES
    ret
END_FUNCTION(context_switch)

/* First code of a thread: x19 = fn or 0, x20 = arg, SP at the user frame, interrupts masked. */
FUNCTION(thread_first)
    .cfi_undefined x30
    cbnz x19, 1f
    bl thread_start_user
    b user_return
1:  msr daifclr, #DAIF_IRQ_BIT
    mov x0, x20
    blr x19
    brk #0                      /* a kernel thread does not return */
END_FUNCTION(thread_first)
    .section .note.GNU-stack, "", %progbits
