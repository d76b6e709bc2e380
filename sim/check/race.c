/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/race.c - see race.h.
 *
 * Interrupts are marked as they come; what the code around them does is race_walk.h's.
 */
#include "sim/check/race.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/check/race_walk.h"
#include "sim/timeline.h"

#define MARKED_MAX   64u
#define RETURN_INSNS 20000u /* from the return of the switch to that of the interrupt */
#define TOLD_MAX     2u

static const char *const text[RACES] = {
    [RACE_STORE] = "a store is undone: an interrupt gave the CPU away between load and store",
    [RACE_SLEEP] = "the kernel goes idle by what it read before an interrupt changed it",
};

struct marked {
    struct cpu_trap irq;
    insn_t from, to;        /* where the way behind it is walked */
    insn_t user_n;          /* the trap from user mode before it, 0: not known */
};

struct races {
    struct marked list[RACES][MARKED_MAX];
    size_t count[RACES];
    struct cpu_trap last;   /* the last exception entry */
    cycles_t idle;          /* cycles that were skipped until then */
    bool plain;             /* it is an interrupt of kernel code that ran */
    unsigned told[RACES];
};

struct races *races_create(void)
{
    return calloc(1, sizeof(struct races));
}

void races_destroy(struct races *r)
{
    free(r);
}

static void mark(struct races *r, enum race kind, const struct cpu_trap *irq, insn_t from,
                 insn_t to, insn_t user_n)
{
    if (r->count[kind] < MARKED_MAX)
        r->list[kind][r->count[kind]++] = (struct marked){*irq, from, to, user_n};
}

void race_event(struct races *r, const struct derived *d)
{
    cycles_t idle;

    if (d->kind != DERIVED_TRAP)
        return;
    idle = d->trap->cycles - d->trap->n;
    if (r->plain && idle != r->idle && d->trap->n - r->last.n < RACE_NEAR_INSNS)
        mark(r, RACE_SLEEP, &r->last, r->last.n, d->trap->n - 1, 0);
    r->plain = d->trap->kind == CPU_TRAP_IRQ && !d->trap->from_user && idle == r->idle;
    r->last = *d->trap;
    r->idle = idle;
}

void race_end(struct races *r, const struct sim_end *end)
{
    if (r->plain && end->reason == SIM_END_STARVED && end->n - r->last.n < RACE_NEAR_INSNS)
        mark(r, RACE_SLEEP, &r->last, r->last.n, end->n, 0);
}

void race_add_switch(struct races *r, const struct cpu_trap *irq, const struct cpu_trap *user,
                     insn_t back_n)
{
    mark(r, RACE_STORE, irq, back_n, back_n + RETURN_INSNS, user->n);
}

bool races_any(const struct races *r)
{
    return r->count[RACE_STORE] || r->count[RACE_SLEEP];
}

/* ---- behind the replay ---- */

/* The last store that changed the word before the code went on. */
static insn_t changed_by(struct timeline *t, const struct race_hit *hit)
{
    struct timeline_watch word = {hit->va, hit->bytes};
    struct timeline_goals goals = {.watches = &word, .watch_count = 1};
    struct timeline_arrival arrival;

    if (timeline_seek(t, hit->on_n) || timeline_backward(t, &goals, &arrival) ||
        arrival.stop != TIMELINE_WATCH)
        return 0;
    return timeline_now(t);
}

static void report(struct timeline *t, struct places *places, const struct marked *k,
                   enum race kind, const struct race_hit *hit, struct findings *all)
{
    struct finding *f = &all->list[all->count];
    struct place place = places_find(places, NULL, 0, k->irq.pc);
    insn_t by;

    memset(f, 0, sizeof(*f));
    f->check = CHECK_RACE;
    f->trap_n = k->irq.n;
    f->back_n = hit->on_n;
    snprintf(f->trap, sizeof(f->trap), "interrupt");
    place_text(&place, false, f->place, sizeof(f->place));
    snprintf(f->what, sizeof(f->what), "%s", text[kind]);
    f->user_n = k->user_n;
    f->whose = k->user_n != 0; /* the place is the kernel's */
    f->bytes = hit->bytes;
    memcpy(f->was, &hit->was, 8);
    memcpy(f->is, &hit->is, 8);
    f->slot = hit->va;
    by = changed_by(t, hit);
    culprit_describe(t, places, hit->n, &f->culprit);
    if (by)
        culprit_describe(t, places, by, &f->first);
    culprit_describe(t, places, hit->load_n, &f->load);
    all->value[all->count++] = 0;
}

static void on_before(void *ctx, insn_t n, vaddr_t pc)
{
    race_walk_before(ctx, n, pc);
}

static void on_after(void *ctx, insn_t n, vaddr_t pc)
{
    race_walk_after(ctx, n, pc);
}

/* One interrupt. */
static int look(struct timeline *t, const struct marked *k, struct race_walk *w)
{
    insn_t at = k->irq.n - 1, from = at > RACE_WINDOW_INSNS ? at - RACE_WINDOW_INSNS : 0;
    insn_t to = k->to < timeline_end(t) ? k->to : timeline_end(t);
    int rc = timeline_trace(t, from, at, on_before, w);

    if (rc || cpu_pc(sim_cpu(timeline_sim(t))) != k->irq.pc || !race_walk_interrupt(w))
        return rc;
    return timeline_trace(t, k->from, to, on_after, w);
}

int race_find(struct races *r, struct timeline *t, struct places *places,
              struct findings *findings)
{
    struct race_walk *w = race_walk_create(sim_cpu(timeline_sim(t)));
    int rc = w ? 0 : -ENOMEM;

    for (enum race kind = 0; rc == 0 && kind < RACES; kind++)
        for (size_t i = 0; i < r->count[kind] && rc == 0 && r->told[kind] < TOLD_MAX; i++) {
            const struct race_hit *hit;

            race_walk_begin(w, kind);
            rc = look(t, &r->list[kind][i], w);
            hit = race_walk_hit(w);
            if (rc || !hit || findings->count == findings->max)
                continue;
            r->told[kind]++;
            report(t, places, &r->list[kind][i], kind, hit, findings);
        }
    race_walk_destroy(w);
    return rc;
}
