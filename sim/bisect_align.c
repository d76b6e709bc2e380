/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/bisect_align.c - two courses side by side: the first event that differs.
 *
 * Threads are twins when their parents are and they are the same child of them. Of each pair the
 * lists of events are compared from the start. The difference that counts is the earliest one of
 * the bad run with an event on both sides, or with a trap that the thread does not come back from;
 * a list that merely ends sooner (because another thread ended the process, the run stopped, a
 * thread hangs) counts when there is no other, the one that should have gone on first.
 */
#include "sim/bisect_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/fail.h"

struct candidate {
    unsigned thread[2];
    enum course_lane lane;
    size_t event;
    bool both;
    bool signal;
    insn_t n; /* in the bad run, else when the good one goes on */
};

static int find_twins(struct bisecting *s)
{
    const struct course *a = &s->course[0], *b = &s->course[1];

    s->twin = calloc(a->threads + 1, sizeof(*s->twin));
    if (!s->twin)
        return loader_fail(s->err, s->err_len, -ENOMEM, "out of memory");
    for (unsigned i = 0; i < a->threads; i++)
        s->twin[i] = course_twin(a, i, b);
    return 0;
}

bool bisect_twin_spot(const struct bisecting *s, unsigned from, struct course_spot *spot)
{
    unsigned i = spot->thread;

    if (from == 0) {
        spot->thread = s->twin[i];
        return spot->thread != COURSE_NONE;
    }
    for (spot->thread = 0; spot->thread < s->course[0].threads; spot->thread++)
        if (s->twin[spot->thread] == i)
            return true;
    return false;
}

bool bisect_same_spot(const struct bisecting *s, insn_t good, insn_t bad)
{
    struct course_spot a, b;

    return course_spot_at(&s->course[0], good, &a) && course_spot_at(&s->course[1], bad, &b) &&
           s->twin[a.thread] == b.thread && a.lane == b.lane && a.event == b.event &&
           a.insns == b.insns;
}

/* ---- the first event that differs ---- */

/* Two CPUs: calls that one of them alone has are passed over. */
static void skip_own(const struct bisecting *s, const struct course_list *l, size_t *i)
{
    while (!s->b->same_cpu && *i < l->count && l->event[*i].loose == 0)
        ++*i;
}

static bool same_event(const struct bisecting *s, const struct course_event *a,
                       const struct course_event *b)
{
    return s->b->same_cpu ? a->hash == b->hash : a->loose == b->loose;
}

/* False: the lists are the same. Between two CPUs indexes may differ; `at` has both. */
static bool first_difference(const struct bisecting *s, const struct course_list *a,
                             const struct course_list *b, size_t at[2])
{
    for (at[0] = at[1] = 0;; at[0]++, at[1]++) {
        skip_own(s, a, &at[0]);
        skip_own(s, b, &at[1]);
        if (at[0] >= a->count && at[1] >= b->count)
            return false;
        if (at[0] >= a->count || at[1] >= b->count ||
            !same_event(s, &a->event[at[0]], &b->event[at[1]]))
            return true;
    }
}

static void fill_at(const struct course *s, const struct course_list *l, size_t i,
                    struct bisect_at *at)
{
    memset(at, 0, sizeof(*at));
    if (i >= l->count)
        return;
    at->known = true;
    at->n = l->event[i].n;
    snprintf(at->text, sizeof(at->text), "%s", course_text(s, &l->event[i]));
}

/* The bad run's thread has no such event: what it does instead. True: it dies. */
static bool fill_rest(const struct course *s, const struct course_thread *t, struct bisect_at *at)
{
    bool call = t->last_kind == CPU_TRAP_SYSCALL;

    if (t->in_user)
        snprintf(at->text, sizeof(at->text), "nothing more");
    else
        snprintf(at->text, sizeof(at->text), "does not come back from %s at %llu",
                 call                               ? t->last_call
                 : t->last_kind == CPU_TRAP_SYNC    ? "a fault"
                                                    : "an interrupt",
                 (unsigned long long)t->last_n);
    at->n = t->last_n;
    /* The run's own end is no death. */
    at->known = !t->in_user && t->last_kind == CPU_TRAP_SYNC && s->traps > 0 &&
                t->last_n < s->trap[s->traps - 1].n;
    return at->known;
}

