/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/minimize.h - the parts of trapline minimize.
 *
 *   cmd_minimize.c     options; the order of things
 *   minimize_run.c     candidates, each in a process of its own
 *   minimize_again.c   a schedule on another kernel than that of its recording
 *   minimize_note.c    the summary that goes into the trace
 *   minimize_test.c    the regression test
 */
#ifndef TRAPLINE_TOOLS_MINIMIZE_H
#define TRAPLINE_TOOLS_MINIMIZE_H

#include "sim/explore.h"
#include "sim/minimize.h"
#include "tools/cmd.h"

#define MINIMIZE_JOBS_MAX 256u
#define MINIMIZE_PATH_LEN 4096u

struct minimizing {
    const struct trace *trace;
    struct machine machine;      /* the trace's, with pointers into it; chaos as it is needed */
    struct explore_rules rules;
    const char *console;         /* the pattern, as text; NULL: none */
    struct explore_result undisturbed;
    enum explore_failure failure; /* that is looked for */
    struct sim_end end;          /* of the run that fails so */
    struct schedule full;
    unsigned jobs;
    char out[MINIMIZE_PATH_LEN], temporary[MINIMIZE_PATH_LEN + 32];
    uint64_t runs;               /* that one job would have made */
    uint64_t tried, start_ns;
    bool terminal;
    /* Result: */
    struct schedule least;
    struct sim_end least_end;
};

/* ---- minimize_run.c ---- */
/* From now on Ctrl-C is noted, and heard where there is nothing half done; a second one kills. */
void minimize_catch_interrupt(void);
bool minimize_interrupted(void);
/* One run, judged. 0 or an exit code, after a complaint. *end may be NULL. */
int minimize_try(struct minimizing *s, const struct schedule *schedule,
                 enum explore_failure *failure, struct sim_end *end);
/* Does it fail in the way that is looked for? */
bool minimize_is_same(const struct minimizing *s, enum explore_failure failure,
                      const struct sim_end *end);
/* For struct minimize_how. -EINTR: Ctrl-C. */
int minimize_first_failing(void *ctx, struct minimize *m, size_t count, size_t *first);

/* ---- minimize_again.c ---- */
/* The trace's schedule on s->machine, whose kernel is not the trace's: each event where it lies
 * there. As minimize_try(). */
int minimize_elsewhere(struct minimizing *s, enum explore_failure *failure, struct sim_end *end);

/* ---- minimize_note.c ---- */
/* The summary of `s->temporary`, the recording of the least schedule; malloc()ed, NULL: a complaint
 * was made. */
char *minimize_note(struct minimizing *s);

/* ---- minimize_test.c ---- */
/* The test's files beside the trace, which is in `dir`. 0 or an exit code. */
int minimize_write_test(const struct minimizing *s, const char *dir);
/* The test's name: the trace's file name, of letters that C knows. */
void minimize_test_name(const struct minimizing *s, char *name, size_t len);

#endif
