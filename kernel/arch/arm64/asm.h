/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asm.h - what every .S file of arm64 begins with: functions with their unwind records. */
#ifndef KERNEL_ARCH_ASM_H
#define KERNEL_ARCH_ASM_H

#define FUNCTION(name)                                                                            \
    .global name;                                                                                 \
    .type name, %function;                                                                        \
    .balign 16;                                                                                   \
    name:                                                                                         \
    .cfi_startproc

#define END_FUNCTION(name)                                                                        \
    .cfi_endproc;                                                                                 \
    .size name, . - name

/* Unwind records go where the debugger reads them and not into the loaded image. */
    .cfi_sections .debug_frame

/* The immediate of MSR DAIFSet and DAIFClr: IRQ. */
#define DAIF_IRQ_BIT 2

/* DWARF's numbers for registers that the assembler has no name for (AADWARF64, 4.1). */
#define CFI_SP 31
#define CFI_PC 32

#endif
