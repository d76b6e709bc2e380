/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.S - exceptions from EL0. The frame (struct frame in kernel.h) is what user code may see,
 * all of it: x0 to x30, SP, ELR, SPSR - and v0 to v31, which whoever wrote this forgot, as the
 * kernel "does not use them". The compiler does. With -DSAVE_VECTORS they are kept.
 */
#define FRAME_BYTES (34 * 8 + 32 * 16)

    .macro vector target
    .balign 0x80
    b \target
    .endm

    .text
    .balign 2048
    .global vectors
vectors:
    .rept 8
    vector kernel_trap
    .endr
    vector user_trap                /* 0x400: synchronous, from EL0 */
    .rept 7
    vector kernel_trap
    .endr

    .global user_trap
user_trap:                          /* live: all of user mode; SP: the kernel's, empty */
    sub sp, sp, #FRAME_BYTES
    stp x0, x1, [sp, #0]
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    mrs x9, sp_el0
    mrs x10, elr_el1
    mrs x11, spsr_el1
    stp x30, x9, [sp, #240]
    stp x10, x11, [sp, #256]
#ifdef SAVE_VECTORS
    add x9, sp, #272
    st1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x9], #64
    st1 {v4.16b, v5.16b, v6.16b, v7.16b}, [x9], #64
    st1 {v8.16b, v9.16b, v10.16b, v11.16b}, [x9], #64
    st1 {v12.16b, v13.16b, v14.16b, v15.16b}, [x9], #64
    st1 {v16.16b, v17.16b, v18.16b, v19.16b}, [x9], #64
    st1 {v20.16b, v21.16b, v22.16b, v23.16b}, [x9], #64
    st1 {v24.16b, v25.16b, v26.16b, v27.16b}, [x9], #64
    st1 {v28.16b, v29.16b, v30.16b, v31.16b}, [x9]
#endif
    mov x0, sp
    mrs x1, esr_el1
    mrs x2, far_el1
    bl trap_user                    /* trap.c */
    .global user_return
user_return:
#ifdef SAVE_VECTORS
    add x9, sp, #272
    ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x9], #64
    ld1 {v4.16b, v5.16b, v6.16b, v7.16b}, [x9], #64
    ld1 {v8.16b, v9.16b, v10.16b, v11.16b}, [x9], #64
    ld1 {v12.16b, v13.16b, v14.16b, v15.16b}, [x9], #64
    ld1 {v16.16b, v17.16b, v18.16b, v19.16b}, [x9], #64
    ld1 {v20.16b, v21.16b, v22.16b, v23.16b}, [x9], #64
    ld1 {v24.16b, v25.16b, v26.16b, v27.16b}, [x9], #64
    ld1 {v28.16b, v29.16b, v30.16b, v31.16b}, [x9]
#endif
    ldp x30, x9, [sp, #240]
    ldp x10, x11, [sp, #256]
    msr sp_el0, x9
    msr elr_el1, x10
    msr spsr_el1, x11
    ldp x0, x1, [sp, #0]
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x7, [sp, #48]
    ldp x8, x9, [sp, #64]
    ldp x10, x11, [sp, #80]
    ldp x12, x13, [sp, #96]
    ldp x14, x15, [sp, #112]
    ldp x16, x17, [sp, #128]
    ldp x18, x19, [sp, #144]
    ldp x20, x21, [sp, #160]
    ldp x22, x23, [sp, #176]
    ldp x24, x25, [sp, #192]
    ldp x26, x27, [sp, #208]
    ldp x28, x29, [sp, #224]
    add sp, sp, #FRAME_BYTES
    eret

kernel_trap:                        /* this kernel has none that it survives */
    mov x0, #2
    b power_off

    .global power_off
power_off:                          /* x0: the status */
    mov x1, x0
    movz x0, #0x8400, lsl #16       /* PSCI SYSTEM_OFF */
    movk x0, #0x0008
    hvc #0
    b .

    .section .note.GNU-stack, "", %progbits
