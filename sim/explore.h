/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/explore.h - one run of a search: how it ended, and whether that is a failure.
 *
 * Purpose: a search runs one machine many times, each time disturbed in another way. What counts
 * as a failure is told by its end, and by its output beside that of the run that was left alone.
 *
 * Rules of use
 *   - explore_try() runs the machine from its boot, recorded where a path is given.
 *   - explore_judge() looks at the result; explore_result_free() drops it.
 *   - A run is a function of its machine: tried again, it ends in the same way.
 */
#ifndef TRAPLINE_SIM_EXPLORE_H
#define TRAPLINE_SIM_EXPLORE_H

#include <regex.h>

#include "sim/session.h"

enum explore_failure {
    EXPLORE_HOLDS,   /* none */
    EXPLORE_STATUS,  /* the guest's exit status is not 0 */
    EXPLORE_PANIC,   /* a kernel's panic, a triple fault, a reset */
    EXPLORE_HANG,    /* no end within the limit, or waiting for what never comes */
    EXPLORE_OUTPUT,  /* another output than that of the undisturbed run */
    EXPLORE_CONSOLE, /* the console shows the pattern that was asked for */
    EXPLORE_CHECK,   /* a check speaks */
};
#define EXPLORE_FAILURES 7u

/* "status", "panic", ..; of EXPLORE_HOLDS: "holds". */
extern const char *const explore_names[EXPLORE_FAILURES];

struct explore_result {
    struct sim_end end;
    struct byte_buf console; /* what the guest wrote */
    uint64_t console_hash;   /* XXH3-64 of it */
};

struct explore_rules {
    unsigned counts;         /* 1 << enum explore_failure */
    insn_t limit;            /* a run that is longer hangs */
    const regex_t *pattern;  /* EXPLORE_CONSOLE */
    unsigned checks;         /* EXPLORE_CHECK: kinds of sim/check/check.h; wants a recording */
};

/* What a run may take when the undisturbed one ended at `n`. */
insn_t explore_limit(insn_t n);

/* `trace_path` may be NULL. 0, or a sentence in `err`; a guest that fails is no error. */
MUST_CHECK int explore_try(const struct machine *m, insn_t limit, const char *trace_path,
                           struct explore_result *r, char *err, size_t err_len);
/* The same under a schedule (schedule.h); NULL: undisturbed but for chaos. */
MUST_CHECK int explore_run(const struct machine *m, const struct schedule *schedule, insn_t limit,
                           const char *trace_path, struct explore_result *r, char *err,
                           size_t err_len);
void explore_result_free(struct explore_result *r);

/* Of the console without the NUL behind it. */
uint64_t explore_console_hash(const struct explore_result *r);
/* The first failure of `r` that counts. `trace_path` is its recording where checks count. */
MUST_CHECK int explore_judge(const struct explore_rules *rules,
                             const struct explore_result *undisturbed,
                             const struct explore_result *r, const char *trace_path,
                             enum explore_failure *failure, char *err, size_t err_len);

#endif
