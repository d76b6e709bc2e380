/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intr.h - interrupt controllers, inside this folder.
 *
 * Rules of use: intr_init() with the final page tables and IDT active and interrupts masked.
 * Lines are ISA lines. The local APIC's registers are for timer.c alone.
 */
#ifndef KERNEL_ARCH_INTR_H
#define KERNEL_ARCH_INTR_H

#include <stdint.h>

#define IRQ_SERIAL 4u

/* Register offsets of the local APIC (10.4.1). */
#define LAPIC_ID 0x020u
#define LAPIC_EOI 0x0b0u
#define LAPIC_SVR 0x0f0u
#define LAPIC_LVT_TIMER 0x320u
#define LAPIC_LVT_LINT0 0x350u
#define LAPIC_LVT_LINT1 0x360u
#define LAPIC_LVT_ERROR 0x370u
#define LAPIC_TIMER_INITIAL 0x380u
#define LAPIC_TIMER_CURRENT 0x390u
#define LAPIC_TIMER_DIVIDE 0x3e0u
#define LVT_MASKED (1u << 16)

void intr_init(void);
/* A vector from VECTOR_IRQ up; interrupts masked. */
void intr_dispatch(unsigned vector);
void intr_enable_line(unsigned line);
uint32_t lapic_read(unsigned offset);
void lapic_write(unsigned offset, uint32_t value);

#endif
