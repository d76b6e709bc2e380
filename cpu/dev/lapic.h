/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/lapic.h - local APIC with its timer (Intel SDM vol. 3, chapter 11).
 *
 * Purpose
 *   One xAPIC of a one-CPU machine: IRR/ISR/TMR, task priority, local vector
 *   table, timer in one-shot, periodic and TSC-deadline mode, self IPIs.
 *
 * Rules of use
 *   - A plain value: no pointer, no padding; saved and loaded as bytes.
 *   - Time is given with every call, in clock cycles; the timer's input clock
 *     is the CPU clock itself.
 *   - The owner calls lapic_advance() when lapic_next() is due. A deadline that
 *     has `delay_asked` clear is new: the owner may move `due` once (chaos).
 */
#ifndef TRAPLINE_CPU_DEV_LAPIC_H
#define TRAPLINE_CPU_DEV_LAPIC_H

#include "cpu/types.h"

#define CYCLES_NEVER UINT64_MAX

enum lapic_lvt {
    LAPIC_LVT_TIMER,
    LAPIC_LVT_THERMAL,
    LAPIC_LVT_PERF,
    LAPIC_LVT_LINT0,
    LAPIC_LVT_LINT1,
    LAPIC_LVT_ERROR,
    LAPIC_LVT_COUNT,
};

struct lapic {
    uint64_t base_msr; /* IA32_APIC_BASE */
    cycles_t start;    /* when the running count began */
    cycles_t deadline; /* when the timer expires, CYCLES_NEVER where it is stopped */
    cycles_t due;      /* the same, moved by chaos */
    uint64_t tsc_deadline;
    uint32_t irr[8], isr[8], tmr[8];
    uint32_t lvt[LAPIC_LVT_COUNT];
    uint32_t id, tpr, ldr, dfr, svr, esr, icr_low, icr_high;
    uint32_t initial, divide;
    uint32_t delay_asked;
    uint32_t extint_line; /* level of LINT0 as the 8259 drives it */
};

void lapic_reset(struct lapic *l);
/* `offset` is 0..0xfff. Reads as the register's 32 bits; *known is false where nothing is. */
uint32_t lapic_read(struct lapic *l, cycles_t now, uint32_t offset, bool *known);
/* Returns the vector whose EOI the IO-APIC must see, or -1. */
int lapic_write(struct lapic *l, cycles_t now, uint32_t offset, uint32_t value, bool *known);
void lapic_write_deadline(struct lapic *l, cycles_t now, uint64_t tsc);
uint64_t lapic_read_deadline(const struct lapic *l);
cycles_t lapic_next(const struct lapic *l);
void lapic_advance(struct lapic *l, cycles_t now);
/* An interrupt message arrives. */
void lapic_accept(struct lapic *l, uint8_t vector, bool level);
/* The vector to deliver now, or -1; an 8259 line through LINT0 is LAPIC_EXTINT. */
#define LAPIC_EXTINT 256
int lapic_pending(const struct lapic *l);
void lapic_take(struct lapic *l, uint8_t vector);

#endif
