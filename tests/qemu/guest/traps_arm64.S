// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * traps_arm64.S - one bare program that takes every kind of synchronous
 * exception, first at EL1, then at EL0, and powers off. No interrupts, no
 * device but the UART, so that two models of the CPU must agree on all of it.
 *
 * Memory: identity map by 1 GiB blocks (devices, RAM), but the 2 MiB at `hole`
 * is a table of its own: page 0 read-write for both, page 1 read-only, page 2
 * EL1 only, page 3 EL0 code, page 4 never executable, the rest unmapped.
 * Registers kept throughout: x28 = where the handler resumes after a fault.
 */
        .equ    PAGE_RW,   0x40200000
        .equ    PAGE_RO,   0x40201000
        .equ    PAGE_EL1,  0x40202000
        .equ    PAGE_CODE, 0x40203000
        .equ    PAGE_NX,   0x40204000
        .equ    PAGE_NONE, 0x40205000
        .equ    UNMAPPED,  0x6000000000         // no entry at level 1
        .equ    UART,      0x09000000

        .equ    ATTR_DEV,  0x405                // AF, AttrIdx 1, block
        .equ    ATTR_MEM,  0x701                // AF, inner shareable, AttrIdx 0, block
        .equ    PAGE_MEM,  0x703
        .equ    USER,      1 << 6
        .equ    READONLY,  1 << 7
        .equ    PXN_HI,    1 << 53
        .equ    UXN_HI,    1 << 54

        // Run one instruction that faults; the handler goes on behind it.
        .macro  try insn:vararg
        adr     x28, 7770f
        \insn
7770:
        .endm

        .section .text
        .globl  _start
