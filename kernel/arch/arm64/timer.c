// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.c - time from the generic timer's virtual counter, and the wall clock (PL031).
 *
 * Ticks become nanoseconds by a 32.32 factor and a 128-bit product. The way back rounds
 * up, so that arch_clock_ns() has reached the deadline when the interrupt comes.
 */
#include "kernel/arch/arm64/cpu.h"
#include "kernel/arch/arm64/intr.h"
#include "kernel/arch/arm64/layout.h"
#include "kernel/arch/arm64/mmio.h"

#define NS_PER_SECOND 1000000000ull
#define CNTV_ENABLE 1u
#define PL031_DR (BOARD_PL031_PA + 0x000)

static uint64_t start_ticks;
static uint64_t ns_per_tick;    /* 32.32 fixed point */
static uint64_t ticks_per_ns;   /* 0.32 fixed point, rounded up */

/* Without the ISB the counter may be read before earlier instructions (DDI 0487, "CNTVCT_EL0"). */
static uint64_t ticks_now(void)
{
    cpu_isb();
    return cpu_read(cntvct_el0);
}

void timer_init_cpu(void)
{
    uint64_t hz = cpu_read(cntfrq_el0);

    ns_per_tick = (NS_PER_SECOND << 32) / hz;
    ticks_per_ns = ((hz << 32) + NS_PER_SECOND - 1) / NS_PER_SECOND;
    start_ticks = ticks_now();
    arch_timer_arm(UINT64_MAX);
}

uint64_t arch_clock_ns(void)
{
    return (uint64_t)((unsigned __int128)(ticks_now() - start_ticks) * ns_per_tick >> 32);
}

void arch_clock_source(uint64_t *counter_start, uint64_t *ns_per_tick_out)
{
    *counter_start = start_ticks;
    *ns_per_tick_out = ns_per_tick;
}

static uint64_t ticks_from_ns(uint64_t ns)
{
    return (uint64_t)(((unsigned __int128)ns * ticks_per_ns + UINT32_MAX) >> 32);
}

void arch_timer_arm(uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX) {
        cpu_write(cntv_ctl_el0, 0);
    } else {
        cpu_write(cntv_cval_el0, start_ticks + ticks_from_ns(deadline_ns));
        cpu_write(cntv_ctl_el0, CNTV_ENABLE);
    }
    cpu_isb(); /* the interrupt line has followed before the caller goes on */
}

uint64_t arch_rtc_seconds(void)
{
    return mmio_read32(PL031_DR);
}
