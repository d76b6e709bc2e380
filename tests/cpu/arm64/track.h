/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/cpu/arm64/track.h - a run as single steps show it: what all other ways of running are held
 * against.
 *
 * Rules of use: free() it. A guest ends by switching off, before number STATES_MAX.
 */
#ifndef TRAPLINE_TESTS_CPU_ARM64_TRACK_H
#define TRAPLINE_TESTS_CPU_ARM64_TRACK_H

#include "cpu/arch/arm64/arch.h"
#include "tests/cpu/arm64/digest.h"

#define STATES_MAX 16384

struct track {
    uint64_t digest[STATES_MAX];
    vaddr_t pc[STATES_MAX];
    bool masked[STATES_MAX];
    struct cpu_trap trap[MACHINE_TRAPS];
    size_t traps;
    insn_t start, end;
    char console[256];
    int status;
};

/* Every state from `ready` on, one instruction at a time: the reference. */
static inline struct track *single_step(struct machine *m)
{
    struct track *t = calloc(1, sizeof(*t));
    struct cpu_stop stop = {.reason = CPU_STOP_TARGET};

    machine_ready(m);
    t->start = m->a.count.n;
    while (stop.reason == CPU_STOP_TARGET) {
        insn_t n = m->a.count.n;

        assert_true(n < STATES_MAX);
        t->digest[n] = machine_digest(m);
        t->pc[n] = arm64_pc(&m->a);
        t->masked[n] = arm64_pstate(&m->a) & PSTATE_I;
        stop = machine_run(m, n + 1);
        assert_true(m->a.count.n <= n + 1);
    }
    assert_int_equal(stop.reason, CPU_STOP_POWEROFF);
    t->status = stop.status;
    t->end = m->a.count.n;
    t->traps = m->traps;
    memcpy(t->trap, m->trap, sizeof(t->trap));
    memcpy(t->console, m->console, sizeof(t->console));
    return t;
}

#endif
