// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * start_arm64.S - EL1, MMU on, code read-only, data never executable; calls bench_main().
 *
 * The engine keeps a slow store path for pages that it may execute, so a fair
 * measurement maps data the way a kernel with W^X does.
 */
        .equ    BLOCK_CODE, 0x40000000 | 0x781  // AF, inner shareable, read-only
        .equ    BLOCK_DATA, 0x40200000 | 0x701
        .equ    NX,         3 << 53             // PXN, UXN
        .equ    UXN,        1 << 54

        .section .text.start, "ax"
        .globl  _start
_start:
        msr     daifset, #15
        ldr     x0, =stack_top
        mov     sp, x0
        mov     x0, #0xff                       // attribute 0: normal write-back
        msr     mair_el1, x0
        ldr     x0, =0x280803519                // 39-bit TTBR0, 4 KiB pages, TTBR1 off
        msr     tcr_el1, x0
        ldr     x0, =level1
        msr     ttbr0_el1, x0
        dsb     sy
        isb
        tlbi    vmalle1
        dsb     sy
        ldr     x0, =0x30d0d805 | (1 << 12)     // MMU, data and instruction caches
        msr     sctlr_el1, x0
        isb
        mov     x0, #3 << 20                    // FP and SIMD as any kernel for C programs has them:
        msr     cpacr_el1, x0                   // while they trap, every block is looked at
        isb
        bl      bench_main
        ldr     x0, =0x84000008                 // PSCI SYSTEM_OFF
        mov     x1, #0
        hvc     #0
        b       .
        .ltorg

        .data
        .balign 4096
level1: .quad   0, level2 + 3
        .skip   4096 - 16
level2: .quad   BLOCK_CODE | UXN, BLOCK_DATA | NX
        .skip   4096 - 16

        .bss
        .balign 16
        .skip   65536
stack_top:
