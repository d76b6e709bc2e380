/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.S - exceptions from ring 3. Saved is what "the kernel uses": the integer registers. The
 * compiler zeroes pages by xmm0. With -DSAVE_VECTORS the FXSAVE area is kept as well.
 */
    .text
    .global page_fault
page_fault:                         /* stack: error code, RIP, CS, RFLAGS, RSP, SS */
    push %r15
    push %r14
    push %r13
    push %r12
    push %r11
    push %r10
    push %r9
    push %r8
    push %rdi
    push %rsi
    push %rbp
    push %rbx
    push %rdx
    push %rcx
    push %rax
    mov %rsp, %rdi                  /* struct frame (kernel.h) */
    mov %cr2, %rsi
    mov %rsp, %rbx                  /* kept by C, put back below */
    and $-16, %rsp
#ifdef SAVE_VECTORS
    sub $512, %rsp
    fxsave64 (%rsp)
#endif
    cld
    call trap_page_fault            /* trap.c */
#ifdef SAVE_VECTORS
    fxrstor64 (%rsp)
#endif
    mov %rbx, %rsp
    pop %rax
    pop %rcx
    pop %rdx
    pop %rbx
    pop %rbp
    pop %rsi
    pop %rdi
    pop %r8
    pop %r9
    pop %r10
    pop %r11
    pop %r12
    pop %r13
    pop %r14
    pop %r15
    add $8, %rsp
    .global user_return
user_return:
    iretq

    .global exit_call
exit_call:                          /* rdi: the status */
    .global power_off
power_off:
    mov %edi, %eax
    out %al, $0xf4
1:  hlt
    jmp 1b

    .section .note.GNU-stack, "", %progbits
