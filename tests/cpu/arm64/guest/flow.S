/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A user loop with a bit of everything that a number must be right for: calls,
 * branches, system calls, each kind of fault, exclusives, SIMD, device reads, the
 * counter, WFI, and a timer interrupt in between. Ends by SYSTEM_OFF with x1 = 42.
 *
 * `table`, for the test to change: first deadline in counter ticks, period (0: one
 * interrupt), whether the loop reads the counter, iterations.
 */
    .include "boot.inc"
    .pushsection .data
    .balign 8
table:
    .quad 50, 61, 1, 24
    .popsection

main:
    ldr x1, =0x08000000
    mov w2, #1
    str w2, [x1]                    /* GICD_CTLR */
    mov w2, #1 << 27
    str w2, [x1, #0x100]            /* GICD_ISENABLER0 */
    add x1, x1, #0x10000
    mov w2, #0xf0
    str w2, [x1, #4]                /* GICC_PMR */
    mov w2, #1
    str w2, [x1]                    /* GICC_CTLR */
    mov x2, #3
    msr cntkctl_el1, x2             /* EL0 reads the counters */
    ldr x3, =table
    ldp x4, x5, [x3]
    ldp x24, x21, [x3, #16]
    ldr x6, =0x40200000
    msr elr_el1, x6
    msr spsr_el1, xzr
    ldr x7, =0x40500000
    msr sp_el0, x7
    msr cntv_tval_el0, x4
    mov x8, #1
    msr cntv_ctl_el0, x8
ready:
    eret

user_start:
    ldr x22, =0x40600000
    ldr x23, =0x40601008
    ldr x25, =0x40605000
    ldr x19, =0x40600008
    mov x20, #0
loop:
    add x20, x20, x21
    mov x0, x20
    svc #1
    eor x20, x0, x20, ror #7
    bl leaf
    ldr x9, =0x40a00000
    blr x9                          /* fetch fault: no block begins there */
    ldr x3, [x23]                   /* translation fault */
    str x20, [x23, #0xff8]          /* permission fault: read only */
    brk #1
    .inst 0x00000000
    dup v0.2d, x20
    add v1.16b, v0.16b, v1.16b
    stp q0, q1, [x22, #64]
    ldr q2, [x22, #80]
    fmov x4, d2
    add x20, x20, x4
2:  ldxr x5, [x22]
    add x5, x5, #3
    stxr w6, x5, [x22]
    cbnz w6, 2b
    svc #4                          /* loses the monitor between the two */
    ldxr x5, [x19]
    ldr x7, [x23]                   /* a fault between the two: STXR fails */
    stxr w6, x5, [x19]
    add x20, x20, x6
    ldr w7, [x25, #0x18]            /* UARTFR */
    str w20, [x25]                  /* UARTDR */
    add x20, x20, x7
    cbz x24, 3f
    mrs x8, cntvct_el0
    add x20, x20, x8
    nop
    mrs x8, cntvct_el0
    eor x20, x20, x8, lsl #3
3:  tbz x20, #0, 4f
    svc #3                          /* WFI in the kernel */
4:  str x20, [x22, #24]
    adr x9, 5f
    br x9
    udf #1
5:  subs x21, x21, #1
    b.ne loop
    svc #2
    b .
leaf:
    mov x10, #5
6:  subs x10, x10, #1
    b.ne 6b
    ret
    .ltorg
    .balign 8
user_end:

/* Registers of the interrupted code survive all of it but x0 of SVC 1. */
sync:
    stp x9, x10, [sp, #-32]!
    stp x11, x12, [sp, #16]
    mrs x9, esr_el1
    lsr x10, x9, #26
    cmp x10, #0x15
    b.eq call
    mrs x11, elr_el1
    add x11, x11, #4
    cmp x10, #0x20
    csel x11, x30, x11, eq          /* a fetch goes back to its caller */
    msr elr_el1, x11
    mrs x12, far_el1
back:
    ldp x11, x12, [sp, #16]
    ldp x9, x10, [sp], #32
    eret
call:
    and x9, x9, #0xffff
    cmp x9, #1
    b.eq 1f
    cmp x9, #2
    b.eq 2f
    cmp x9, #3
    b.eq 3f
    mrs x9, cntvct_el0
    b back
1:  add x0, x0, x0, lsl #2
    msr daifclr, #2                 /* interrupts in the kernel, too */
    mul x0, x0, x0
    msr daifset, #2
    b back
2:  ldr x0, =0x84000008
    mov x1, #42
    hvc #0
    b .
3:  ldr x9, =table
    ldr x9, [x9, #8]
    cbz x9, back                    /* no interrupt would come */
    wfi
    b back

irq:
    stp x9, x10, [sp, #-32]!
    stp x11, x12, [sp, #16]
    mrs x11, elr_el1
    mrs x12, spsr_el1
    ldr x9, =0x08010000
    ldr w10, [x9, #0xc]             /* GICC_IAR */
    stp x10, x11, [sp, #-16]!
    ldr x10, =table
    ldr x10, [x10, #8]
    cbz x10, 1f
    msr cntv_tval_el0, x10
    b 2f
1:  msr cntv_ctl_el0, xzr
2:  ldp x10, x11, [sp], #16
    str w10, [x9, #0x10]            /* GICC_EOIR */
    msr elr_el1, x11
    msr spsr_el1, x12
    ldp x11, x12, [sp, #16]
    ldp x9, x10, [sp], #32
    eret
    .ltorg

    .balign 2048
vectors:
    .org vectors + 0x200
    b sync
    .org vectors + 0x280
    b irq
    .org vectors + 0x400
    b sync
    .org vectors + 0x480
    b irq
    .org vectors + 0x800
