/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/explore_every.c - explore --every: a point is one event at one instruction.
 *
 * Points count from 1, place by place, the kinds of a place in the order of enum inject_kind.
 * Processes take ranges of RANGE places; a process goes through the undisturbed run once.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "sim/places.h"
#include "sim/sweep.h"
#include "tools/explore.h"

#define RANGE   32u
#define STOPPED 1000 /* what a verdict answers once the search is to end: no exit code */

/* ---- points ---- */

static unsigned kind_count(const struct search *s)
{
    return (unsigned)__builtin_popcount(s->every.kinds);
}

static uint64_t point_of(const struct search *s, size_t place, enum inject_kind kind)
{
    unsigned below = s->every.kinds & ((1u << kind) - 1);

    return place * kind_count(s) + (unsigned)__builtin_popcount(below) + 1;
}

static bool is_mine(const struct search *s, uint64_t point)
{
    uint64_t range = (point - 1) / kind_count(s) / RANGE;

    return range % s->shards == s->shard - 1;
}

int explore_parse_kinds(struct search *s, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, ","), name = strcspn(text, ":,");
        enum inject_kind kind = inject_kind_find(text, name);
        char value[24];
        bool good = (unsigned)kind < INJECT_KINDS;

        if (good && name < len) {
            snprintf(value, sizeof(value), "%.*s", (int)(len - name - 1), text + name + 1);
            good = len - name < sizeof(value) && parse_number(value, &s->every.value[kind]) &&
                   (kind == INJECT_PREEMPT || kind == INJECT_SIGNAL) &&
                   (kind != INJECT_SIGNAL || s->every.value[kind] <= 64);
        }
        if (!good)
            return complain(EXIT_USAGE, "--inject wants irq, preempt, signal, fault and "
                                        "access, signal:SIGNO or preempt:CYCLES, not '%.*s'",
                            (int)len, text);
        s->every.kinds |= 1u << kind;
        text += len + (text[len] == ',');
    }
    return s->every.kinds ? EXIT_OK : complain(EXIT_USAGE, "--inject wants irq, preempt, signal, "
                                                           "fault or access");
}

/* ---- places ---- */

static int find_places(struct search *s, const struct sweep_wish *wishes)
{
    char path[4096], err[ERR_LEN];
    struct explore_result r;
    struct trace *t;
    int rc;

    snprintf(path, sizeof(path), "%s.undisturbed-%u-%u.tlt", s->out, s->shard, s->shards);
    rc = explore_try(&s->machine.machine, s->rules.limit, path, &r, err, sizeof(err));
    if (rc != 0)
        return complain(EXIT_GUEST, "%s", err);
    explore_result_free(&r);
    rc = trace_read_file(path, &t, err, sizeof(err));
    unlink(path);
    if (rc != 0)
        return complain_file(rc, err);
    rc = sweep_places_find(t, wishes, s->every.each, &s->every.places, err, sizeof(err));
    trace_free(t);
    return rc == 0 ? EXIT_OK : complain(EXIT_GUEST, "%s", err);
}

static int prepare(struct search *s)
{
    struct sweep_wish *wishes = NULL;
    char err[ERR_LEN];
    int rc = EXIT_OK;

    if (!s->every.kinds)
        s->every.kinds = (1u << INJECT_KINDS) - 1;
    if (s->every.at_count == 0)
        s->every.at[s->every.at_count++] = "trap-paths";
    for (size_t i = 0; rc == EXIT_OK && i < s->every.at_count; i++)
        if (sweep_wish_add(&wishes, &s->machine.machine, s->every.at[i], err, sizeof(err)) != 0)
            rc = complain(EXIT_USAGE, "--at %s: %s", s->every.at[i], err);
    if (rc == EXIT_OK)
        rc = find_places(s, wishes);
    sweep_wish_free(wishes);
    if (rc == EXIT_OK && s->every.places.count == 0)
        rc = complain(EXIT_GUEST, "the undisturbed run never comes to a place of --at");
    s->points = s->every.places.count * kind_count(s);
    return rc;
}

