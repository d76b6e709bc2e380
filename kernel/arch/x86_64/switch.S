/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch.S - from one thread's kernel stack to another's.
 *
 * A switch is a function call that returns on another stack: what the C ABI lets a call
 * clobber is dead already, so only the callee-saved registers stay on the stack
 * (struct context, context.c). User state is in the trap frames and never moves.
 */
#include "kernel/arch/x86_64/asm.h"

    .text
/* void context_switch(struct context **save, struct context *to). Interrupts are masked. */
func context_switch
    push_reg rbp
    push_reg rbx
    push_reg r12
    push_reg r13
    push_reg r14
    push_reg r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    pop_reg r15
    pop_reg r14
    pop_reg r13
    pop_reg r12
    pop_reg rbx
    pop_reg rbp
    ret
endfunc context_switch

/* A user thread's first code. The stack pointer is at its struct trap_frame. */
    .balign 16
    .global context_start_user
    .type context_start_user, @function
context_start_user:
    .cfi_startproc
    .cfi_undefined %rip
    call thread_start_user
    jmp trap_return_user
    .cfi_endproc
    .size context_start_user, . - context_start_user

/* A kernel thread's: RBX(RBP), which does not return. */
    .balign 16
    .global context_start_kernel
    .type context_start_kernel, @function
context_start_kernel:
    .cfi_startproc
    .cfi_undefined %rip
    sti
    movq %rbp, %rdi
    xorl %ebp, %ebp
    call *%rbx
    ud2
    .cfi_endproc
    .size context_start_kernel, . - context_start_kernel

    .section .note.GNU-stack, "", %progbits
