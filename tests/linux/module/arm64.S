// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module for Debian's Linux 6.1 on arm64 that does harm in its init function, by WAY; module.sh makes it.
 *   oops   writes to a null pointer
 *   spins  for good, interrupts on
 *   masks  the same with interrupts off
 *   takes  x19 of the process that loads it: memset() over its place in the frame of the system call
 * In a struct pt_regs (336 bytes, at the end of a stack of 16 KiB) x19 stands at 152.
 */
        .macro  LOOP            // a longer block is a faster one
        .rept   30
        nop
        .endr
        .endm

        .text
        .globl  init_module
        .type   init_module, %function
init_module:
        stp     x29, x30, [sp, #-16]!
        mov     x29, sp
#if WAY_oops
        mov     x1, #0
        str     xzr, [x1, #16]
#elif WAY_masks
        msr     daifset, #2
1:      LOOP
        b       1b
#elif WAY_spins
1:      LOOP
        b       1b
#else
        mov     x0, sp
        orr     x0, x0, #(1 << 14) - 1
        sub     x0, x0, #336 - 152 - 1
        mov     w1, #0x5a
        mov     x2, #8
        bl      memset
#endif
        mov     w0, #0
        ldp     x29, x30, [sp], #16
        ret
        .size   init_module, . - init_module

        // Linux looks for these, and puts its own way to far functions there.
        .section .plt, "ax", %progbits
        .byte   0
        .section .init.plt, "a", %progbits
        .byte   0
        .section .text.ftrace_trampoline, "ax", %progbits
        .byte   0
        .section .note.GNU-stack, "", %progbits
