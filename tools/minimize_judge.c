/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/minimize_judge.c - one run under a schedule, and whether it fails in the way that is looked
 * for.
 *
 * What is looked for is taken from the run as it was recorded: of several failures the one that
 * the user named (--console, --finding), else the gravest. A candidate is asked for that one
 * alone: what else it does wrong does not count.
 */
#include "tools/minimize.h"

#include <unistd.h>

const char *const minimize_levels[SYMPTOM_LEVELS] = {"kind", "what", "exact"};

static void temporary_of(const struct minimizing *s, char *path, size_t len)
{
    snprintf(path, len, "%s-%ld", s->temporary, (long)getpid());
}

int minimize_try(struct minimizing *s, const struct schedule *schedule,
                 enum explore_failure *failure, struct sim_end *end)
{
    bool checks = s->rules.counts & 1u << EXPLORE_CHECK;
    char path[MINIMIZE_PATH_LEN + 64], err[ERR_LEN];
    struct explore_result r;
    int rc;

    temporary_of(s, path, sizeof(path));
    rc = explore_run(&s->machine, schedule, s->rules.limit, checks ? path : NULL, &r, err,
                     sizeof(err));
    if (rc == 0) {
        rc = explore_judge(&s->rules, &s->undisturbed, &r, checks ? path : NULL, failure, err,
                           sizeof(err));
        if (end)
            *end = r.end;
        explore_result_free(&r);
    }
    if (checks)
        unlink(path);
    return rc == 0 ? EXIT_OK : complain(EXIT_GUEST, "%s", err);
}

int minimize_run_undisturbed(struct minimizing *s)
{
    insn_t limit = s->limit;
    struct schedule none = {.console = s->full.console, .console_count = s->full.console_count};
    uint64_t chaos = s->machine.chaos;
    char err[ERR_LEN];
    int rc;

    s->machine.chaos = 0;
    rc = explore_run(&s->machine, &none,
                     limit != INSN_NONE ? limit : explore_limit(s->trace->end.n), NULL,
                     &s->undisturbed, err, sizeof(err));
    s->machine.chaos = chaos;
    if (rc != 0)
        return complain(EXIT_GUEST, "%s", err);
    s->rules.limit = limit != INSN_NONE ? limit : explore_limit(s->undisturbed.end.n);
    return EXIT_OK;
}

/* ---- symptoms ---- */

struct looking {
    enum explore_failure failure;
    struct symptom *list; /* MINIMIZE_FINDINGS_MAX */
    size_t count;
    struct sim_end end;
};

/* The recording is wanted: a check's findings, and where a kernel died or hangs, stand there. */
static bool wants_recording(const struct minimizing *s, enum explore_failure failure)
{
    return failure == EXPLORE_CHECK ||
           (s->same != SYMPTOM_KIND && (failure == EXPLORE_PANIC || failure == EXPLORE_HANG));
}

static int from_recording(struct minimizing *s, const struct explore_result *r, const char *path,
                          struct looking *l, char *err, size_t err_len)
{
    struct trace *t;
    int rc = trace_read_file(path, &t, err, err_len);

    if (rc != 0)
        return rc;
    if (l->failure == EXPLORE_CHECK)
        rc = symptom_findings(t, s->rules.checks, l->list, MINIMIZE_FINDINGS_MAX, &l->count, err,
                              err_len);
    else
        rc = symptom_of_trace(l->failure, r, t, &l->list[0], err, err_len);
    trace_free(t);
    return rc;
}

