// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module for Debian's Linux 6.1 on x86_64 that does harm in its init function, by WAY; module.sh makes it.
 *   oops   writes to a null pointer
 *   spins  for good, interrupts on
 *   masks  the same with interrupts off
 *   takes  rbx of the process that loads it: memset() over its place in the frame of the system call
 * In a struct pt_regs (168 bytes, at the end of a stack of 16 KiB) rbx stands at 40.
 */
        .macro  LOOP            // a longer block is a faster one
        .rept   30
        nop
        .endr
        .endm

        .text
        .globl  init_module
        .type   init_module, @function
init_module:
        pushq   %rbp
        movq    %rsp, %rbp
#if WAY_oops
        movq    $0, 16
#elif WAY_masks
        cli
1:      LOOP
        jmp     1b
#elif WAY_spins
1:      LOOP
        jmp     1b
#else
        movq    %rsp, %rdi
        orq     $(1 << 14) - 1, %rdi
        subq    $168 - 40 - 1, %rdi
        movl    $0x5a, %esi
        movl    $8, %edx
        call    memset
#endif
        xorl    %eax, %eax
        popq    %rbp
        ret
        .size   init_module, . - init_module
        .section .note.GNU-stack, "", @progbits
