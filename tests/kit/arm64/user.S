/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user.S - the one program: a memset by 32 bytes over memory that nobody touched, then a look. Half
 * of it comes from v0 and half from v31: compilers begin with the one (gcc 12) or the other (gcc 14).
 */
#define HEAP  0x7f000000
#define BYTES (8 * 4096)

    .section .user, "ax"
    .global user_start, user_store
user_start:
    ldr x0, =HEAP
    add x1, x0, #BYTES
    movi v0.16b, #0xa5
    movi v31.16b, #0xa5
user_store:
    stp q0, q31, [x0], #32
    cmp x0, x1
    b.lo user_store
    ldr x0, =HEAP
1:  ldrb w2, [x0], #1
    cmp w2, #0xa5
    b.ne 2f
    cmp x0, x1
    b.lo 1b
    mov x0, #0
    svc #0                          /* exit: all is as it was stored */
2:  mov x0, #1
    svc #0

    .section .note.GNU-stack, "", %progbits
