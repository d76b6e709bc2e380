/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * asm.h - macros for the assembly of this folder.
 *
 * Rules of use
 *   - A function stands between `func NAME` and `endfunc NAME`, with CFI: the debugger and
 *     Trapline unwind by .debug_frame (no .eh_frame is linked in).
 *   - No numeric offset into a structure: frame.h and cpu.h have names for all of them.
 *   - smap_open and smap_close are STAC and CLAC where the CPU has SMAP; init.c patches them
 *     into the image at boot, else they stay 3-byte NOPs.
 */
#ifndef KERNEL_ARCH_ASM_H
#define KERNEL_ARCH_ASM_H

    .cfi_sections .debug_frame

    .macro func name
    .balign 16
    .global \name
    .type \name, @function
\name:
    .cfi_startproc
    .endm

    .macro endfunc name
    .cfi_endproc
    .size \name, . - \name
    .endm

    .macro push_reg reg
    pushq %\reg
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %\reg, 0
    .endm

    .macro pop_reg reg
    popq %\reg
    .cfi_adjust_cfa_offset -8
    .cfi_restore %\reg
    .endm

    /* A fault at an instruction in [from, to) of kernel code goes on at `fixup` (trap.c). */
    .macro fixup_range from, to, fixup
    .pushsection .fixup_table, "a", @progbits
    .quad \from, \to, \fixup
    .popsection
    .endm

    .macro smap_site low
.Lsite\@:
    nopl (%rax)
    .pushsection .smap_sites, "a", @progbits
    .quad .Lsite\@
    .quad \low
    .popsection
    .endm

    /* STAC is 0f 01 cb, CLAC 0f 01 ca (SDM vol. 2). */
    .macro smap_open
    smap_site 0xcb
    .endm

    .macro smap_close
    smap_site 0xca
    .endm

#endif