static void describe(const struct search *s, json_t *head)
{
    json_t *at = json_array(), *values = json_array();

    for (size_t i = 0; i < s->every.at_count; i++)
        json_array_append_new(at, json_string(s->every.at[i]));
    for (unsigned k = 0; k < INJECT_KINDS; k++)
        json_array_append_new(values, json_integer((json_int_t)s->every.value[k]));
    json_object_set_new(head, "at", at);
    json_object_set_new(head, "kinds", json_integer(s->every.kinds));
    json_object_set_new(head, "values", values);
    json_object_set_new(head, "each", json_boolean(s->every.each));
    json_object_set_new(head, "passed", json_integer((json_int_t)s->every.places.passed));
}

/* ---- one process ---- */

struct worker {
    struct search *s;
    struct places *places;
    char err[ERR_LEN];
};

static bool wanted(void *ctx, size_t place, enum inject_kind kind)
{
    const struct worker *w = ctx;

    return !w->s->tally.done[point_of(w->s, place, kind)];
}

static void name_place(const struct worker *w, const struct sweep_place *at,
                       struct result_line *line)
{
    const struct sweep_program *ran =
        at->program ? &w->s->every.places.program[at->program - 1] : NULL;
    const struct program *g = ran ? places_program(w->places, ran->path) : NULL;
    struct place place = places_find(w->places, g, ran ? ran->base : 0, at->pc);
    const char *file;

    place_text(&place, false, line->where, sizeof(line->where));
    if (g ? places_program_line(g, ran->base, at->pc, &file, &line->line)
          : places_line(w->places, at->pc, &file, &line->line))
        snprintf(line->file, sizeof(line->file), "%s", file);
}

static int schedule_event(struct schedule *s, insn_t n, const struct inject_event *e)
{
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < e->parts; i++)
        rc = schedule_add(s, n, &e->part[i]);
    return rc;
}

/*
 * Run it again from the boot, recorded: in the same way, or a snapshot was not what it should be.
 */
static int keep_trace(struct worker *w, const struct sweep_verdict *v, struct result_line *line)
{
    struct search *s = w->s;
    struct schedule schedule = {0};
    struct explore_result r;
    char path[4096];
    int rc;

    snprintf(line->trace, sizeof(line->trace), "%s-%llu.tlt", line->kind,
             (unsigned long long)line->at_n);
    snprintf(path, sizeof(path), "%s/%s", s->out, line->trace);
    rc = schedule_event(&schedule, line->at_n, &v->what);
    if (rc == 0)
        rc = explore_run(&s->machine.machine, &schedule, s->rules.limit, path, &r, w->err,
                         sizeof(w->err));
    schedule_free(&schedule);
    if (rc != 0)
        return complain(EXIT_GUEST, "%s at instruction %llu: %s", line->kind,
                        (unsigned long long)line->at_n, w->err);
    if (r.end.n != v->end.n || r.end.reason != v->end.reason || r.end.status != v->end.status)
        rc = complain(EXIT_DIVERGENCE,
                      "%s at instruction %llu ends at %llu, but from the boot at %llu: a bug of "
                      "trapline",
                      line->kind, (unsigned long long)line->at_n, (unsigned long long)v->end.n,
                      (unsigned long long)r.end.n);
    explore_result_free(&r);
    return rc;
}

/* --fail check: a finding in a recording of the run. */
static int look_by_checks(struct worker *w, const struct sweep_verdict *v, struct result_line *line)
{
    struct search *s = w->s;
    struct schedule schedule = {0};
    struct explore_result r;
    char path[4096];
    int rc;

    snprintf(path, sizeof(path), "%s/.trying-%d.tlt", s->out, (int)getpid());
    rc = schedule_event(&schedule, line->at_n, &v->what);
    if (rc == 0)
        rc = explore_run(&s->machine.machine, &schedule, s->rules.limit, path, &r, w->err,
                         sizeof(w->err));
    schedule_free(&schedule);
    if (rc == 0) {
        rc = explore_judge(&s->rules, &s->undisturbed, &r, path, &line->failure, w->err,
                           sizeof(w->err));
        explore_result_free(&r);
    }
    unlink(path);
    return rc == 0 ? EXIT_OK : complain(EXIT_GUEST, "%s", w->err);
}

