/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code without any event, for a comparison with the engine's own instruction hook. */
    .include "boot.inc"
main:
    mov x0, #0
    mov x1, #300
    mov x2, #1
ready:
1:  add x0, x0, x1
    tbnz x0, #2, 2f
    eor x0, x0, x2, lsl #3
    bl 4f
    cbnz w0, 3f
2:  madd x2, x0, x1, x2
    ccmp x2, x0, #4, ne
    b.lt 3f
    dup v0.2d, x2
    umov x3, v0.d[1]
    adr x4, 5f
    br x4
    nop
5:  bl 4f
3:  csel x0, x0, x2, mi
    subs x1, x1, #1
    b.ne 1b
done:
    b done
4:  mov x5, #3
6:  sub x5, x5, #1
    cbnz x5, 6b
    ret
    .pushsection .data
    .balign 8
table:
    .quad done
    .popsection

    .balign 2048
vectors:
    .rept 512
    b .
    .endr
