/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch.S - two functions of one page that have run are both rewritten before either runs again,
 * with the maintenance that the architecture asks for (DDI 0487, B2.4.4): by their own address,
 * then through another mapping of the page. Ends by SYSTEM_OFF: x1 = 0, or 1: old code ran.
 */
    .include "boot.inc"
    .set PAGE, 0x400a0000
    .set ALIAS, 0x40609000
main:
table:
ready:
    ldr x9, =l3 + 9 * 8
    ldr x10, =PAGE + NX + 0x703
    str x10, [x9]
    dsb ish
    isb
    ldr x20, =PAGE
    ldr w9, =0xd65f03c0             /* ret */
    str w9, [x20, #4]
    str w9, [x20, #0x44]
    mov x21, x20
    bl rewrite
    ldr x21, =ALIAS
    bl rewrite
    mov x1, #0
off:
    ldr x0, =0x84000008
    hvc #0
    b off

/* x20: where they run, x21: where they are written. mov w0, #N is 0x52800000 + (N << 5). */
rewrite:
    mov x28, x30
    mov x22, #40
1:  ldr w9, =0x52800000
    add w9, w9, w22, lsl #5
    str w9, [x21]
    str w9, [x21, #0x40]
    dc cvau, x21
    add x10, x21, #0x40
    dc cvau, x10
    dsb ish
    ic ivau, x20
    add x10, x20, #0x40
    ic ivau, x10
    dsb ish
    isb
    blr x20
    cmp x0, x22
    b.ne bad
    add x10, x20, #0x40
    blr x10
    cmp x0, x22
    b.ne bad
    subs x22, x22, #1
    b.ne 1b
    ret x28
bad:
    mov x1, #1
    b off
    .ltorg

    .balign 2048
vectors:
    .rept 512
    b .
    .endr
