/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/timeline_private.h - what the files of the timeline share: timeline.c (moving),
 * timeline_goals.c (up to what), timeline_open.c (its beginning and end, the traps that it met).
 * Inside these alone.
 */
#ifndef TRAPLINE_SIM_TIMELINE_PRIVATE_H
#define TRAPLINE_SIM_TIMELINE_PRIVATE_H

#include "sim/snapshot.h"
#include "sim/timeline.h"

#define KEPT_MAX 512u
#define STRETCH_INSNS (1ull << 22) /* a snapshot at least that often on the first way through */

struct kept {
    struct snapshot *snapshot;
    insn_t n;
    size_t stop_at, verified; /* of the replay */
    insn_t agreed_n;
};

struct timeline {
    const struct trace *trace;
    struct replay replay;
    struct snapshots *snapshots;
    struct kept kept[KEPT_MAX];
    size_t kept_count;
    struct sim_end end;
    struct cpu_range range[CPU_RANGES_MAX]; /* that are watched */
    size_t range_count;
    insn_t *trap; /* numbers of all exception entries met so far, ascending */
    size_t trap_count, trap_room;
    struct cpu_trap last_trap;
    bool any_trap;
    struct sim_watch watch; /* who looks on */
    void (*changed)(void *ctx, struct cpu *cpu, const struct cpu_trap *trap);
    void *changed_ctx;
    bool trap_failed; /* out of memory: the list is not whole */
    insn_t store_n; /* where the block began that did a watched store; INSN_NONE: none */
    bool (*interrupt)(void *ctx);
    void *interrupt_ctx;
    char error[320];
};

enum { RAN, BROKE, STORED, INTERRUPTED }; /* what running gives besides errors */

/* A snapshot of here. */
MUST_CHECK int timeline_keep(struct timeline *t);
/* The last snapshot at or before n. */
size_t timeline_kept_before(const struct timeline *t, insn_t n);
/* Back to a snapshot. */
MUST_CHECK int timeline_go_back(struct timeline *t, const struct kept *k);
/* Forward to `n`, or to a break or behind the block of a watched store. */
MUST_CHECK int timeline_run(struct timeline *t, insn_t n, const struct timeline_goals *g);
/* Forward to `goal` with snapshots on the way, or what timeline_run() stopped for. */
MUST_CHECK int timeline_go(struct timeline *t, insn_t goal, const struct timeline_goals *g);
/* To `n`, either way. As timeline_go(). */
MUST_CHECK int timeline_go_to(struct timeline *t, insn_t n);

#endif
