/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/schedule.h - what disturbs a run, as a value: events at instruction numbers, and by how much
 * each timer deadline comes late.
 *
 * Purpose: a search puts one event at a number; a recording's schedule is read from it, and it is
 * run again with a part of it. explore_run() (explore.h) runs a machine under a schedule.
 *
 * Rules of use
 *   - Events ascend by number; several may have one. They are applied as they stand, but for those
 *     whose number is INJECT_HERE: these are resolved at their place, and a run in which that
 *     cannot be done ends with an error.
 *   - An event behind the end of the run, and a delay for which no deadline is armed, are
 *     never used and no error.
 *   - Console input comes where it came in the recording: at its number, or as soon as the machine
 *     idles and waits for it.
 *   - A run under a schedule, recorded, is a trace like any other; machines with `chaos` 0 have
 *     no delays at all, so a list of delays wants `chaos` other than 0.
 */
#ifndef TRAPLINE_SIM_SCHEDULE_H
#define TRAPLINE_SIM_SCHEDULE_H

#include "sim/trace.h"

struct schedule_console {
    insn_t n;
    const struct trace_console *what; /* borrowed from the trace */
};

struct schedule {
    struct trace_inject *events; /* .n and .what */
    size_t count;
    bool has_delays;   /* false: chaos decides */
    cycles_t *delays;  /* of the i-th deadline that is armed; beyond: 0 */
    size_t delay_count;
    struct schedule_console *console;
    size_t console_count;
};

/* All that disturbed a recorded run, which is borrowed where it has console input. -ENOMEM;
 * -EOPNOTSUPP: another machine was connected, whose answers would be others in another run. Owned:
 * schedule_free(). */
MUST_CHECK int schedule_of_trace(const struct trace *t, struct schedule *s);
/* Add an event behind those that are there; `n` is not before the last one's. */
MUST_CHECK int schedule_add(struct schedule *s, insn_t n, const struct injection *what);
void schedule_free(struct schedule *s);

#endif
