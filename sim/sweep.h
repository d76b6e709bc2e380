/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/sweep.h - one event at each of many places of a run, and how each of these runs ends.
 *
 * Purpose: the undisturbed run is gone through once, from place to place. At each a snapshot is
 * taken; from it the machine goes on with one event injected, until it ends, and goes back.
 *
 * Two ways to be spared that run, both by comparing whole states (registers, devices, RAM, trap
 * hash, clock, console), never by guessing:
 *   - an event that is not taken at once (interrupts are masked; no user page is touched) leaves
 *     the machine, one instruction on, in the very state in which the event at the next place
 *     leaves it: this place then cannot differ from that one;
 *   - a run that comes to a state that an earlier one has been in, ends as that did.
 *
 * Rules of use
 *   - Places ascend by number, each number once. sweep_places() (sweep_places.c) finds them.
 *   - sweep_run() takes ranges of places in ascending order. `verdict` is called once for each
 *     place and kind that `wanted` wants, not always in order, all of a range before sweep_run()
 *     returns.
 *   - A verdict is a function of machine, place and event: explore_run() with a schedule of this
 *     one event ends in the same way.
 */
#ifndef TRAPLINE_SIM_SWEEP_H
#define TRAPLINE_SIM_SWEEP_H

#include "sim/explore.h"

struct sweep_place {
    insn_t n;
    vaddr_t pc;
    uint64_t cause;    /* of the last entry from user mode: how the kernel came
                          here; 0: user code */
    uint32_t program;  /* index of a user place's program, from 1; 0: the kernel, or not known */
};

struct sweep_verdict {
    size_t place;
    enum inject_kind kind;
    struct inject_event what;      /* as resolved there; none where `impossible` */
    const char *impossible;        /* there is no such event here, and why; NULL: there is */
    bool same;                     /* proved to be that of place `same_as`, whose verdict this is */
    size_t same_as;
    bool met;                      /* a run came to a state that was judged before */
    enum explore_failure failure;
    struct sim_end end;
};

struct sweep_how {
    const struct machine *machine;
    const struct explore_rules *rules;
    const struct explore_result *undisturbed;
    const struct sweep_place *places;
    size_t count;
    unsigned kinds;                /* 1 << enum inject_kind */
    uint64_t value[INJECT_KINDS];  /* for inject_resolve() */
    void *ctx;
    bool (*wanted)(void *ctx, size_t place, enum inject_kind kind);
    int (*verdict)(void *ctx, const struct sweep_verdict *v); /* not 0: give up, with this */
};

struct sweep;

/* All that `how` points at is borrowed. */
MUST_CHECK int sweep_open(const struct sweep_how *how, struct sweep **out, char *err,
                          size_t err_len);
/* 0, what `verdict` gave, or an error with a sentence. */
MUST_CHECK int sweep_run(struct sweep *s, size_t first, size_t count, char *err, size_t err_len);
void sweep_close(struct sweep *s);

#endif
