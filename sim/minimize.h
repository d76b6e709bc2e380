/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/minimize.h - from a schedule under which a run fails to the least of it that is enough.
 *
 * Purpose: of hundreds of late timer interrupts, injected events and keys one or two matter. They
 * are found by trying: beginnings of their list, shorter and shorter ones, some ten runs for each
 * event that it takes; then (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing
 * input", 2002) halves, quarters, .. of those, and all but one of these. What is left fails, and
 * without any one of its events it does not.
 *
 * Rules of use
 *   - `first_failing` runs the machine; minimize_candidate() gives it each schedule to try. It may
 *     try several at once, but must answer with the first that fails: then the result does not
 *     depend on how many.
 *   - A delay that is left out is 0: the deadline keeps its number.
 */
#ifndef TRAPLINE_SIM_MINIMIZE_H
#define TRAPLINE_SIM_MINIMIZE_H

#include "sim/schedule.h"

struct minimize;

struct minimize_how {
    const struct schedule *full; /* fails */
    cycles_t finest;             /* delays need not be told closer than that */
    void *ctx;
    /* The least i in [0, count) whose candidate fails in *first, or `count`. Not 0: give up; with
     * -ETIME the least that was found to fail by then is the result. */
    int (*first_failing)(void *ctx, struct minimize *m, size_t count, size_t *first);
};

/* 0, what `first_failing` gave, -ENOMEM. *out: schedule_free(). */
MUST_CHECK int minimize_schedule(const struct minimize_how *how, struct schedule *out);

/* In first_failing: the i-th schedule to try. -ENOMEM. schedule_free(). */
MUST_CHECK int minimize_candidate(const struct minimize *m, size_t i, struct schedule *out);
/* How many events it has come down to so far, and how many candidates one more pass may take. */
size_t minimize_left(const struct minimize *m);

/* Events of a schedule that do anything: delays other than 0, injected events, console input. */
size_t minimize_events(const struct schedule *s);

#endif
