/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.S - entry at EL1 with the MMU off, x0 = device tree. Tables by tables_build() (memory.c),
 * MMU on, then down to user_start at EL0.
 */
    .section .text.boot, "ax"
    .global _start
_start:
    b 1f                            /* Linux's Image header (booting.rst) */
    .long 0
    .quad 0x80000, image_bytes, 0xa, 0, 0, 0
    .ascii "ARM\x64"
    .long 0
1:  mov x9, #3 << 20                /* FP and SIMD for all: the compiler uses them here, too */
    msr cpacr_el1, x9
    isb
    adrp x9, kernel_stack_top
    add x9, x9, :lo12:kernel_stack_top
    mov sp, x9
    bl tables_build                 /* x0: the root */
    msr ttbr0_el1, x0
    mov x9, #0xff
    msr mair_el1, x9
    ldr x9, =(25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32)
    msr tcr_el1, x9
    adrp x9, vectors
    add x9, x9, :lo12:vectors
    msr vbar_el1, x9
    dsb ish
    isb
    mrs x9, sctlr_el1
    mov x10, #0x1005                /* M, C, I */
    orr x9, x9, x10
    msr sctlr_el1, x9
    isb
    .global enter_user
enter_user:
    msr spsr_el1, xzr
    adrp x9, user_start
    add x9, x9, :lo12:user_start
    msr elr_el1, x9
    eret

    .bss
    .balign 4096
    .skip 8192
kernel_stack_top:

    .section .note.GNU-stack, "", %progbits
