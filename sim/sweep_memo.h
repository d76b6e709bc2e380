/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/sweep_memo.h - states that disturbed runs have been in, and how those ended.
 *
 * Rules of use: inside sim/, for sweep.c. A run stops at memo_next() and asks memo_look(); when its
 * end is known, memo_put() keeps that for the states on its way.
 */
#ifndef TRAPLINE_SIM_SWEEP_MEMO_H
#define TRAPLINE_SIM_SWEEP_MEMO_H

#include "sim/snapshot.h"
#include "sim/sweep.h"

#define MEMO_LEVELS 6u

struct memo_entry {
    uint64_t hash;          /* 0: free */
    enum explore_failure failure;
    struct sim_end end;
};

struct sweep_memo {
    struct snapshot *base;  /* RAM is told by what differs from it */
    struct memo_entry *entry;
    size_t room, used;
};

struct memo_way {
    uint64_t hash[MEMO_LEVELS];
    unsigned count;
};

/* The machine stands where the sweep begins. -ENOMEM. */
MUST_CHECK int memo_start(struct sweep_memo *m, struct snapshots *all);
void memo_free(struct sweep_memo *m, struct snapshots *all);
/* Where a run that is at `now`, with so many stops behind it, looks next; INSN_NONE: no more. */
insn_t memo_next(const struct memo_way *way, insn_t now);
/* 1: the state is known, and failure and end are in `v`; 0: it is not, and now part of the way. */
MUST_CHECK int memo_look(struct sweep_memo *m, struct sim *sim, struct snapshots *all,
                         const struct byte_buf *console, struct memo_way *way,
                         struct sweep_verdict *v);
void memo_put(struct sweep_memo *m, const struct memo_way *way, const struct sweep_verdict *v);

#endif
