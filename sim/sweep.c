/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/sweep.c - one event at each of many places of a run; see sweep.h.
 *
 * For each kind of event there is at most one chain: places whose event was not taken yet, the last
 * of them in the state `state`, one instruction on. At the next place the event is injected; where
 * that gives the same state, the chain grows by this place, else the chain's run goes on from its
 * own state to its end. So a chain of masked instructions costs one run.
 */
#include "sim/sweep.h"

#include <errno.h>

#include "loader/fail.h"
#include "sim/snapshot.h"
#include "sim/sweep_memo.h"

struct state {
    struct snapshot *snapshot;
    struct digest digest;
    size_t console;   /* bytes that the guest has written so far */
};

struct chain {
    size_t first, count;  /* places, consecutive; 0: there is no chain */
    struct inject_event what;
    struct state state;
};

struct sweep {
    struct sweep_how how;
    struct inputs inputs;
    struct sim *sim;
    struct snapshots *snapshots;
    struct sweep_memo memo;
    struct injector injector;
    bool has_injector;
    uint64_t traps;            /* exception entries so far */
    struct byte_buf console;
    struct chain chain[INJECT_KINDS];
    struct state here;         /* at the place that is being looked at */
    char *err;
    size_t err_len;
};

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    (void)sim;
    (void)trap;
    ((struct sweep *)ctx)->traps++;
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    buf_put(&((struct sweep *)ctx)->console, bytes, len);
}

int sweep_open(const struct sweep_how *how, struct sweep **out, char *err, size_t err_len)
{
    struct sweep *s = calloc(1, sizeof(*s));
    struct sim_watch watch = {.ctx = s, .trap = on_trap, .console = on_console};
    int rc;

    *out = NULL;
    if (!s)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    s->how = *how;
    inputs_init_live(&s->inputs, how->machine, NULL, NULL);
    rc = sim_create(how->machine, &s->inputs, &watch, &s->sim, err, err_len);
    if (rc == 0)
        *out = s;
    else
        sweep_close(s);
    return rc;
}

static void drop(struct sweep *s, struct state *st)
{
    snapshot_free(s->snapshots, st->snapshot);
    st->snapshot = NULL;
}

void sweep_close(struct sweep *s)
{
    if (!s)
        return;
    for (unsigned k = 0; k < INJECT_KINDS; k++)
        drop(s, &s->chain[k].state);
    drop(s, &s->here);
    memo_free(&s->memo, s->snapshots);
    snapshots_destroy(s->snapshots);
    sim_destroy(s->sim);
    if (s->has_injector)
        injector_close(&s->injector);
    buf_free(&s->console);
    free(s);
}

/* ---- states ---- */

static int failed(struct sweep *s, int rc)
{
    const char *why = sim_error(s->sim);

    return loader_fail(s->err, s->err_len, rc, "%s",
                       why[0] ? why : rc == -ENOMEM ? "out of memory" : "the engine failed");
}

static int keep(struct sweep *s, bool digest, struct state *st)
{
    int rc = 0;

    drop(s, st);
    if (digest)
        rc = sim_digest(s->sim, false, &st->digest);
    if (rc == 0)
        rc = snapshot_take(s->snapshots, &st->snapshot);
    st->console = s->console.used;
    return rc == 0 ? 0 : failed(s, rc);
}

static int back(struct sweep *s, const struct state *st)
{
    int rc = snapshot_restore(s->snapshots, st->snapshot);

    s->console.used = st->console;
    return rc == 0 ? 0 : failed(s, rc);
}

/* Nothing but the event tells them apart, so the console's bytes before are the same. */
static bool is_same(const struct state *a, const struct state *b)
{
    return a->digest.n == b->digest.n && a->digest.cycles == b->digest.cycles &&
           a->digest.state == b->digest.state && a->digest.traps == b->digest.traps &&
           a->console == b->console && snapshot_same_ram(a->snapshot, b->snapshot);
}

/* ---- verdicts ---- */

static int tell(struct sweep *s, enum inject_kind kind, size_t place,
                const struct sweep_verdict *v)
{
    struct sweep_verdict mine = *v;

    mine.place = place;
    mine.kind = kind;
    mine.same = place != v->same_as;
    return s->how.wanted(s->how.ctx, place, kind) ? s->how.verdict(s->how.ctx, &mine) : 0;
}

/* The same for all of a chain: its last place is the one whose run it was. */
static int tell_chain(struct sweep *s, enum inject_kind kind, struct sweep_verdict *v)
{
    struct chain *c = &s->chain[kind];
    int rc = 0;

    v->same_as = c->first + c->count - 1;
    v->what = c->what;
    for (size_t i = c->first; rc == 0 && i < c->first + c->count; i++)
        rc = tell(s, kind, i, v);
    c->count = 0;
    return rc;
}

static int judge(struct sweep *s, const struct sim_end *end, struct sweep_verdict *v)
{
    struct explore_rules rules = *s->how.rules;
    struct explore_result r = {.end = *end};
    int rc;

    rules.counts &= ~(1u << EXPLORE_CHECK); /* wants a recording: the caller's */
    buf_put(&s->console, "", 1);
    if (s->console.failed)
        return failed(s, -ENOMEM);
    s->console.used--;
    r.console = s->console;
    r.console.used++;
    r.console_hash = explore_console_hash(&r);
    v->end = *end;
    rc = explore_judge(&rules, s->how.undisturbed, &r, NULL, &v->failure, s->err, s->err_len);
    return rc;
}

