/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/symptom.h - what failed, so that two runs can be told to fail in the same way.
 *
 * Purpose: a schedule may make a program fail in two ways, and whoever wants the least schedule for
 * the one must not be given that for the other. A kind of failure (explore.h) is not enough: what
 * counts is the finding, the panic's words and place, what the console showed, where a
 * run hangs.
 *
 *   status, output  the first line of the console that the undisturbed run has not; where there is
 *                   none, the first of that run's which is missing; else the first that
 *                   stands elsewhere
 *   console         that the pattern matches; `text` is the first line that it does
 *   panic           its line on the console, or how the machine ended; and the function in which
 *                   the kernel's own last exception was, where there was one
 *   hang            who does not come back from which call, and which programs run on; without
 *                   user code the function at the end
 *   check           check, phrase, and the function that is to blame
 *
 * Rules of use
 *   - Numbers differ from schedule to schedule: in SYMPTOM_WHAT they are not compared, but for
 *     those in a word that begins with a letter and lines of a file (x9, test3, main.c:17, line
 *     17).
 *   - Panics, hangs and findings are looked for in the run's recording.
 */
#ifndef TRAPLINE_SIM_SYMPTOM_H
#define TRAPLINE_SIM_SYMPTOM_H

#include "sim/explore.h"

#define SYMPTOM_LEN 480u

enum symptom_level {
    SYMPTOM_KIND,  /* the kind of failure, and a status */
    SYMPTOM_WHAT,
    SYMPTOM_EXACT, /* numbers, offsets in a function and the whole output, too */
};
#define SYMPTOM_LEVELS 3u

struct symptom {
    enum explore_failure failure;
    int status;             /* EXPLORE_STATUS */
    char text[SYMPTOM_LEN]; /* in words, numbers as they are; "": nothing to be told by */
    char what[SYMPTOM_LEN]; /* what SYMPTOM_WHAT compares; "": any of its kind */
    uint64_t output;        /* the hash of the console, where it is what failed; else 0 */
};

/* A status or output that shows no more than the undisturbed run is any of its kind. */
bool symptom_same(const struct symptom *is, const struct symptom *wanted,
                  enum symptom_level level);

/* Of a run that fails by status, output or the console. */
void symptom_of_console(enum explore_failure failure, const struct explore_rules *rules,
                        const struct explore_result *undisturbed, const struct explore_result *r,
                        struct symptom *out);
/* Of a panic or hang whose recording is `t`. 0, or a sentence in `err`. */
MUST_CHECK int symptom_of_trace(enum explore_failure failure, const struct explore_result *r,
                                const struct trace *t, struct symptom *out, char *err,
                                size_t err_len);
/* What was said of a failure of that kind and status before, as `text` of its symptom. */
void symptom_of_text(enum explore_failure failure, int status, const char *text,
                     struct symptom *out);
/*
 * The check's findings in `t`, at most `max` of them, in the order of `trapline check`. 0 and their
 * number in *count, or a sentence in `err`.
 */
MUST_CHECK int symptom_findings(const struct trace *t, unsigned checks, struct symptom *out,
                                size_t max, size_t *count, char *err, size_t err_len);

#endif
