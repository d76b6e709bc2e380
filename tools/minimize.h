/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/minimize.h - the parts of trapline minimize.
 *
 *   cmd_minimize.c     options; the order of things
 *   minimize_judge.c   one run, and whether it fails in the way that is looked for
 *   minimize_run.c     candidates, each in a process of its own
 *   minimize_again.c   a schedule on another kernel than that of its recording
 *   minimize_note.c    the summary that goes into the trace
 *   minimize_test.c    the regression test
 */
#ifndef TRAPLINE_TOOLS_MINIMIZE_H
#define TRAPLINE_TOOLS_MINIMIZE_H

#include <jansson.h>

#include "sim/explore.h"
#include "sim/minimize.h"
#include "sim/symptom.h"
#include "tools/cmd.h"
#include "tools/trace_options.h"

#define MINIMIZE_JOBS_MAX 256u
#define MINIMIZE_PATH_LEN 4096u
#define MINIMIZE_FINDINGS_MAX 64u

struct minimizing {
    const struct trace *trace;
    struct machine machine;      /* the trace's, with pointers into it; chaos as it is needed */
    struct explore_rules rules;
    const char *console;         /* the pattern, as text; NULL: none */
    insn_t limit;                /* that was asked for; INSN_NONE: none */
    struct explore_result undisturbed;
    bool fail_given;             /* the user said what is a failure */
    enum symptom_level same;     /* how much alike two failures must be */
    unsigned finding;            /* which of the check's; 0: not said */
    struct symptom symptom;      /* that is looked for */
    struct sim_end end;          /* of the run that fails so */
    struct schedule full;
    unsigned jobs;
    char out[MINIMIZE_PATH_LEN], temporary[MINIMIZE_PATH_LEN + 32];
    uint64_t runs;               /* that one job would have made */
    uint64_t tried, start_ns;
    uint64_t budget_s;           /* of searching; 0: as long as it takes */
    bool out_of_time;            /* fewer may be enough */
    bool terminal;
    /* Result: */
    struct schedule least;
    struct sim_end least_end;
};

/* ---- minimize_judge.c ---- */
/* The names of --same, by enum symptom_level. */
extern const char *const minimize_levels[SYMPTOM_LEVELS];
/* One run, judged. 0 or an exit code, after a complaint. *end may be NULL. */
int minimize_try(struct minimizing *s, const struct schedule *schedule,
                 enum explore_failure *failure, struct sim_end *end);
/* The machine left alone: fills in `undisturbed` and the rules' limit, which is `limit` where there
 * is one. As minimize_try(). */
int minimize_run_undisturbed(struct minimizing *s);
/* The run of the full schedule: fills in `symptom` and `end`. As minimize_try(); where it does not
 * fail that is complained of. */
int minimize_find_symptom(struct minimizing *s);
/* How s->full fails, which is known to: fills in `symptom`. As minimize_try(). */
int minimize_take_symptom(struct minimizing *s, enum explore_failure failure, bool *found);
/* Does it fail in the way that is looked for? As minimize_try(). */
int minimize_fails_so(struct minimizing *s, const struct schedule *schedule, bool *yes);

/* ---- minimize_run.c ---- */
/* From now on Ctrl-C is noted, and heard where there is nothing half done; a second one kills. */
void minimize_catch_interrupt(void);
bool minimize_interrupted(void);
/* The search begins, and with it the time that it has. */
void minimize_start_clock(struct minimizing *s);
/* For struct minimize_how. -EINTR: Ctrl-C; -ETIME: the budget is used up. */
int minimize_first_failing(void *ctx, struct minimize *m, size_t count, size_t *first);

/* ---- minimize_again.c ---- */
/* The trace's schedule once on these images: prints whether it holds. 0 or an exit code. */
int minimize_again(struct minimizing *s, const struct trace_options *files, bool json);

/* One line on stdout; drops `o`. */
void minimize_print_json(json_t *o);

/* ---- minimize_note.c ---- */
/* The summary of `s->temporary`, the recording of the least schedule; malloc()ed, NULL: a complaint
 * was made. */
char *minimize_note(struct minimizing *s);

/* ---- minimize_test.c ---- */
/* The test's files beside the trace, which is in `dir`. 0 or an exit code. */
int minimize_write_test(const struct minimizing *s, const char *dir);
/* " --limit N --console 'REGEX'": what else a command on the trace wants; "" where nothing was
 * said. */
void minimize_options_text(const struct minimizing *s, char *text, size_t len);
/* The test's name: the trace's file name, of letters that C knows. */
void minimize_test_name(const struct minimizing *s, char *name, size_t len);

#endif
