/* SPDX-License-Identifier: GPL-2.0-or-later */
/* moves(x0: 256 bytes to be read, x1: 1024 to be written); last of all what was stored is loaded. */
    .text
    .global moves
    .type moves, %function
moves:
    // loads of vector registers, whole, in part, as lists, as lanes
    ldr     d0, [x0]
    ldr     s1, [x0, #16]
    ldr     h2, [x0, #20]
    ldr     b3, [x0, #23]
    ldur    q4, [x0, #33]
    ldp     q5, q6, [x0, #64]
    ldp     d7, d16, [x0, #96]
    ldp     s17, s18, [x0, #112]
    ld1     {v0.d}[1], [x0]
    mov     x9, x0
    ld1     {v19.8b}, [x9], #8
    ld1     {v20.4s}, [x9], #16
    ld1     {v21.2s, v22.2s}, [x9], #16
    ld1     {v17.s}[2], [x9], #4
    ld1     {v18.b}[7], [x9]
    ld1r    {v23.4h}, [x9]
    ld2     {v24.4s, v25.4s}, [x9]
    ld1     {v26.16b, v27.16b, v28.16b, v29.16b}, [x9]
    // moves
    mov     v30.8b, v4.8b
    mov     v31.16b, v4.16b
    mov     v31.d[1], v4.d[0]
    fmov    x10, d4
    fmov    w11, s5
    fmov    d1, x10
    fmov    s2, w11
    fmov    d3, d5
    umov    w12, v4.b[3]
    mov     x13, v4.d[1]
    fmov    v6.d[1], x13
    dup     v7.2d, x13
    // stores
    str     d0, [x1]
    str     q0, [x1, #16]
    str     s1, [x1, #32]
    str     h2, [x1, #36]
    str     b3, [x1, #38]
    stp     q5, q6, [x1, #48]
    stp     d16, d30, [x1, #80]
    stp     s17, s18, [x1, #96]
    add     x9, x1, #112
    st1     {v4.d}[1], [x9], #8
    st1     {v20.s}[2], [x9], #4
    st1     {v21.8b}, [x9], #8
    st1     {v26.2s, v27.2s}, [x9], #16
    st1     {v26.16b, v27.16b}, [x9], #32
    st1     {v31.h}[5], [x9], #2
    st2     {v24.4s, v25.4s}, [x9]
    // general registers
    ldrb    w10, [x0, #3]
    ldrsb   x11, [x0, #9]
    ldrsh   w12, [x0, #10]
    ldrsw   x13, [x0, #44]
    ldpsw   x14, x15, [x0, #48]
    ldurh   w16, [x0, #7]
    ldxr    w17, [x0]
    mov     w17, w11
    strb    w10, [x1, #240]
    strh    w11, [x1, #242]
    str     w12, [x1, #244]
    stp     w13, w14, [x1, #248]
    stp     x15, xzr, [x1, #256]
    stur    x16, [x1, #229]
    add     x9, x1, #288
    ldxr    x10, [x9]
    stxr    w11, x12, [x9]
    ldaxp   x13, x14, [x9]
    stlxp   w15, x12, x10, [x9]
    stlr    w10, [x9]
    ldar    x12, [x9]
    mov     w10, #3
    ldr     x11, [x0, w10, uxtw #3]
    ldr     w12, [x0, x10, lsl #2]
    str     x11, [x1, w10, sxtw #3]
    ldr     x13, [x9, #8]!
    ldr     x14, [x9], #16
    str     x14, [x9, #-8]!
    movk    x14, #5, lsl #16
    mov     x9, x1
    ldp     q0, q1, [x9], #32
    ldp     q2, q3, [x9], #32
    ldp     q4, q5, [x9], #32
    ldp     q6, q7, [x9], #32
    ldp     q16, q17, [x9], #32
    ldp     q18, q19, [x9], #32
    ldp     q20, q21, [x9], #32
    ldp     q22, q23, [x9], #32
    ldp     q24, q25, [x9], #32
    ret
    .size moves, . - moves
    .section .note.GNU-stack, "", %progbits
