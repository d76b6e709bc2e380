/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/symptom_trace.c - what a recording says of a failure: findings of checks, the place of a
 * panic, who hangs; see symptom.h.
 */
#include "sim/symptom_private.h"

#include <errno.h>

#include "loader/fail.h"
#include "sim/check/check.h"
#include "sim/course.h"
#include "sim/timeline.h"

#define WAITERS_MAX 32u

/* ---- findings ---- */

struct collecting {
    struct symptom *out;
    size_t count, max;
};

static void on_finding(void *ctx, const struct finding *f)
{
    struct collecting *c = ctx;
    const struct check_blame *blame = &f->culprit;
    struct symptom *s = &c->out[c->count];
    char words[SYMPTOM_LEN];

    if (c->count == c->max)
        return;
    c->count++;
    memset(s, 0, sizeof(*s));
    s->failure = EXPLORE_CHECK;
    snprintf(words, sizeof(words), "%s; %s %s", f->what, blame->known ? "by" : "at",
             blame->known ? blame->where : f->place);
    snprintf(s->text, sizeof(s->text), "%s: %.400s", check_names[f->check], words);
    symptom_put_what(s->text, s->what, sizeof(s->what));
}

int symptom_findings(const struct trace *t, unsigned checks, struct symptom *out, size_t max,
                     size_t *count, char *err, size_t err_len)
{
    struct collecting c = {.out = out, .max = max};
    struct check how = {.kinds = checks, .findings_max = (unsigned)max, .ctx = &c,
                        .found = on_finding};
    struct divergence divergence;
    size_t all;
    int rc = check_run(t, &how, &all, &divergence, err, err_len);

    *count = c.count;
    return rc == -EILSEQ ? loader_fail(err, err_len, rc, "its replay diverges: %s",
                                       divergence.what) : rc;
}

/* ---- panics ---- */

/* The kernel's own last exception, when no user code ran after it. */
static const struct course_trap *last_own(const struct course *c)
{
    for (size_t i = c->traps; i > 0 && !c->trap[i - 1].from_user; i--)
        if (c->trap[i - 1].kind == CPU_TRAP_SYNC)
            return &c->trap[i - 1];
    return NULL;
}

static void say_panic(const struct explore_result *r, const struct trace *t,
                      const struct course *c, struct symptom *out)
{
    const struct course_trap *trap = last_own(c);
    struct places *places = trap ? places_create(&t->machine) : NULL;
    char words[SYMPTOM_LEN - 200], end[96], where[160];
    struct place place;

    sim_end_text(&r->end, end, sizeof(end));
    if (!symptom_panic_line((const char *)r->console.data, words, sizeof(words)))
        snprintf(words, sizeof(words), "%s", end);
    symptom_say(out, "", words);
    if (!places)
        return;
    place = places_find(places, NULL, 0, trap->pc);
    place_text(&place, false, where, sizeof(where));
    snprintf(out->text + strlen(out->text), sizeof(out->text) - strlen(out->text), "; at %s",
             where);
    symptom_put_what(out->text, out->what, sizeof(out->what));
    places_destroy(places);
}

/* ---- hangs ---- */

/* What a thread is at, when it has not ended; false: it has. */
static bool thread_words(const struct course_thread *t, char *words, size_t len)
{
    const char *program = t->program[0] ? t->program : "init";

    if (!t->in_user && t->last_kind == CPU_TRAP_SYSCALL) {
        if (strcmp(t->last_call, "exit") == 0 || strcmp(t->last_call, "exit_group") == 0)
            return false;
        snprintf(words, len, "%s in %s", program, t->last_call);
    } else if (!t->in_user && t->last_kind == CPU_TRAP_SYNC) {
        snprintf(words, len, "%s in a fault", program);
    } else {
        snprintf(words, len, "%s runs", program);
    }
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Each once, in the order of the alphabet: threads have other numbers in another schedule. */
static bool say_threads(const struct course *c, struct symptom *out)
{
    char words[WAITERS_MAX][112], all[SYMPTOM_LEN - 32] = "";
    size_t count = 0, used = 0;

    for (size_t i = 0; i < c->threads && count < WAITERS_MAX; i++)
        count += thread_words(c->thread[i], words[count], sizeof(words[0]));
    qsort(words, count, sizeof(words[0]), by_text);
    for (size_t i = 0; i < count && used + sizeof(words[0]) + 4 < sizeof(all); i++)
        if (i == 0 || strcmp(words[i], words[i - 1]) != 0)
            used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", used ? ", " : "",
                                     words[i]);
    symptom_say(out, "", all);
    return count > 0;
}

/* A kernel without user code: where it stands at the end. */
static int say_place(const struct trace *t, struct symptom *out, char *err, size_t err_len)
{
    struct places *places = places_create(&t->machine);
    struct timeline *timeline = NULL;
    char where[160];
    int rc = places ? timeline_open(t, &timeline, err, err_len)
                    : loader_fail(err, err_len, -ENOMEM, "out of memory");

    if (rc == 0) {
        rc = timeline_seek(timeline, t->end.n);
        if (rc != 0)
            loader_fail(err, err_len, rc, "%s", timeline_error(timeline));
    }
    if (rc == 0) {
        struct place place = places_find(places, NULL, 0,
                                         cpu_pc(sim_cpu(timeline_sim(timeline))));

        place_text(&place, false, where, sizeof(where));
        symptom_say(out, "at ", where);
    }
    timeline_close(timeline);
    places_destroy(places);
    return rc;
}

int symptom_of_trace(enum explore_failure failure, const struct explore_result *r,
                     const struct trace *t, struct symptom *out, char *err, size_t err_len)
{
    struct course *c = calloc(1, sizeof(*c));
    int rc = c ? course_read(t, c, err, err_len)
               : loader_fail(err, err_len, -ENOMEM, "out of memory");

    memset(out, 0, sizeof(*out));
    out->failure = failure;
    if (rc == 0 && failure == EXPLORE_PANIC)
        say_panic(r, t, c, out);
    else if (rc == 0 && !say_threads(c, out))
        rc = say_place(t, out, err, err_len);
    if (c)
        course_free(c);
    free(c);
    return rc;
}
