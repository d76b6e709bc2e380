/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init_start.S - start and system calls of PID 1 (init/init.c) on x86_64. */
    .text
    .global _start
    .type _start, @function
_start:                         /* rsp: argc, argv, envp; never returns */
    .cfi_startproc
    .cfi_undefined rip
    xorl %ebp, %ebp
    movq %rsp, %rdi
    call init_main
    ud2
    .cfi_endproc
    .size _start, . - _start

    .global init_syscall
    .type init_syscall, @function
init_syscall:                   /* rdi number, rsi rdx rcx r8 r9 and the stack: arguments -> rax */
    .cfi_startproc
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq %r9, %r8
    movq 8(%rsp), %r9
    syscall
    ret
    .cfi_endproc
    .size init_syscall, . - init_syscall
    .section .note.GNU-stack, "", @progbits
