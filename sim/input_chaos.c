/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/input_chaos.c - the schedule of timer interrupts, moved by a seed.
 *
 * A timer interrupt may come late on real hardware and in any VM, never early. With
 * chaos C the i-th deadline of a run (from 0) is late by d cycles:
 *   r = splitmix64_at(C, i)
 *   r mod 16 = 0        d uniform in 0 .. 5 ms of guest time   (a host that was away)
 *   r mod 16 = 1, 2, 3  d = 0
 *   else                d uniform in 0 .. 200 us
 * Delays are recorded, so a change here leaves old traces whole.
 */
#include "cpu/splitmix.h"
#include "sim/boot_cache.h"
#include "sim/inputs.h"

#define DELAY_LARGE_US 5000u
#define DELAY_SMALL_US 200u

cycles_t chaos_delay(uint64_t chaos, uint64_t index, uint64_t hz)
{
    uint64_t r = splitmix64_at(chaos, index);
    uint64_t cycles_per_us = hz >= 1000000 ? hz / 1000000 : 1;
    uint64_t kind = r % 16;

    r >>= 4;
    if (kind == 0)
        return r % (DELAY_LARGE_US * cycles_per_us + 1);
    return kind <= 3 ? 0 : r % (DELAY_SMALL_US * cycles_per_us + 1);
}

static cycles_t delay_replay(struct inputs *in, struct cpu *cpu, insn_t n)
{
    const struct trace *t = in->trace;
    const struct trace_delay *d =
        in->delay_at < t->delay_count ? &t->delays[in->delay_at] : NULL;

    if (d && d->n == n) {
        in->delay_at++;
        return d->delay;
    }
    if (d || !t->cut) {
        snprintf(in->diverged, sizeof(in->diverged),
                 "a timer was armed at instruction %llu; in the recording the next one was %s%llu",
                 (unsigned long long)n, d ? "at " : "never; it ended at ",
                 (unsigned long long)(d ? d->n : t->end.n));
        cpu_request_stop(cpu);
    }
    return 0;
}

cycles_t inputs_delay(struct inputs *in, struct cpu *cpu, insn_t n, cycles_t deadline)
{
    cycles_t delay;

    (void)deadline;
    if (in->chaos == 0)
        return 0;
    if (in->trace)
        return delay_replay(in, cpu, n);
    if (in->schedule && in->schedule->has_delays)
        delay = in->delay_at < in->schedule->delay_count ? in->schedule->delays[in->delay_at++] : 0;
    else
        delay = chaos_delay(in->chaos, in->chaos_count++, in->hz);
    if (in->writer)
        trace_put_delay(in->writer, n, delay);
    if (in->delays) {
        struct boot_delay d = {n, delay};

        buf_put(in->delays, &d, sizeof(d));
    }
    return delay;
}
