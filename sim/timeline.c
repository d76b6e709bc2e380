/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/timeline.c - a recording in which one can stand anywhere; see timeline.h. Breaks and watches
 * are timeline_goals.c's.
 *
 * Snapshots are kept in order of their numbers. On the way to a goal they are taken where the
 * distance still to go is a power of EIGHT times STEP_INSNS: a few of them, dense near the
 * goal. When there are KEPT_MAX, the one is dropped whose neighbours are closest in proportion
 * to their distance from here, so what is left is dense around the places last visited.
 */
#include "sim/timeline_private.h"

#include <errno.h>

#include "loader/fail.h"
#include "cpu/search.h"

#define STEP_INSNS    64u
#define EIGHT         8u

static insn_t now(const struct timeline *t)
{
    return cpu_now(sim_cpu(t->replay.sim));
}

insn_t timeline_now(const struct timeline *t)
{
    return now(t);
}

const struct trace *timeline_recording(const struct timeline *t)
{
    return t->trace;
}

insn_t timeline_end(const struct timeline *t)
{
    return t->trace->end.n;
}

struct sim *timeline_sim(struct timeline *t)
{
    return t->replay.sim;
}

const char *timeline_error(const struct timeline *t)
{
    return t->error;
}

/* ---- snapshots ---- */

/* Index of the last one at or before `n`. There is always one, at 0. */
size_t timeline_kept_before(const struct timeline *t, insn_t n)
{
    return SEARCH_BEHIND(t->kept, t->kept_count, n, n) - 1;
}

static void drop_one(struct timeline *t)
{
    size_t worst = 1;
    double least = 0;

    for (size_t i = 1; i + 1 < t->kept_count; i++) {
        insn_t n = t->kept[i].n, here = now(t);
        double gap = (double)(t->kept[i + 1].n - t->kept[i - 1].n);
        double worth = gap / (double)((n > here ? n - here : here - n) + STEP_INSNS);

        if (i == 1 || worth < least) {
            least = worth;
            worst = i;
        }
    }
    snapshot_free(t->snapshots, t->kept[worst].snapshot);
    memmove(&t->kept[worst], &t->kept[worst + 1],
            (--t->kept_count - worst) * sizeof(t->kept[0]));
}

int timeline_keep(struct timeline *t)
{
    insn_t n = now(t);
    size_t at = t->kept_count ? timeline_kept_before(t, n) : 0;
    struct kept k = {.n = n, .stop_at = t->replay.stop_at, .verified = t->replay.verified,
                     .agreed_n = t->replay.agreed_n};
    int rc;

    if (t->kept_count && t->kept[at].n == n)
        return 0;
    if (t->kept_count == KEPT_MAX) {
        drop_one(t);
        at = timeline_kept_before(t, n);
    }
    rc = snapshot_take(t->snapshots, &k.snapshot);
    if (rc)
        return loader_fail(t->error, sizeof(t->error), rc, "out of memory for snapshots");
    at = t->kept_count ? at + 1 : 0;
    memmove(&t->kept[at + 1], &t->kept[at], (t->kept_count - at) * sizeof(t->kept[0]));
    t->kept[at] = k;
    t->kept_count++;
    return 0;
}

int timeline_go_back(struct timeline *t, const struct kept *k)
{
    int rc = snapshot_restore(t->snapshots, k->snapshot);

    if (rc)
        return loader_fail(t->error, sizeof(t->error), rc, "a snapshot could not be restored");
    t->replay.stop_at = k->stop_at;
    t->replay.verified = k->verified;
    t->replay.agreed_n = k->agreed_n;
    t->replay.failed = 0;
    return 0;
}

/* ---- moving ---- */

int timeline_run(struct timeline *t, insn_t n, const struct timeline_goals *g)
{
    struct cpu *cpu = sim_cpu(t->replay.sim);
    int rc;

    if (t->interrupt && t->interrupt(t->interrupt_ctx))
        return INTERRUPTED;
    cpu_set_breaks(cpu, g ? g->breaks : NULL, g ? g->break_count : 0);
    t->store_n = INSN_NONE;
    rc = replay_run(&t->replay, n, &t->end);
    cpu_set_breaks(cpu, NULL, 0);
    if (rc == -EILSEQ)
        return loader_fail(t->error, sizeof(t->error), rc, "the replay diverged: %s",
                           t->replay.divergence.what);
    if (rc)
        return loader_fail(t->error, sizeof(t->error), rc, "%s", t->replay.error);
    if (t->store_n != INSN_NONE)
        return STORED;
    return t->end.reason == SIM_END_CALLER ? BROKE : RAN;
}

/* The next number at which a snapshot is wanted on the way to `goal`; `goal` at the latest. */
static insn_t next_keep(const struct timeline *t, insn_t goal)
{
    insn_t left = goal - now(t), step = STEP_INSNS;

    if (left <= STEP_INSNS)
        return goal;
    while (step * EIGHT < left && step * EIGHT <= STRETCH_INSNS)
        step *= EIGHT;
    if (left - step > STRETCH_INSNS)
        return now(t) + STRETCH_INSNS;
    return goal - step;
}

int timeline_go(struct timeline *t, insn_t goal, const struct timeline_goals *g)
{
    while (now(t) < goal) {
        insn_t n = next_keep(t, goal), before = now(t);
        int rc = timeline_run(t, n, g);

        if (rc)
            return rc;
        if (now(t) == before || now(t) < n)
            return RAN; /* the recording ended */
        if (n < goal && (rc = timeline_keep(t)) < 0)
            return rc;
    }
    return RAN;
}

int timeline_go_to(struct timeline *t, insn_t n)
{
    const struct kept *k = &t->kept[timeline_kept_before(t, n)];
    int rc = 0;

    if (n < now(t) || k->n > now(t))
        rc = timeline_go_back(t, k);
    return rc ? rc : timeline_go(t, n, NULL);
}

int timeline_seek(struct timeline *t, insn_t n)
{
    int rc = timeline_go_to(t, n < timeline_end(t) ? n : timeline_end(t));

    return rc < 0 ? rc : 0;
}

int timeline_travel(struct timeline *t, insn_t n)
{
    int rc = timeline_go(t, n < timeline_end(t) ? n : timeline_end(t), NULL);

    return rc < 0 ? rc : 0;
}

int timeline_trace(struct timeline *t, insn_t from, insn_t to, cpu_insn_fn fn, void *ctx)
{
    struct cpu *cpu = sim_cpu(t->replay.sim);
    int rc = timeline_seek(t, from);

    if (rc == 0 && cpu_watch_insns(cpu, fn, ctx))
        rc = loader_fail(t->error, sizeof(t->error), -ENOMEM, "out of memory to watch");
    if (rc)
        return rc;
    rc = timeline_run(t, to < timeline_end(t) ? to : timeline_end(t), NULL);
    return cpu_watch_insns(cpu, NULL, NULL) || rc < 0 ? rc : 0;
}

void timeline_set_interrupt(struct timeline *t, bool (*asked)(void *ctx), void *ctx)
{
    t->interrupt = asked;
    t->interrupt_ctx = ctx;
}
