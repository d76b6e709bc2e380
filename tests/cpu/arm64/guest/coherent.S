/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coherent.S - code that changes without any cache maintenance, by each form of a store: in another
 * page, through another mapping of that page, in text around it, and the very next instruction.
 * What then runs is what was stored (cpu/arch/arm64/code.c). Ends by SYSTEM_OFF: x1 = 0, or 1: old
 * code ran.
 *
 * x20: where the function runs, x21: where it is written, w22: what it is to return; the registers
 * that a form stores hold `mov w0, w22` and RET. mov w0, #N is 0x52800000 + (N << 5).
 */
    .include "boot.inc"
    .set PAGE, 0x400a0000
    .set ALIAS, 0x40609000
    .set TEXT, 0x400b0000           /* two pages, also at TEXT_RX, where they are text */
    .set TEXT_RX, 0x4060a000
    .set RET, 0xd65f03c0

    .macro elsewhere insn:vararg
    bl prepare
    \insn
    blr x20
    bl check
    .endm

    .macro ahead insn:vararg
    adr x21, 1f
    bl prepare
    adr x30, 2f
    b 3f
    .balign 64
    .skip 60
3:  \insn
1:  .word 0x52800000
    .fill 15, 4, RET
2:  bl check
    .endm

    .macro forms where:req
    \where str w9, [x21]
    \where strh w9, [x21]
    \where str x9, [x21, #0]
    \where stur x9, [x21, #0]
    \where str w9, [x21], #16
    \where str w9, [x23, #-64]!
    \where str w9, [x21, x24]
    \where str x9, [x23, w25, sxtw #3]
    \where stp w9, w10, [x21]
    \where stp x9, x10, [x21], #-16
    \where stnp x9, x10, [x21]
    \where str q0, [x21]
    \where str d0, [x21]
    \where stp q0, q1, [x21]
    \where stp d0, d1, [x23, #-64]!
    \where stlr x9, [x21]
    \where stxr w11, w9, [x21]
    \where stlxp w11, x9, x10, [x21]
    \where st1 {v0.2d}, [x21]
    \where st2 {v2.4s, v3.4s}, [x21]
    \where st1 {v0.s}[0], [x21]
    .endm

main:
table:
ready:
    ldr x9, =l3 + 9 * 8
    ldr x10, =PAGE + NX + 0x703
    str x10, [x9]
    ldr x10, =TEXT + UXN + 0x783
    str x10, [x9, #8]
    add x10, x10, #4096
    str x10, [x9, #16]
    dsb ish
    isb
    ldr x20, =PAGE
    ldr w10, =RET
    str w10, [x20, #4]
    mov w22, #0
    mov w26, #3
again:
    ldr x21, =PAGE
    mov x27, x21
    bl writes
    ldr x27, =ALIAS
    bl writes
    bl own
    bl crossing
    bl zeroes
    bl text
    subs w26, w26, #1
    b.ne again
    mov x1, #0
off:
    ldr x0, =0x84000008
    hvc #0
    b off
bad:
    mov x1, #1
    b off

/* The next number, and the registers that hold it. */
prepare:
    add w22, w22, #1
    ldr w9, =0x52800000
    add w9, w9, w22, lsl #5
    ldr w10, =RET
    orr x10, x10, x10, lsl #32
    bfi x10, x10, #32, #32
    dup v1.2d, x10
    mov v0.16b, v1.16b
    mov v0.s[0], w9
    mov v2.16b, v0.16b
    mov v3.16b, v1.16b
    mov v0.s[1], w10
    orr x9, x9, x10, lsl #32
    add x23, x21, #64
    mov x24, #0
    mov w25, #-8
    ldaxp x11, x12, [x21]           /* for the exclusive ones */
    mov w0, #0
    ret
check:
    cmp w0, w22
    b.ne bad
    ret

    .macro elsewhere_27 insn:vararg
    mov x21, x27
    elsewhere \insn
    .endm
writes:
    mov x28, x30
    forms elsewhere_27
    ret x28

/* The last two bytes of one page of code and the first of the next, in one store. */
crossing:
    mov x28, x30
    mov x21, x20
    bl prepare
    lsl x9, x9, #16
    stur x9, [x20, #-2]
    blr x20
    bl check
    ret x28

/* Zeroes are no instruction: the handler returns to the caller. */
zeroes:
    mov x28, x30
    dc zva, x20
    add w22, w22, #1
    blr x20
    bl check
    mov x21, x20
    bl prepare
    str x9, [x20]
    blr x20
    bl check
    ret x28

/* One page of text makes its neighbour executable; that one is written before and after it runs. */
text:
    mov x28, x30
    ldr x21, =TEXT + 4096
    bl prepare
    str x9, [x21]
    ldr x21, =TEXT
    str x9, [x21]
    ldr x20, =TEXT_RX
    blr x20
    bl check
    add x20, x20, #4096
    mov x27, #3
1:  add x21, x20, #TEXT - TEXT_RX
    bl prepare
    ldr w11, [x20]                  /* the TLB has it as text before it has run */
    str x9, [x21]
    blr x20
    bl check
    subs x27, x27, #1
    b.ne 1b
    ldr x21, =TEXT + 4096           /* text again, by its neighbour, and then run and written */
    bl prepare
    str x9, [x21]
    ldr x21, =TEXT
    str x9, [x21]
    ldr x20, =TEXT_RX
    blr x20
    bl check
    add x20, x20, #4096
    blr x20
    bl check
    ldr x21, =TEXT + 4096
    bl prepare
    str x9, [x21]
    blr x20
    bl check
    ldr x20, =PAGE
    ret x28
    .ltorg

    .balign 4096
own:
    mov x28, x30
    forms ahead
    ret x28

    .balign 2048
vectors:
    .fill 128, 4, 0x14000000
    mrs x11, esr_el1                /* synchronous, from EL1 */
    lsr x11, x11, #26
    cbnz x11, bad
    mov w0, w22
    msr elr_el1, x30
    eret
    .fill 378, 4, 0x14000000
