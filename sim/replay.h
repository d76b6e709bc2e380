/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/replay.h - run a recording again and hold it to its digests.
 *
 * Rules of use
 *   - replay_open() borrows trace and watch; the trace needs its images
 *     (replay_supply_images() for one recorded without).
 *   - replay_run() may be called again with a larger number. It returns 0 and the end,
 *     or -EILSEQ with `divergence` filled in, or another error with a sentence.
 *   - `next_stop` and `at_stop` of the caller's watch are used as in sim.h.
 */
#ifndef TRAPLINE_SIM_REPLAY_H
#define TRAPLINE_SIM_REPLAY_H

#include "sim/sim.h"

/* Where a replay left its recording. */
struct divergence {
    insn_t agreed_n;     /* the last number at which all digests were equal */
    insn_t n;            /* the first at which something was not */
    char what[240];      /* one sentence */
    char details[2000];  /* lines: which parts differ, and what they are now */
};

struct replay {
    const struct trace *trace;
    struct sim_watch user;
    struct inputs inputs;
    struct sim *sim;
    size_t stop_at;          /* the next digest is looked for from here */
    size_t verified;         /* digests found equal */
    insn_t agreed_n;
    bool unverified;         /* digests are passed by */
    struct divergence divergence;
    int failed;
    char error[256];
};

MUST_CHECK int replay_open(struct replay *r, const struct trace *trace,
                           const struct sim_watch *watch, char *err, size_t err_len);
void replay_close(struct replay *r);
/* Run to number `until` (INSN_NONE: to the end of the recording). */
MUST_CHECK int replay_run(struct replay *r, insn_t until, struct sim_end *end);

/* Give a trace without images its kernel and initrd; -EBADMSG when they are not the recorded ones.
 * Takes over the blobs. */
MUST_CHECK int replay_supply_images(struct trace *t, struct blob kernel, struct blob initrd,
                                    char *err, size_t err_len);

/* The same for one of its disks. */
MUST_CHECK int replay_supply_disk(struct trace *t, unsigned index, struct blob image, char *err,
                                  size_t err_len);

/* divergence.c: explain two digests of one number, `got` being the state of `sim` now. */
void divergence_explain(struct divergence *d, struct sim *sim, const struct digest *want,
                        const struct digest *got);

#endif
