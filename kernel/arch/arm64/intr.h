/* SPDX-License-Identifier: GPL-2.0-or-later */
/* intr.h - the interrupt controller (GICv2) and who handles which number. */
#ifndef KERNEL_ARCH_INTR_H
#define KERNEL_ARCH_INTR_H

/* Boot, interrupts masked: both halves of the GIC, the timer's and the UART's numbers enabled. */
void intr_init(void);
/* From the IRQ vectors, interrupts masked: handles the most urgent. */
void intr_dispatch(void);

/* The devices' sides. */
void timer_init_cpu(void);
void console_init(void);
void console_interrupt(void);

#endif
