// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.c - the clock is the TSC, the timer that of the local APIC, the wall clock CMOS.
 *
 * Frequencies: CPUID says the TSC's on few machines, so it is measured against the 8254,
 * whose frequency is the same on every PC. Reading a port takes longer than a tick lasts,
 * so a reading is an interval: the TSC before and after the tick was seen. The window between
 * two readings grows until the two intervals are less than 1/10000 of it, or to 40 ms. In a
 * machine whose port reads are quick that is after about 1 ms. Of all frequencies within the
 * measured error the roundest is taken: machines whose clock is round get it exactly.
 *
 * The timer is in TSC-deadline mode where the CPU has that (10.5.4.1), else in one-shot mode.
 * A deadline is rounded up, so that the clock has passed it when the interrupt comes.
 */
#include "kernel/arch/x86_64/clock.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/intr.h"
#include "kernel/include/arch.h"
#include "kernel/include/printk.h"

#define NS_PER_S 1000000000ull
#define FALLBACK_HZ 1000000000ull

#define PIT_HZ 1193182ull
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_LATCH2 0x80
#define PIT_CHANNEL2_RATE 0xb4 /* channel 2, low then high byte, mode 2 */
#define PIT_GATE 0x61
#define PIT_GATE_ON 0x01
#define PIT_SPEAKER 0x02
#define PIT_WINDOW_TICKS 47728 /* 40 ms */
#define PIT_TRIES 100000
#define ERROR_MAX_INVERSE 10000
#define SPIN_LOOPS 50000

#define LVT_TSC_DEADLINE (2u << 17)
#define TIMER_DIVIDE_16 0x3u
#define TIMER_COUNT_MAX 0xffffffffull

/* A reading of the 8254: the counter changed to `count` between two TSC values. */
struct reading {
    uint16_t count;
    uint64_t tsc_before, tsc_after;
    uint32_t lapic;
};

static uint64_t tsc_hz, lapic_hz;
static uint64_t tsc_at_boot;
static uint64_t ns_per_cycle_32; /* times 2^32 */
static bool use_tsc_deadline;

/* ---- calibration ---- */

static uint16_t pit_read(void)
{
    uint8_t low;

    outb(PIT_COMMAND, PIT_LATCH2);
    low = inb(PIT_CHANNEL2);
    return (uint16_t)(low | inb(PIT_CHANNEL2) << 8);
}

static void pit_start(void)
{
    outb(PIT_GATE, (inb(PIT_GATE) & ~PIT_SPEAKER) | PIT_GATE_ON);
    outb(PIT_COMMAND, PIT_CHANNEL2_RATE);
    outb(PIT_CHANNEL2, 0); /* 65536 */
    outb(PIT_CHANNEL2, 0);
}

/* Waits for the next tick. False: the counter does not count. */
static bool read_at_tick(struct reading *r)
{
    uint16_t first = pit_read();

    for (unsigned i = 0; i < PIT_TRIES; i++) {
        r->tsc_before = i ? r->tsc_after : rdtsc();
        r->count = pit_read();
        r->tsc_after = rdtsc();
        if (r->count != first) {
            r->lapic = lapic_read(LAPIC_TIMER_CURRENT);
            return true;
        }
    }
    return false;
}

static void spin(void)
{
    uint64_t loops = SPIN_LOOPS;

    __asm__ volatile("1: decq %0; jnz 1b" : "+r"(loops));
}

/* The multiple of the largest power of ten that is within hz +- error. */
static uint64_t roundest(uint64_t hz, uint64_t error)
{
    for (uint64_t grain = NS_PER_S; grain > 1; grain /= 10) {
        uint64_t near = (hz + grain / 2) / grain * grain;

        if (near && (near > hz ? near - hz : hz - near) <= error)
            return near;
    }
    return hz;
}

