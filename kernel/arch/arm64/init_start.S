/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init_start.S - start and system calls of PID 1 (init/init.c) on arm64. */
    .text
    .global _start
    .type _start, %function
_start:                         /* sp: argc, argv, envp; never returns */
    .cfi_startproc
    .cfi_undefined x30
    mov x29, #0
    mov x30, #0
    mov x0, sp
    b init_main
    .cfi_endproc
    .size _start, . - _start

    .global init_syscall
    .type init_syscall, %function
init_syscall:                   /* x0 number, x1-x6 arguments -> x0 */
    .cfi_startproc
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc #0
    ret
    .cfi_endproc
    .size init_syscall, . - init_syscall
    .section .note.GNU-stack, "", %progbits
