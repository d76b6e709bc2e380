/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Straight pieces of code for test_board.c; `table` has start and end of each, in that order. */
    .include "boot.inc"
main:
    ldr x1, =0x08000000
    mov w2, #1
    str w2, [x1]                    /* GICD_CTLR */
    movn w2, #0
    str w2, [x1, #0x100]
    str w2, [x1, #0x104]
    add x2, x1, #0x10000
    mov w3, #0xf0
    str w3, [x2, #4]                /* GICC_PMR */
    mov w3, #1
    str w3, [x2]
    ldr x4, =0x09000000
    ldr x5, =0x40600000
ready:
    b ready

    .macro piece name
    .pushsection .rodata
    .quad 1f, 2f
    .popsection
1:
    .endm
    .macro ends
2:
    nop
    .endm
    .pushsection .rodata
    .balign 8
table:
    .popsection

    /* x1 GICD, x2 GICC, x4 UART, x5 RAM */
    piece loads
    ldr w10, [x4, #0xfe0]
    ldrh w11, [x4, #0xfe0]
    ldrb w12, [x4, #0xff0]
    ldrsb x13, [x1, #0xfd4 + 16]
    ldrsb w14, [x1, #0xfd4 + 16]
    ldrsw x15, [x1, #0x100]
    ldr x16, [x4, #0xfe0]
    ldr wzr, [x4, #0xfe0]
    ends
    piece pairs
    ldp w10, w11, [x4, #0xf0]
    add x6, x1, #0x100
    ldp w12, w13, [x6]
    ldpsw x14, x15, [x6]
    ends
    piece indexed
    mov x6, x4
    mov x7, x4
    mov x8, x1
    ldr w10, [x6, #0x7f]!
    ldr w11, [x7], #-8
    ldp w12, w13, [x8], #16
    ldrb w14, [x7, #32]!
    ends
    piece stores
    mov w9, #'a'
    str w9, [x4]
    strb w9, [x4]
    strh wzr, [x4]
    str wzr, [x4]
    ldr x9, ='b'
    stp w9, wzr, [x4]
    mov x6, x4
    str w9, [x6], #4
    ends
    piece counter
    mrs x10, cntvct_el0
    .rept 20
    nop
    .endr
    mrs x11, cntvct_el0
    mrs x12, cntpct_el0
    mrs x13, cntfrq_el0
    ends
    piece timer
    mov x10, #100
    msr cntv_cval_el0, x10
    mrs x11, cntv_cval_el0
    mrs x12, cntv_ctl_el0
    mov x10, #1
    msr cntv_ctl_el0, x10
    mrs x13, cntv_ctl_el0
    movn x10, #9
    msr cntp_tval_el0, x10
    mov x10, #3
    msr cntp_ctl_el0, x10
    mrs x14, cntp_ctl_el0
    mrs x15, cntp_tval_el0
    mrs x16, cntv_tval_el0
    ends
    piece identity
    mrs x10, midr_el1
    mrs x11, mpidr_el1
    mrs x12, id_aa64pfr0_el1
    mrs x13, id_aa64dfr0_el1
    mrs x14, id_aa64isar0_el1
    mrs x15, id_aa64mmfr0_el1
    mrs x16, ctr_el0
    mrs x17, dczid_el0
    mrs x18, currentel
    ends
    piece unknown
    mrs x10, pmcr_el0
    msr pmcntenset_el0, x10
    ldr w11, [x4, #0x100]
    str w11, [x4, #0x104]
    ldr w12, [x1, #0x2000]
    ldr x13, =0x12345678
    ends
    piece pl031
    add x6, x4, #0x10000
    ldr w10, [x6]
    ldr w11, [x6, #0xfe0]
    ends
    piece virtio
    mov x6, #0x0a000000
    ldr w10, [x6]
    ldr w11, [x6, #4]
    ldr w12, [x6, #8]
    ldr w13, [x6, #0x200]
    ldr w14, [x6, #0x3e08]
    str w14, [x6, #0x70]
    ends
    piece sgi
    msr daifclr, #2
    mov w10, #0x10000
    str w10, [x1, #0xf00]
    nop
    ends
    piece uart_irq
    msr daifclr, #2
    mov w10, #0x20
    str wzr, [x4]
    nop
    str w10, [x4, #0x38]
    nop
    nop
    ends
    piece unmask
    mov w10, #0x10000
    str w10, [x1, #0xf00]
    nop
    nop
    msr daifclr, #2
    nop
    ends
    piece by_eret
    mov w10, #0x10000
    str w10, [x1, #0xf00]
    adr x11, 3f
    msr elr_el1, x11
    mov x12, #0x345
    msr spsr_el1, x12
    eret
3:  nop
    nop
    ends
    piece by_daif
    mov w10, #0x10000
    str w10, [x1, #0xf00]
    msr daif, xzr
    nop
    ends
    piece off
    ldr x0, =0x84000008
    mov x1, #0x1ff
    hvc #0
    ends
    piece reset
    ldr x0, =0x84000009
    hvc #0
    ends
    piece version
    ldr x0, =0x84000000
    hvc #0
    mov x10, x0
    ldr x0, =0xc300ff00
    hvc #0
    mov x11, x0
    ends
    piece wait
    wfi
    nop
    nop
    ends
    piece wait_timer
    mov x10, #1000
    msr cntv_tval_el0, x10
    mov x11, #1
    msr cntv_ctl_el0, x11
    mrs x12, cntvct_el0
    wfi
    mrs x13, cntvct_el0
    ends
    piece translate
    at s1e1r, x5
    mrs x10, par_el1
    at s1e0r, x1
    mrs x11, par_el1
    ends
    piece zero_line
    str xzr, [x5, #0x200]           /* the page is in the engine's TLB now */
    b 3f
3:  add x6, x5, #0x100
    add x6, x6, #8
    dc zva, x6
    mov x10, #1
    ends
    piece self_modify
    ldr w10, =0xd2800020            /* mov x0, #1 */
    adr x11, 4f
    str w10, [x11]
    dc cvau, x11
    dsb ish
    ic ivau, x11
    dsb ish
    isb
4:  mov x0, #2
    ends
    piece user
    msr elr_el1, x5
    msr spsr_el1, xzr
    eret
    ends
    piece debug
    msr dbgbvr0_el1, xzr
    msr dbgwcr3_el1, xzr
    mov x10, #0x1e5
    msr dbgbcr0_el1, x10
    mrs x11, dbgbcr0_el1
    mrs x12, dbgwvr1_el1
    ends
    .ltorg

    .balign 2048
vectors:
    .rept 512
    b .
    .endr