/* The difference of one pair of lists. */
static bool fill_event(struct bisecting *s, unsigned good, enum course_lane lane,
                       struct bisect_event *e, struct candidate *c)
{
    unsigned bad = s->twin[good];
    const struct course_thread *t = s->course[1].thread[bad];
    const struct course_list *a = &s->course[0].thread[good]->lane[lane], *b = &t->lane[lane];
    bool dies = false;
    size_t at[2];

    if (!first_difference(s, a, b, at))
        return false;
    memset(e, 0, sizeof(*e));
    e->process = t->process;
    e->thread = t->thread;
    snprintf(e->program, sizeof(e->program), "%s", t->program[0] ? t->program : "init");
    e->index = at[1] + 1;
    if (at[1] > 0)
        snprintf(e->before, sizeof(e->before), "%s",
                 course_text(&s->course[1], &b->event[at[1] - 1]));
    fill_at(&s->course[0], a, at[0], &e->at[0]);
    fill_at(&s->course[1], b, at[1], &e->at[1]);
    if (!e->at[0].known)
        snprintf(e->at[0].text, sizeof(e->at[0].text), "%s",
                 lane == COURSE_HANDLER ? "no such signal" : "nothing more");
    if (!e->at[1].known && lane == COURSE_HANDLER && t->depth == 0) {
        snprintf(e->at[1].text, sizeof(e->at[1].text), "no such signal");
        e->at[1].n = t->last_n;
    } else if (!e->at[1].known)
        dies = fill_rest(&s->course[1], t, &e->at[1]) &&
               lane == (t->depth ? COURSE_HANDLER : COURSE_MAIN);
    *c = (struct candidate){.thread = {good, bad},
                            .lane = lane,
                            .event = at[1],
                            .both = dies || (at[0] < a->count && at[1] < b->count),
                            .signal = lane == COURSE_HANDLER,
                            .n = e->at[1].known ? e->at[1].n : a->event[at[0]].n_end};
    return true;
}

static bool is_better(const struct candidate *a, const struct candidate *than)
{
    return a->both != than->both ? a->both : a->n < than->n;
}

static void take_later(struct bisect *b, const struct bisect_event *e)
{
    unsigned at = b->laters;

    while (at > 0 && b->later[at - 1].at[1].n > e->at[1].n)
        at--;
    if (at == BISECT_LATER_MAX)
        return;
    if (b->laters == BISECT_LATER_MAX)
        b->laters--;
    memmove(&b->later[at + 1], &b->later[at], (b->laters - at) * sizeof(b->later[0]));
    b->later[at] = *e;
    b->laters++;
}

int bisect_align(struct bisecting *s)
{
    struct bisect *b = s->b;
    struct candidate best = {0}, c;
    struct bisect_event e;
    int rc = find_twins(s);

    for (unsigned i = 0; rc == 0 && i < s->course[0].threads; i++)
        for (unsigned lane = 0; lane < COURSE_LANES; lane++) {
            if (s->twin[i] == COURSE_NONE || !fill_event(s, i, lane, &e, &c))
                continue;
            if (b->has_event && !is_better(&c, &best)) {
                if (c.both || c.signal)
                    take_later(b, &e);
                continue;
            }
            if (b->has_event && (best.both || best.signal))
                take_later(b, &b->event);
            b->has_event = true;
            b->event = e;
            best = c;
        }
    if (rc == 0 && b->has_event) {
        memcpy(s->thread, best.thread, sizeof(s->thread));
        s->lane = best.lane;
        s->event = best.event;
    }
    return rc;
}