static bool calibrate_by_pit(void)
{
    struct reading a, b;
    uint64_t ticks, cycles, error;

    pit_start();
    lapic_write(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_16);
    lapic_write(LAPIC_TIMER_INITIAL, (uint32_t)TIMER_COUNT_MAX);
    if (!read_at_tick(&a))
        return false;
    do {
        spin();
        if (!read_at_tick(&b))
            return false;
        ticks = (uint16_t)(a.count - b.count);
        cycles = (b.tsc_before + b.tsc_after - a.tsc_before - a.tsc_after) / 2;
        error = (a.tsc_after - a.tsc_before + b.tsc_after - b.tsc_before) / 2;
    } while (error * ERROR_MAX_INVERSE > cycles && ticks < PIT_WINDOW_TICKS);
    lapic_write(LAPIC_TIMER_INITIAL, 0);
    tsc_hz = roundest(cycles * PIT_HZ / ticks, error * PIT_HZ / ticks);
    lapic_hz = roundest((a.lapic - b.lapic) * PIT_HZ / ticks, error * PIT_HZ / ticks / 16 + 1);
    return true;
}

/* TSC's own leaf (vol. 2, CPUID), then the one of hypervisors: kHz of TSC and APIC bus. */
static bool calibrate_by_cpuid(void)
{
    struct cpuid tsc = cpuid_if_present(0x15, 0), hypervisor = cpuid_if_present(0x40000010, 0);

    if (tsc.eax && tsc.ebx && tsc.ecx) {
        tsc_hz = (uint64_t)tsc.ecx * tsc.ebx / tsc.eax;
        lapic_hz = tsc.ecx / 16;
        return true;
    }
    if (!(cpuid(1, 0).ecx & CPUID_1C_HYPERVISOR) || !hypervisor.eax || !hypervisor.ebx)
        return false;
    tsc_hz = hypervisor.eax * 1000ull;
    lapic_hz = hypervisor.ebx * 1000ull / 16;
    return true;
}

void clock_calibrate(void)
{
    tsc_at_boot = rdtsc();
    use_tsc_deadline = cpuid(1, 0).ecx & CPUID_1C_TSC_DEADLINE;
    if (!calibrate_by_cpuid() && !calibrate_by_pit()) {
        printk("no timer to measure the clock by, taken as 1 GHz");
        tsc_hz = FALLBACK_HZ;
        lapic_hz = FALLBACK_HZ / 16;
    }
    ns_per_cycle_32 = (NS_PER_S << 32) / tsc_hz;
    lapic_write(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_16);
    lapic_write(LAPIC_LVT_TIMER, VECTOR_TIMER | (use_tsc_deadline ? LVT_TSC_DEADLINE : 0));
    /* The write above must be seen before the first one of the MSR (10.5.4.1). */
    __asm__ volatile("mfence" : : : "memory");
}

/* ---- clock and timer ---- */

uint64_t arch_clock_ns(void)
{
    return (uint64_t)((unsigned __int128)(rdtsc() - tsc_at_boot) * ns_per_cycle_32 >> 32);
}

void arch_clock_source(uint64_t *counter_start, uint64_t *ns_per_tick)
{
    *counter_start = tsc_at_boot;
    *ns_per_tick = ns_per_cycle_32;
}

/* Time to ticks of a clock at hz, rounded up. Far deadlines saturate. */
static uint64_t ticks_of(uint64_t ns, uint64_t hz)
{
    uint64_t s = ns / NS_PER_S, rest = ns % NS_PER_S;

    if (s >= 1ull << 32)
        return UINT64_MAX / 2;
    return s * hz + (rest * (hz >> 8) / (NS_PER_S >> 8)) + 2;
}

void arch_timer_arm(uint64_t deadline_ns)
{
    uint64_t now, count;

    if (use_tsc_deadline) {
        wrmsr(MSR_TSC_DEADLINE,
              deadline_ns == UINT64_MAX ? 0 : tsc_at_boot + ticks_of(deadline_ns, tsc_hz));
        return;
    }
    if (deadline_ns == UINT64_MAX) {
        lapic_write(LAPIC_TIMER_INITIAL, 0);
        return;
    }
    now = arch_clock_ns();
    count = deadline_ns > now ? ticks_of(deadline_ns - now, lapic_hz) : 1;
    /* A deadline too far for the counter: it fires early, and is armed again. */
    lapic_write(LAPIC_TIMER_INITIAL, (uint32_t)(count < TIMER_COUNT_MAX ? count : TIMER_COUNT_MAX));
}