_start:
        msr     daifset, #15
        adr     x0, vectors
        msr     vbar_el1, x0
        adr     x0, stack_top
        mov     sp, x0

        // Level 1: 1 GiB each. 0: devices. 1: RAM through a level 2 table.
        adr     x0, level1
        mov     x1, #ATTR_DEV
        ldr     x2, =PXN_HI | UXN_HI
        orr     x1, x1, x2
        str     x1, [x0]
        adr     x1, level2
        orr     x1, x1, #3
        str     x1, [x0, #8]
        // Level 2: 2 MiB each. 0: this program, for EL1. 1: the pages of the test.
        adr     x0, level2
        ldr     x1, =0x40000000 | ATTR_MEM | UXN_HI
        str     x1, [x0]
        adr     x1, level3
        orr     x1, x1, #3
        str     x1, [x0, #8]
        adr     x0, level3
        ldr     x1, =PAGE_RW | PAGE_MEM | USER | PXN_HI | UXN_HI
        str     x1, [x0]
        ldr     x1, =PAGE_RO | PAGE_MEM | USER | READONLY | PXN_HI | UXN_HI
        str     x1, [x0, #8]
        ldr     x1, =PAGE_EL1 | PAGE_MEM | PXN_HI | UXN_HI
        str     x1, [x0, #16]
        ldr     x1, =PAGE_CODE | PAGE_MEM | USER | READONLY | PXN_HI
        str     x1, [x0, #24]
        ldr     x1, =PAGE_NX | PAGE_MEM | USER | PXN_HI | UXN_HI
        str     x1, [x0, #32]
        // A page whose access flag is clear.
        ldr     x1, =0x40206000 | (PAGE_MEM & ~0x400) | USER | PXN_HI | UXN_HI
        str     x1, [x0, #48]

        // EL0's code to its page, while the MMU is off.
        adr     x0, user_code
        adr     x1, user_code_end
        ldr     x2, =PAGE_CODE
1:      ldr     x3, [x0], #8
        str     x3, [x2], #8
        cmp     x0, x1
        b.lo    1b

        ldr     x0, =0x00ff                     // 0: normal write-back, 1: device
        msr     mair_el1, x0
        ldr     x0, =0x280803519                // 39-bit TTBR0, 4 KiB, TTBR1 off, 40-bit PA
        msr     tcr_el1, x0
        adr     x0, level1
        msr     ttbr0_el1, x0
        dsb     sy
        isb
        tlbi    vmalle1
        dsb     sy
        mrs     x0, sctlr_el1
        ldr     x1, =(1 << 26) | (1 << 18) | (1 << 16) | (1 << 15) | (1 << 14)
        bic     x0, x0, x1                      // EL0: no cache operations, DC ZVA, CTR, WFI, WFE
        ldr     x1, =0x1005 | (1 << 3) | (1 << 4)
        orr     x0, x0, x1                      // MMU, caches, stack alignment checks
        msr     sctlr_el1, x0
        mov     x0, #3 << 20
        msr     cpacr_el1, x0                   // FP for all
        isb

        bl      el1_cases
        // EL0: interrupts masked as here, its stack in the read-write page.
        ldr     x0, =PAGE_RW + 0x1000
        msr     sp_el0, x0
        mov     x0, #0x3c0
        msr     spsr_el1, x0
        ldr     x0, =PAGE_CODE
        msr     elr_el1, x0
        eret

el1_cases:
        str     x30, [sp, #-16]!
        svc     #0x11
        try     brk #0x22
        try     udf #7
        ldr     x1, =PAGE_NONE
        try     ldr x0, [x1, #8]
        try     str x0, [x1, #16]
        try     ldrb w0, [x1, #3]
        try     stp x2, x3, [x1, #32]
        ldr     x1, =PAGE_RO
        try     str x0, [x1]
        ldr     x1, =UNMAPPED
        try     ldr x0, [x1]
        ldr     x1, =0x40400000
        try     ldr w0, [x1]                    // level 2
        ldr     x1, =0x40206000
        try     ldr x0, [x1]                    // access flag
        ldr     x1, =0x8000000000000000
        try     ldr x0, [x1]                    // outside of both ranges
        ldr     x1, =PAGE_RW + 4
        try     ldxr x0, [x1]                   // unaligned exclusive
        ldr     x1, =PAGE_NX
        try     br x1                           // never executable
        ldr     x1, =PAGE_CODE
        try     br x1                           // not for EL1
        ldr     x1, =PAGE_NONE
        try     br x1
        mov     x9, sp
        sub     x1, x9, #8
        mov     sp, x1
        try     ldr x0, [sp]                    // stack pointer not at 16
        mov     sp, x9
        msr     cpacr_el1, xzr
        isb
        try     fmov d0, #1.0                   // FP off
        try     ldr q1, [x9]
        mov     x0, #3 << 20
        msr     cpacr_el1, x0
        isb
        fmov    d0, #1.0
        ldr     x30, [sp], #16
        ret

        // Copied to PAGE_CODE: position independent.
user_code:
        svc     #0
        svc     #0xffff
        try     brk #1
        try     udf #0xff
        mov     x1, #0x40200000
        add     x2, x1, #0x1000                 // read-only
        add     x3, x1, #0x2000                 // EL1's
        add     x4, x1, #0x5000                 // not there
        str     x1, [x1]
        try     str x0, [x2]
        try     ldr x0, [x3]
        try     strb w0, [x3, #1]
        try     ldr x0, [x4]
        try     str q0, [x4, #16]
        try     ldp x5, x6, [x4, #64]
        try     prfm pldl1keep, [x4]            // never faults
        add     x7, x4, #0xffc
        try     ldr x0, [x7]                    // crosses into the next page
        try     ldar x0, [x4]
        mov     x5, #0x40000000
        try     ldr x0, [x5]                    // EL1's block
        mov     x5, #0x6000000000
        try     ldr x0, [x5]
        add     x6, x1, #4
        try     ldaxr x0, [x6]
        add     x6, x1, #0x4000
        try     br x6                           // never executable
        try     br x4
        try     br x5
        try     mrs x0, sctlr_el1
        try     msr vbar_el1, x0
        try     mrs x0, ctr_el0                 // SCTLR.UCT clear
        try     dc zva, x1                      // SCTLR.DZE clear
        try     dc civac, x1                    // SCTLR.UCI clear
        try     tlbi vmalle1
        try     eret
        try     hvc #0
        try     wfi                             // SCTLR.nTWI clear
        mrs     x0, tpidr_el0
        mrs     x0, fpcr
        mov     x9, sp
        sub     x0, x9, #8
        mov     sp, x0
        try     ldr x0, [sp]
        mov     sp, x9
        svc     #0xe0d                          // the handler ends the run
        b       .
user_code_end:
        .balign 8

        // All vectors lead to one handler; x26, x27 are its own.
        .balign 2048
vectors:
        .rept   16
        b       handler
        .balign 128
        .endr

handler:
        mrs     x26, esr_el1
        lsr     x27, x26, #26
        cmp     x27, #0x15                      // SVC: ELR is behind it already
        b.eq    1f
        msr     elr_el1, x28
        eret
1:      movz    w27, #0xe0d
        and     w26, w26, #0xffff
        cmp     w26, w27
        b.eq    finish
        eret

finish:
        mov     x1, #UART
        adr     x2, message
2:      ldrb    w0, [x2], #1
        cbz     w0, 3f
        str     w0, [x1]
        b       2b
3:      ldr     x0, =0x84000008                 // PSCI SYSTEM_OFF
        mov     x1, #0
        hvc     #0
        b       .
message:
        .asciz  "traps: done\n"
        .balign 8
        .ltorg

        .bss
        .balign 4096
level1: .skip   4096
level2: .skip   4096
level3: .skip   4096
        .skip   4096
stack_top:
