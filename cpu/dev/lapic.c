/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local APIC. Interrupts wait in IRR until their priority class is above that
 * of the processor (the higher of TPR and the highest vector in service), SDM
 * 11.8.3. The timer keeps no counter: the current count is computed from the
 * cycle at which it started.
 */
#include <string.h>

#include "cpu/dev/lapic.h"

#define SVR_ENABLE    0x100u
#define LVT_MASKED    0x10000u
#define LVT_MODE      0x700u
#define LVT_EXTINT    0x700u
#define TIMER_MODE    0x60000u
#define TIMER_PERIOD  0x20000u
#define TIMER_TSC     0x40000u
#define BASE_ENABLE   0x800u
#define LAPIC_VERSION 0x00050014u

_Static_assert(sizeof(struct lapic) == 5 * 8 + 24 * 4 + LAPIC_LVT_COUNT * 4 + 12 * 4,
               "struct lapic is saved as bytes and must hold no padding");

void lapic_reset(struct lapic *l)
{
    memset(l, 0, sizeof(*l));
    l->base_msr = 0xfee00000u | BASE_ENABLE | 0x100u; /* enabled, bootstrap processor */
    l->dfr = ~0u;
    l->svr = 0xff;
    for (int i = 0; i < LAPIC_LVT_COUNT; i++)
        l->lvt[i] = LVT_MASKED;
    l->lvt[LAPIC_LVT_LINT0] = LVT_EXTINT; /* virtual wire, as firmware leaves it */
    l->deadline = l->due = CYCLES_NEVER;
}

static int highest(const uint32_t *bits)
{
    for (int i = 7; i >= 0; i--)
        if (bits[i])
            return i * 32 + 31 - __builtin_clz(bits[i]);
    return -1;
}

static uint32_t processor_priority(const struct lapic *l)
{
    int isr = highest(l->isr);
    uint32_t in_service = isr < 0 ? 0 : (uint32_t)isr & 0xf0;

    return (l->tpr & 0xf0) >= in_service ? l->tpr : in_service;
}

static unsigned divisor(const struct lapic *l)
{
    unsigned code = (l->divide & 3) | (l->divide >> 1 & 4);

    return code == 7 ? 1 : 2u << code;
}

static void timer_schedule(struct lapic *l, cycles_t deadline)
{
    l->deadline = l->due = deadline;
    l->delay_asked = 0;
}

static void timer_start(struct lapic *l, cycles_t now)
{
    l->start = now;
    if (!l->initial || (l->lvt[LAPIC_LVT_TIMER] & TIMER_MODE) == TIMER_TSC)
        timer_schedule(l, CYCLES_NEVER);
    else
        timer_schedule(l, cycles_later(now, (uint64_t)l->initial * divisor(l)));
}

static uint32_t timer_count(const struct lapic *l, cycles_t now)
{
    uint64_t passed = (now - l->start) / divisor(l);

    if (!l->initial || (l->lvt[LAPIC_LVT_TIMER] & TIMER_MODE) == TIMER_TSC)
        return 0;
    if (l->lvt[LAPIC_LVT_TIMER] & TIMER_PERIOD)
        return l->initial - (uint32_t)(passed % l->initial);
    return passed >= l->initial ? 0 : l->initial - (uint32_t)passed;
}

void lapic_write_deadline(struct lapic *l, cycles_t now, uint64_t tsc)
{
    if ((l->lvt[LAPIC_LVT_TIMER] & TIMER_MODE) != TIMER_TSC)
        return; /* SDM 11.5.4.1: ignored in the other modes */
    l->tsc_deadline = tsc;
    timer_schedule(l, !tsc ? CYCLES_NEVER : tsc > now ? tsc : now);
}

uint64_t lapic_read_deadline(const struct lapic *l)
{
    return l->tsc_deadline;
}

cycles_t lapic_next(const struct lapic *l)
{
    return l->due;
}

void lapic_advance(struct lapic *l, cycles_t now)
{
    uint32_t lvt = l->lvt[LAPIC_LVT_TIMER];

    if (l->due > now)
        return;
    if (!(lvt & LVT_MASKED))
        lapic_accept(l, (uint8_t)lvt, false);
    if ((lvt & TIMER_MODE) == TIMER_PERIOD && l->initial) {
        uint64_t period = (uint64_t)l->initial * divisor(l);
        timer_schedule(l, cycles_later(now, period - (now - l->start) % period));
    } else {
        l->tsc_deadline = 0;
        timer_schedule(l, CYCLES_NEVER);
    }
}

void lapic_accept(struct lapic *l, uint8_t vector, bool level)
{
    if (!(l->svr & SVR_ENABLE) || !(l->base_msr & BASE_ENABLE))
        return;
    if (vector < 16) {
        l->esr |= 0x40; /* received illegal vector */
        return;
    }
    l->irr[vector >> 5] |= 1u << (vector & 31);
    if (level)
        l->tmr[vector >> 5] |= 1u << (vector & 31);
    else
        l->tmr[vector >> 5] &= ~(1u << (vector & 31));
}

