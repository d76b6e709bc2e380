/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/pair.h - two recordings side by side, for diff.c and bisect.c. Inside sim/ only.
 *
 * Each is a timeline, so that a search which comes closer and closer replays only what lies
 * between two snapshots.
 */
#ifndef TRAPLINE_SIM_PAIR_H
#define TRAPLINE_SIM_PAIR_H

#include "sim/diff.h"
#include "sim/timeline.h"

/* What is compared. */
enum pair_scope {
    PAIR_STATE,     /* registers, devices, clock */
    PAIR_REGISTERS, /* the register table and the PC */
    PAIR_RAM,       /* state and RAM */
};

struct pair_side {
    const struct trace *trace;
    struct timeline *timeline;
    struct sim_end end; /* where it stands now; `reason` is the recording's where it ended */
    bool ended;
};

struct pair {
    struct pair_side side[2];
};

/* Both stand at 0. Borrows the traces. */
MUST_CHECK int pair_open(struct pair *p, const struct trace *a, const struct trace *b, char *err,
                         size_t err_len);
void pair_close(struct pair *p);
/* Both to n, or to their ends where those come before; back too. */
MUST_CHECK int pair_seek(struct pair *p, insn_t n, char *err, size_t err_len);
struct cpu *pair_cpu(const struct pair *p, unsigned side);
/* Are they equal now? Ending at different numbers or for different reasons is a difference. */
MUST_CHECK int pair_equal(struct pair *p, enum pair_scope scope, bool *equal);
/* What differs at `n`, in lines for people; both stand there, and do so afterwards. */
MUST_CHECK int pair_describe(struct pair *p, insn_t n, char *lines, size_t len, char *err,
                             size_t err_len);
/* The instruction that the first is about to run. */
void pair_place(struct pair *p, char *text, size_t len);

#endif