static int on_verdict(void *ctx, const struct sweep_verdict *v)
{
    struct worker *w = ctx;
    struct search *s = w->s;
    const struct sweep_place *at = &s->every.places.list[v->place];
    struct result_line line = {.point = point_of(s, v->place, v->kind), .at_n = at->n,
                               .pc = at->pc, .same = v->same, .impossible = v->impossible != NULL,
                               .failure = v->failure, .n = v->end.n};
    int rc = EXIT_OK;

    snprintf(line.kind, sizeof(line.kind), "%s", inject_names[v->kind]);
    name_place(w, at, &line);
    if (line.impossible)
        snprintf(line.end, sizeof(line.end), "%.150s", v->impossible);
    else
        sim_end_text(&v->end, line.end, sizeof(line.end));
    if (line.failure == EXPLORE_HOLDS && !line.impossible && !line.same &&
        (s->rules.counts & 1u << EXPLORE_CHECK))
        rc = look_by_checks(w, v, &line);
    if (rc == EXIT_OK && line.failure != EXPLORE_HOLDS && !line.same &&
        atomic_fetch_add(&s->shared->kept, 1) < s->every.keep)
        rc = keep_trace(w, v, &line);
    if (rc == EXIT_OK)
        rc = explore_point_done(s, &line);
    /* Those that are the same come before the one whose run it was, which is kept. */
    return rc == EXIT_OK && !line.same && atomic_load(&s->shared->stop) ? STOPPED : rc;
}

static bool all_done(const struct search *s, size_t first, size_t count)
{
    for (uint64_t p = first * kind_count(s) + 1; p <= (first + count) * kind_count(s); p++)
        if (!s->tally.done[p])
            return false;
    return true;
}

static int work_through(struct worker *w, struct sweep *sweep)
{
    struct search *s = w->s;
    size_t all = s->every.places.count;
    int rc = 0;

    while (rc == 0 && !atomic_load(&s->shared->stop)) {
        uint64_t range = atomic_fetch_add(&s->shared->next, 1) * s->shards + s->shard - 1;
        size_t first = (size_t)range * RANGE, count = all > first ? all - first : 0;

        if (count == 0)
            return EXIT_OK;
        if (count > RANGE)
            count = RANGE;
        if (all_done(s, first, count))
            continue;
        rc = sweep_run(sweep, first, count, w->err, sizeof(w->err));
    }
    if (rc == STOPPED)
        return EXIT_OK;
    return rc < 0 ? complain(EXIT_GUEST, "%s", w->err) : rc;
}

static int work(struct search *s)
{
    struct worker w = {.s = s, .places = places_create(&s->machine.machine)};
    struct sweep_how how = {.machine = &s->machine.machine,
                            .rules = &s->rules,
                            .undisturbed = &s->undisturbed,
                            .places = s->every.places.list,
                            .count = s->every.places.count,
                            .kinds = s->every.kinds,
                            .ctx = &w,
                            .wanted = wanted,
                            .verdict = on_verdict};
    struct sweep *sweep;
    int rc;

    memcpy(how.value, s->every.value, sizeof(how.value));
    if (!w.places)
        return complain(EXIT_GUEST, "out of memory");
    if (sweep_open(&how, &sweep, w.err, sizeof(w.err)) != 0) {
        rc = complain(EXIT_GUEST, "%s", w.err);
    } else {
        rc = work_through(&w, sweep);
        sweep_close(sweep);
    }
    places_destroy(w.places);
    return rc;
}

const struct search_kind search_every = {
    .name = "every", .prepare = prepare, .describe = describe, .is_mine = is_mine, .work = work};