int lapic_pending(const struct lapic *l)
{
    bool on = l->base_msr & BASE_ENABLE;
    uint32_t lint0 = l->lvt[LAPIC_LVT_LINT0];
    int vector = on ? highest(l->irr) : -1;

    if (l->extint_line && (!on || (!(lint0 & LVT_MASKED) && (lint0 & LVT_MODE) == LVT_EXTINT)))
        return LAPIC_EXTINT;
    if (vector < 0 || ((uint32_t)vector & 0xf0) <= (processor_priority(l) & 0xf0))
        return -1;
    return vector;
}

void lapic_take(struct lapic *l, uint8_t vector)
{
    l->irr[vector >> 5] &= ~(1u << (vector & 31));
    l->isr[vector >> 5] |= 1u << (vector & 31);
}

static int end_of_interrupt(struct lapic *l)
{
    int vector = highest(l->isr);

    if (vector < 0)
        return -1;
    l->isr[vector >> 5] &= ~(1u << (vector & 31));
    return l->tmr[vector >> 5] & 1u << (vector & 31) ? vector : -1;
}

/* One CPU: an IPI reaches us by shorthand "self" or "all", or by our own number. */
static void send_ipi(struct lapic *l)
{
    unsigned shorthand = l->icr_low >> 18 & 3;
    unsigned mode = l->icr_low >> 8 & 7;
    unsigned dest = l->icr_high >> 24;
    bool logical = l->icr_low & 0x800;
    bool us = shorthand == 1 || shorthand == 2 ||
              (shorthand == 0 &&
               (dest == 0xff || (logical ? dest & l->ldr >> 24 : dest == l->id >> 24)));

    if (us && mode <= 1)
        lapic_accept(l, (uint8_t)l->icr_low, false);
}

static int lvt_index(uint32_t offset)
{
    switch (offset) {
    case 0x320:
        return LAPIC_LVT_TIMER;
    case 0x330:
        return LAPIC_LVT_THERMAL;
    case 0x340:
        return LAPIC_LVT_PERF;
    case 0x350:
        return LAPIC_LVT_LINT0;
    case 0x360:
        return LAPIC_LVT_LINT1;
    case 0x370:
        return LAPIC_LVT_ERROR;
    default:
        return -1;
    }
}

uint32_t lapic_read(struct lapic *l, cycles_t now, uint32_t offset, bool *known)
{
    *known = true;
    if (offset >= 0x100 && offset < 0x180)
        return l->isr[offset >> 4 & 7];
    if (offset >= 0x180 && offset < 0x200)
        return l->tmr[offset >> 4 & 7];
    if (offset >= 0x200 && offset < 0x280)
        return l->irr[offset >> 4 & 7];
    if (lvt_index(offset) >= 0)
        return l->lvt[lvt_index(offset)];
    switch (offset) {
    case 0x20:
        return l->id;
    case 0x30:
        return LAPIC_VERSION;
    case 0x80:
        return l->tpr;
    case 0xa0:
        return processor_priority(l);
    case 0xb0:
        return 0;
    case 0xd0:
        return l->ldr;
    case 0xe0:
        return l->dfr;
    case 0xf0:
        return l->svr;
    case 0x280:
        return l->esr;
    case 0x300:
        return l->icr_low;
    case 0x310:
        return l->icr_high;
    case 0x380:
        return l->initial;
    case 0x390:
        return timer_count(l, now);
    case 0x3e0:
        return l->divide;
    default:
        *known = false;
        return 0;
    }
}

static void write_lvt(struct lapic *l, cycles_t now, int index, uint32_t value)
{
    static const uint32_t writable[LAPIC_LVT_COUNT] = {0x700ff, 0x107ff, 0x107ff,
                                                       0x1a7ff, 0x1a7ff, 0x100ff};
    uint32_t old = l->lvt[index];

    l->lvt[index] = value & (writable[index] | LVT_MASKED);
    if (!(l->svr & SVR_ENABLE))
        l->lvt[index] |= LVT_MASKED;
    if (index == LAPIC_LVT_TIMER && ((old ^ value) & TIMER_MODE)) {
        l->tsc_deadline = 0;
        timer_start(l, now);
    }
}

int lapic_write(struct lapic *l, cycles_t now, uint32_t offset, uint32_t value, bool *known)
{
    *known = true;
    if (lvt_index(offset) >= 0) {
        write_lvt(l, now, lvt_index(offset), value);
        return -1;
    }
    switch (offset) {
    case 0x20:
        l->id = value & 0xff000000u;
        break;
    case 0x30:
        break; /* read only: ignored */
    case 0x80:
        l->tpr = value & 0xff;
        break;
    case 0xb0:
        return end_of_interrupt(l);
    case 0xd0:
        l->ldr = value & 0xff000000u;
        break;
    case 0xe0:
        l->dfr = value | 0x0fffffffu;
        break;
    case 0xf0:
        l->svr = value & 0x3ff;
        if (!(value & SVR_ENABLE))
            for (int i = 0; i < LAPIC_LVT_COUNT; i++)
                l->lvt[i] |= LVT_MASKED;
        break;
    case 0x280:
        l->esr = 0;
        break;
    case 0x300:
        l->icr_low = value & ~0x1000u; /* delivery is at once: never pending */
        send_ipi(l);
        break;
    case 0x310:
        l->icr_high = value;
        break;
    case 0x380:
        l->initial = value;
        timer_start(l, now);
        break;
    case 0x3e0:
        l->divide = value & 0xb;
        timer_start(l, now);
        break;
    default:
        *known = false;
    }
    return -1;
}
