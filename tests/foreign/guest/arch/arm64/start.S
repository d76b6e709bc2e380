// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The entry of the arm64 hobby kernel: at EL1, or at EL2 from where it drops to EL1 at once, as
 * Linux and many hobby kernels do. At EL2 stay vectors that answer one HVC.
 * MMU off all the time: -mstrict-align.
 */
        .text
        .globl  _start
_start:
        mov     x19, x0
#ifdef VECTORS_NOWHERE
        mov     x1, #0x20000000
        msr     vbar_el2, x1
        brk     #0
#endif
#ifdef WANTS
        msr     WANTS, x0                       // a level that may not be there
#endif
        mrs     x20, CurrentEL
        lsr     x20, x20, #2
        ldr     x1, =stack_top
        cmp     x20, #2
        b.ne    el1

        mov     sp, x1                          // SP_EL2, until the kernel has one of its own
        bl      el2_says_so
        mov     x0, #1 << 31                    // HCR_EL2.RW: EL1 is AArch64
        msr     hcr_el2, x0
        mov     x0, #3
        msr     cnthctl_el2, x0
        msr     cntvoff_el2, xzr
        mrs     x0, midr_el1
        msr     vpidr_el2, x0
        mrs     x0, mpidr_el1
        msr     vmpidr_el2, x0
        ldr     x0, =el2_vectors
        msr     vbar_el2, x0
        ldr     x0, =0x30d00800
        msr     sctlr_el1, x0
        ldr     x1, =stack_top
        msr     sp_el1, x1
        ldr     x0, =el2_stack_top
        mov     sp, x0
        mov     x0, #0x3c5                      // EL1h, all masked
        msr     spsr_el2, x0
        adr     x0, el1_from_el2
        msr     elr_el2, x0
        eret

el1:
        mov     sp, x1
el1_from_el2:
        msr     spsel, #1
        ldr     x0, =vectors
        msr     vbar_el1, x0
        mov     x0, #3 << 20                    // FP for the compiler
        msr     cpacr_el1, x0
        isb
        mov     x0, x20
        mov     x1, x19
        bl      arch_main
1:      wfi
        b       1b

        .macro  entry handler
        .balign 128
        stp     x0, x1, [sp, #-192]!
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x30, [sp, #144]
        bl      \handler
        b       leave
        .endm

        .balign 2048
vectors:
        .rept   4
        .balign 128
        b       .
        .endr
        entry   el1_sync
        entry   el1_irq
        .balign 2048

leave:
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ldp     x6, x7, [sp, #48]
        ldp     x8, x9, [sp, #64]
        ldp     x10, x11, [sp, #80]
        ldp     x12, x13, [sp, #96]
        ldp     x14, x15, [sp, #112]
        ldp     x16, x17, [sp, #128]
        ldp     x18, x30, [sp, #144]
        ldp     x0, x1, [sp], #192
        eret

        // From EL1 there is HVC alone: the answer is the syndrome's class and what SP_EL2 holds.
        .balign 2048
el2_vectors:
        .rept   8
        .balign 128
        b       .
        .endr
        .balign 128
        mrs     x0, esr_el2
        lsr     x0, x0, #26
        mrs     x1, CurrentEL
        lsr     x1, x1, #2
        mrs     x2, spsr_el2
        eret
        .balign 2048

        .bss
        .balign 16
        .skip   4096
el2_stack_top:
        .skip   16384
stack_top:

        .section .note.GNU-stack, "", %progbits