/* From where the machine stands to its end, or to a state that was judged before. */
static int run_out(struct sweep *s, struct sweep_verdict *v)
{
    insn_t limit = s->how.rules->limit;
    struct memo_way way = {.count = 0};
    struct sim_end end;
    int rc;

    for (;;) {
        insn_t stop = memo_next(&way, cpu_now(sim_cpu(s->sim)));

        rc = sim_run(s->sim, stop < limit ? stop : limit, &end);
        if (rc != 0)
            return failed(s, rc);
        if (end.reason != SIM_END_LIMIT || stop >= limit)
            break;
        rc = memo_look(&s->memo, s->sim, s->snapshots, &s->console, &way, v);
        if (rc < 0)
            return failed(s, rc);
        v->met = rc > 0;
        if (rc > 0)
            break;
    }
    rc = v->met ? 0 : judge(s, &end, v);
    memo_put(&s->memo, &way, v);
    return rc;
}

/* ---- one place ---- */

/* The chain's event was taken, or its states are not those of the next place: its own run. */
static int end_chain(struct sweep *s, enum inject_kind kind)
{
    struct chain *c = &s->chain[kind];
    struct sweep_verdict v = {.kind = kind};
    int rc;

    if (c->count == 0)
        return 0;
    rc = back(s, &c->state);
    if (rc == 0)
        rc = run_out(s, &v);
    return rc == 0 ? tell_chain(s, kind, &v) : rc;
}

/* The event is in; the machine stands at the place. */
static int go_on(struct sweep *s, enum inject_kind kind, size_t place,
                 const struct inject_event *what, bool may_wait)
{
    struct chain *c = &s->chain[kind];
    struct sweep_verdict v = {.kind = kind, .what = *what, .same_as = place};
    uint64_t traps = s->traps;
    struct sim_end end;
    int rc = 0;

    if (c->count == 0)
        c->first = place;
    c->count++;
    c->what = *what;
    if (may_wait) {
        rc = sim_run(s->sim, s->how.places[place].n + 1, &end);
        if (rc != 0)
            return failed(s, rc);
        if (end.reason == SIM_END_LIMIT && s->traps == traps)
            return keep(s, true, &c->state); /* not taken yet */
        if (end.reason != SIM_END_LIMIT) {
            rc = judge(s, &end, &v);
            return rc == 0 ? tell_chain(s, kind, &v) : rc;
        }
    }
    rc = run_out(s, &v);
    return rc == 0 ? tell_chain(s, kind, &v) : rc;
}

static int try_kind(struct sweep *s, enum inject_kind kind, size_t place, bool may_wait)
{
    struct chain *c = &s->chain[kind];
    struct sweep_verdict none = {.kind = kind, .same_as = place};
    struct state injected = {0};
    struct inject_event what;
    int rc = 0;

    if (inject_resolve(&s->injector, sim_cpu(s->sim), kind, s->how.value[kind], &what,
                       &none.impossible) != 0) {
        rc = end_chain(s, kind);
        return rc == 0 ? tell(s, kind, place, &none) : rc;
    }
    for (unsigned i = 0; rc == 0 && i < what.parts; i++)
        rc = inject_apply(sim_cpu(s->sim), &what.part[i]);
    if (rc != 0)
        return loader_fail(s->err, s->err_len, -EINVAL, "the machine refuses the event");
    if (c->count > 0) {
        rc = keep(s, true, &injected);
        if (rc == 0 && !is_same(&injected, &c->state)) {
            rc = end_chain(s, kind);
            if (rc == 0)
                rc = back(s, &injected);
        }
        drop(s, &injected);
        if (rc != 0)
            return rc;
    }
    return go_on(s, kind, place, &what, may_wait);
}

static int try_place(struct sweep *s, size_t place, bool may_wait)
{
    int rc = keep(s, false, &s->here);

    for (unsigned k = 0; rc == 0 && k < INJECT_KINDS; k++) {
        if (!(s->how.kinds & 1u << k))
            continue;
        if (s->chain[k].count == 0 && !s->how.wanted(s->how.ctx, place, (enum inject_kind)k))
            continue;
        rc = try_kind(s, (enum inject_kind)k, place, may_wait);
        if (rc == 0)
            rc = back(s, &s->here);
    }
    return rc;
}

/* Undisturbed, to the place. */
static int go_to(struct sweep *s, insn_t n)
{
    struct sim_end end;
    int rc = sim_run(s->sim, n, &end);

    if (rc != 0)
        return failed(s, rc);
    if (end.n != n)
        return loader_fail(s->err, s->err_len, -EINVAL,
                           "the undisturbed run has no instruction %llu", (unsigned long long)n);
    if (!s->snapshots) {
        rc = snapshots_create(s->sim, &s->snapshots);
        if (rc == 0)
            rc = memo_start(&s->memo, s->snapshots);
        if (rc != 0)
            return failed(s, rc);
    }
    return 0;
}

static int open_injector(struct sweep *s)
{
    int rc = injector_open(&s->injector, sim_cpu(s->sim), s->how.machine);

    s->has_injector = true;
    return rc == 0 ? 0 : failed(s, rc);
}

int sweep_run(struct sweep *s, size_t first, size_t count, char *err, size_t err_len)
{
    const struct sweep_place *p = s->how.places;
    int rc = 0;

    s->err = err;
    s->err_len = err_len;
    for (size_t i = first; rc == 0 && i < first + count; i++) {
        rc = go_to(s, p[i].n);
        if (rc == 0 && !s->has_injector)
            rc = open_injector(s);
        if (rc == 0)
            rc = try_place(s, i, i + 1 < first + count && p[i + 1].n == p[i].n + 1);
    }
    return rc;
}