/* How it fails by l->failure; l->count is 0 where it does not. */
static int find_symptoms(struct minimizing *s, const struct schedule *schedule, struct looking *l,
                         char *err, size_t err_len)
{
    struct explore_rules rules = s->rules;
    enum explore_failure failure = EXPLORE_HOLDS;
    char path[MINIMIZE_PATH_LEN + 64];
    bool recorded = wants_recording(s, l->failure);
    struct explore_result r;
    int rc;

    temporary_of(s, path, sizeof(path));
    rules.counts = l->failure == EXPLORE_CHECK ? 0 : 1u << l->failure;
    rc = explore_run(&s->machine, schedule, s->rules.limit, recorded ? path : NULL, &r, err,
                     err_len);
    if (rc != 0)
        return rc;
    l->end = r.end;
    rc = explore_judge(&rules, &s->undisturbed, &r, NULL, &failure, err, err_len);
    l->count = failure == l->failure;
    if (rc == 0 && recorded && (l->count || l->failure == EXPLORE_CHECK))
        rc = from_recording(s, &r, path, l, err, err_len);
    else if (l->count)
        symptom_of_console(failure, &s->rules, &s->undisturbed, &r, &l->list[0]);
    explore_result_free(&r);
    if (recorded)
        unlink(path);
    return rc;
}

static int look(struct minimizing *s, const struct schedule *schedule, struct looking *l)
{
    char err[ERR_LEN];
    int rc;

    l->list = calloc(MINIMIZE_FINDINGS_MAX, sizeof(*l->list));
    if (!l->list)
        return complain(EXIT_GUEST, "out of memory");
    rc = find_symptoms(s, schedule, l, err, sizeof(err));
    return rc == 0 ? EXIT_OK : complain(EXIT_GUEST, "%s", err);
}

int minimize_fails_so(struct minimizing *s, const struct schedule *schedule, bool *yes)
{
    struct looking l = {.failure = s->symptom.failure};
    int rc = look(s, schedule, &l);

    *yes = false;
    for (size_t i = 0; i < l.count && rc == EXIT_OK; i++)
        *yes |= symptom_same(&l.list[i], &s->symptom, s->same);
    free(l.list);
    return rc;
}

/* ---- what is looked for ---- */

/* Takes the run's failure of this kind, where it has one. */
int minimize_take_symptom(struct minimizing *s, enum explore_failure failure, bool *found)
{
    struct looking l = {.failure = failure};
    size_t which = s->finding > 0 ? s->finding - 1 : 0;
    int rc = look(s, &s->full, &l);

    *found = rc == EXIT_OK && which < l.count;
    if (*found)
        s->symptom = l.list[which];
    s->end = l.end;
    if (rc == EXIT_OK && s->finding > 0 && !*found)
        rc = complain(EXIT_USAGE, "--finding %u: this run has %zu", s->finding, l.count);
    free(l.list);
    return rc;
}

/* What the run's end, console and output say; the user's own pattern before all. */
static int find_plain(struct minimizing *s, bool *found)
{
    enum explore_failure failure = EXPLORE_HOLDS;
    unsigned counts = s->rules.counts;
    int rc = EXIT_OK;

    if (counts & 1u << EXPLORE_CONSOLE)
        rc = minimize_take_symptom(s, EXPLORE_CONSOLE, found);
    if (rc != EXIT_OK || *found)
        return rc;
    s->rules.counts &= ~(1u << EXPLORE_CHECK);
    rc = minimize_try(s, &s->full, &failure, &s->end);
    s->rules.counts = counts;
    if (rc == EXIT_OK && failure != EXPLORE_HOLDS)
        rc = minimize_take_symptom(s, failure, found);
    return rc;
}

int minimize_find_symptom(struct minimizing *s)
{
    bool found = false;
    char text[96];
    int rc = EXIT_OK;

    if (s->finding == 0)
        rc = find_plain(s, &found);
    /* Nobody said what is wrong with it, and nothing else is: what a check finds. */
    if (rc == EXIT_OK && !found && (s->finding > 0 || !s->fail_given))
        s->rules.counts |= 1u << EXPLORE_CHECK;
    if (rc == EXIT_OK && !found && (s->rules.counts & 1u << EXPLORE_CHECK))
        rc = minimize_take_symptom(s, EXPLORE_CHECK, &found);
    sim_end_text(&s->end, text, sizeof(text));
    if (rc == EXIT_OK && !found)
        rc = complain(EXIT_USAGE, "this run does not fail: %s%s; --fail and --console say what "
                      "else is a failure", text,
                      s->rules.counts & 1u << EXPLORE_CHECK ? ", and no check speaks" : "");
    return rc;
}
