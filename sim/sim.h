/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/sim.h - one running machine.
 *
 * Purpose: the run loop. It drives a cpu in quanta, brings inputs where they belong and lets a
 * `struct sim_watch` look on. Recording, replaying and comparing are built on it
 * (session.h, replay.h, diff.h).
 *
 * Rules of use
 *   - sim_create() boots the machine; it stands at n = 0. `machine`, `inputs` and what
 *     `watch` points at must outlive it.
 *   - sim_run() may be called again after SIM_END_LIMIT and SIM_END_CALLER.
 *   - Hooks look, they never change the machine. Any member may be NULL.
 *   - Several sims may live in one process; nothing is shared.
 */
#ifndef TRAPLINE_SIM_SIM_H
#define TRAPLINE_SIM_SIM_H

#include "sim/inputs.h"

struct sim;

struct sim_watch {
    void *ctx;
    /* The next number, above `now`, at which at_stop() wants to be called; INSN_NONE: none. */
    insn_t (*next_stop)(void *ctx, insn_t now);
    /* It stands there, before any input due at that number. Not 0: end with SIM_END_CALLER. */
    int (*at_stop)(void *ctx, struct sim *sim);
    /* Between two quanta: for progress. */
    void (*tick)(void *ctx, struct sim *sim);
    void (*trap)(void *ctx, struct sim *sim, const struct cpu_trap *trap);
    /* First user instruction after a return from the kernel; makes the run slower. */
    void (*user_return)(void *ctx, struct sim *sim, insn_t n, vaddr_t pc);
    void (*console)(void *ctx, const uint8_t *bytes, size_t len);
};

/* Instructions between two looks at input and Ctrl-C; divides DIGEST_INTERVAL_INSNS. */
#define SIM_QUANTUM_INSNS (1ull << 22)

MUST_CHECK int sim_create(const struct machine *m, struct inputs *inputs,
                          const struct sim_watch *watch, struct sim **out, char *err,
                          size_t err_len);
void sim_destroy(struct sim *sim);
/* Run to number `limit` or to what ends it earlier. -EILSEQ: inputs->diverged says why;
 * other errors: sim_error(). */
MUST_CHECK int sim_run(struct sim *sim, insn_t limit, struct sim_end *end);
/* From a hook: end with SIM_END_CALLER before the next instruction. */
void sim_request_stop(struct sim *sim);
/* From a cpu_store_fn that returns true: the stop it asks for ends the run with SIM_END_CALLER. */
void sim_expect_stop(struct sim *sim);
const char *sim_error(const struct sim *sim);

struct cpu *sim_cpu(struct sim *sim);
const struct machine *sim_machine(const struct sim *sim);
/* Where a run stands beside its machine; for snapshots. */
struct sim_cursor {
    uint64_t traps;
    size_t stop_at, delay_at;
    uint64_t chaos_count;
};
struct sim_cursor sim_cursor(const struct sim *sim);
void sim_set_cursor(struct sim *sim, const struct sim_cursor *c);

MUST_CHECK int sim_digest(struct sim *sim, bool with_ram, struct digest *d);

#endif
