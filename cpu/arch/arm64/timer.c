/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The generic timer (DDI 0487, chapter D11): a 62.5 MHz counter made of the
 * clock, a virtual and a physical timer that compare with it. CNTVOFF is 0.
 *
 * A timer's interrupt line follows its condition; chaos may hold the line back
 * for some cycles after the deadline, once for each deadline armed.
 */
#include "cpu/arch/arm64/arm64.h"

#define COUNTER_HZ  62500000u
#define CTL_ENABLE  1u
#define CTL_IMASK   2u
#define CTL_ISTATUS 4u

uint64_t arm64_counter_value(const struct arm64 *a, cycles_t cycles)
{
    return (uint64_t)((unsigned __int128)cycles * COUNTER_HZ / a->config.hz);
}

/* The first cycle at which the counter shows `value`. */
static cycles_t cycles_of(const struct arm64 *a, uint64_t value)
{
    unsigned __int128 c = ((unsigned __int128)value * a->config.hz + COUNTER_HZ - 1) / COUNTER_HZ;

    return c >= CYCLES_NEVER ? CYCLES_NEVER : (cycles_t)c;
}

/* When the line rises; CYCLES_NEVER for a timer that is off or masked. */
static cycles_t due(struct arm64 *a, struct arm64_timer *t)
{
    const struct cpu_host *host = &a->config.host;
    cycles_t deadline;

    if ((t->ctl & (CTL_ENABLE | CTL_IMASK)) != CTL_ENABLE)
        return CYCLES_NEVER;
    deadline = cycles_of(a, t->cval);
    if (deadline == CYCLES_NEVER)
        return deadline;
    if (!t->delay_asked) {
        t->delay_asked = 1;
        t->delay = host->timer_delay ? host->timer_delay(host->ctx, a->count.n, deadline) : 0;
    }
    return cycles_later(deadline, t->delay);
}

bool arm64_timer_line(struct arm64 *a, int which)
{
    cycles_t at = due(a, &a->board.timer[which]);

    return at != CYCLES_NEVER && at <= arm64_cycles(a);
}

cycles_t arm64_timer_next(struct arm64 *a, int which)
{
    cycles_t at = due(a, &a->board.timer[which]);

    return at > arm64_cycles(a) ? at : CYCLES_NEVER;
}

static struct arm64_timer *timer_of(struct arm64 *a, uint32_t id)
{
    bool is_virtual = id == SYS_CNTV_TVAL || id == SYS_CNTV_CTL || id == SYS_CNTV_CVAL;

    return &a->board.timer[is_virtual ? TIMER_VIRTUAL : TIMER_PHYSICAL];
}

uint64_t arm64_timer_read(struct arm64 *a, uint32_t id, cycles_t now)
{
    const struct arm64_timer *t = timer_of(a, id);
    uint64_t count = arm64_counter_value(a, now);

    switch (id) {
    case SYS_CNTFRQ:
        return COUNTER_HZ;
    case SYS_CNTPCT:
    case SYS_CNTVCT:
        return count;
    case SYS_CNTP_CVAL:
    case SYS_CNTV_CVAL:
        return t->cval;
    case SYS_CNTP_CTL:
    case SYS_CNTV_CTL:
        return t->ctl | ((t->ctl & CTL_ENABLE) && count >= t->cval ? CTL_ISTATUS : 0);
    default:
        return (uint32_t)(t->cval - count); /* TVAL */
    }
}

void arm64_timer_write(struct arm64 *a, uint32_t id, cycles_t now, uint64_t value)
{
    struct arm64_timer *t = timer_of(a, id);

    switch (id) {
    case SYS_CNTP_CTL:
    case SYS_CNTV_CTL:
        if (!(t->ctl & CTL_ENABLE) && (value & CTL_ENABLE))
            t->delay_asked = 0;
        t->ctl = value & (CTL_ENABLE | CTL_IMASK);
        break;
    case SYS_CNTP_CVAL:
    case SYS_CNTV_CVAL:
        t->cval = value;
        t->delay_asked = 0;
        break;
    default: /* TVAL: signed 32 bits from now */
        t->cval = arm64_counter_value(a, now) + (uint64_t)(int64_t)(int32_t)value;
        t->delay_asked = 0;
    }
}
