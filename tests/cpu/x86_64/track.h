/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/cpu/x86_64/track.h - a run as single steps show it: what all other ways of running are held
 * against.
 *
 * Rules of use: free() it. A guest ends by switching off, before number STATES_MAX.
 */
#ifndef TRAPLINE_TESTS_CPU_X86_64_TRACK_H
#define TRAPLINE_TESTS_CPU_X86_64_TRACK_H

#include "tests/cpu/x86_64/harness.h"

#define STATES_MAX 100000

struct state {
    uint64_t rip, rsp, rcx, rflags;
};

struct track {
    struct state at[STATES_MAX];
    struct cpu_trap trap[MACHINE_TRAPS];
    size_t traps;
    insn_t end;
    int status;
};

static inline struct state look(struct machine *m)
{
    struct state s = {x86_pc(&m->x), x86_sp(&m->x), x86_gpr(&m->x, 1), x86_reg(&m->x, X86_RFLAGS)};

    return s;
}

/* Every state from `from` on, one instruction at a time: the reference. */
static inline struct track *single_step(const char *guest, insn_t from)
{
    struct track *t = calloc(1, sizeof(*t));
    struct machine *m = machine_open(guest);
    struct cpu_stop stop = machine_run(m, from);

    while (stop.reason == CPU_STOP_TARGET) {
        assert_true(m->x.count.n < STATES_MAX);
        t->at[m->x.count.n] = look(m);
        stop = machine_run(m, m->x.count.n + 1);
    }
    assert_int_equal(stop.reason, CPU_STOP_POWEROFF);
    t->status = stop.status;
    t->end = m->x.count.n;
    t->traps = m->traps;
    memcpy(t->trap, m->trap, sizeof(t->trap));
    machine_close(m);
    return t;
}

#endif
