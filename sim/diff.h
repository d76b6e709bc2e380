/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/diff.h - the first difference of two recordings.
 *
 * Purpose: digests say between which numbers two runs part; running both side by
 * side, again and again over a smaller stretch, says at which instruction.
 *
 * Rules of use: both traces need their images and must replay. `before` is the last
 * number at which all registers, devices and the clock were equal, `n` the first at
 * which they were not.
 */
#ifndef TRAPLINE_SIM_DIFF_H
#define TRAPLINE_SIM_DIFF_H

#include "sim/replay.h"

#define DIFF_LINES_LEN 4000u

/* One point at which two runs part. */
struct difference {
    insn_t before, n;
    char place[360];             /* of the instruction at `before`: symbol and disassembly */
    char lines[DIFF_LINES_LEN];  /* what differs at `n`, one a line */
};

struct diff {
    char machines[DIFF_LINES_LEN]; /* how the machines differ; empty: not at all */
    bool differ;
    struct difference first;
    bool first_is_hidden;          /* only devices or the clock: no register yet */
    bool has_visible;
    struct difference visible;     /* the first in registers, where `first` is hidden */
    void (*tick)(void *ctx, struct sim *sim);
    void *ctx;
};

struct pair;
/* How the machines differ, alone. */
void diff_machines(const struct trace *a, const struct trace *b, struct diff *d);
/* diff_find() in a pair (pair.h) that stands anywhere. */
MUST_CHECK int diff_find_pair(struct pair *p, struct diff *d, char *err, size_t err_len);

/* 0; -EILSEQ: one of them does not replay (`err` names it); else a sentence in `err`.
 * The caller sets tick and ctx (may be NULL) and nothing else. */
MUST_CHECK int diff_find(const struct trace *a, const struct trace *b, struct diff *d, char *err,
                         size_t err_len);

#endif
