/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/timeline.c - a recording in which one can stand anywhere; see timeline.h.
 *
 * Snapshots are kept in order of their numbers. On the way to a goal they are taken where the
 * distance still to go is a power of EIGHT times STEP_INSNS: a few of them, dense near the
 * goal. When there are KEPT_MAX, the one is dropped whose neighbours are closest in proportion
 * to their distance from here, so what is left is dense around the places last visited.
 *
 * Going back to a break: the stretch before this place, from one snapshot to the next, is run
 * forward and the last break in it is remembered; then the stretch before that.
 */
#include "sim/timeline.h"

#include <errno.h>

#include "loader/fail.h"
#include "sim/snapshot.h"

#define STEP_INSNS    64u
#define EIGHT         8u
#define KEPT_MAX      512u
#define STRETCH_INSNS (1ull << 22) /* a snapshot at least that often on the first way through */

struct kept {
    struct snapshot *snapshot;
    insn_t n;
    size_t stop_at, verified; /* of the replay */
    insn_t agreed_n;
};

struct timeline {
    const struct trace *trace;
    struct replay replay;
    struct snapshots *snapshots;
    struct kept kept[KEPT_MAX];
    size_t kept_count;
    struct sim_end end;
    struct cpu_range range[CPU_RANGES_MAX]; /* that are watched */
    size_t range_count;
    insn_t *trap; /* numbers of all exception entries met so far, ascending */
    size_t trap_count, trap_room;
    struct cpu_trap last_trap;
    bool any_trap;
    void (*changed)(void *ctx, struct cpu *cpu, const struct cpu_trap *trap);
    void *changed_ctx;
    bool trap_failed; /* out of memory: the list is not whole */
    insn_t store_n; /* where the block began that did a watched store; INSN_NONE: none */
    bool (*interrupt)(void *ctx);
    void *interrupt_ctx;
    char error[320];
};

static insn_t now(const struct timeline *t)
{
    return cpu_now(sim_cpu(t->replay.sim));
}

insn_t timeline_now(const struct timeline *t)
{
    return now(t);
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
static size_t kept_before(const struct timeline *t, insn_t n)
{
    size_t low = 0, high = t->kept_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (t->kept[middle].n <= n)
            low = middle;
        else
            high = middle;
    }
    return low;
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

static int keep(struct timeline *t)
{
    insn_t n = now(t);
    size_t at = t->kept_count ? kept_before(t, n) : 0;
    struct kept k = {.n = n, .stop_at = t->replay.stop_at, .verified = t->replay.verified,
                     .agreed_n = t->replay.agreed_n};
    int rc;

    if (t->kept_count && t->kept[at].n == n)
        return 0;
    if (t->kept_count == KEPT_MAX) {
        drop_one(t);
        at = kept_before(t, n);
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

static int go_back(struct timeline *t, const struct kept *k)
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

enum { RAN, BROKE, STORED, INTERRUPTED }; /* what run() gives besides errors */

static bool on_store(void *ctx, insn_t n)
{
    struct timeline *t = ctx;

    t->store_n = n;
    sim_expect_stop(t->replay.sim);
    return true;
}

/* Forward to `n`, or to a break or behind the block of a watched store. */
static int run(struct timeline *t, insn_t n, const struct timeline_goals *g)
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

/* Forward to `goal` with snapshots on the way, or what run() stopped for. */
static int travel(struct timeline *t, insn_t goal, const struct timeline_goals *g)
{
    while (now(t) < goal) {
        insn_t n = next_keep(t, goal), before = now(t);
        int rc = run(t, n, g);

        if (rc)
            return rc;
        if (now(t) == before || now(t) < n)
            return RAN; /* the recording ended */
        if (n < goal && (rc = keep(t)) < 0)
            return rc;
    }
    return RAN;
}

static int seek(struct timeline *t, insn_t n)
{
    const struct kept *k = &t->kept[kept_before(t, n)];
    int rc = 0;

    if (n < now(t) || k->n > now(t))
        rc = go_back(t, k);
    return rc ? rc : travel(t, n, NULL);
}

int timeline_seek(struct timeline *t, insn_t n)
{
    int rc = seek(t, n < timeline_end(t) ? n : timeline_end(t));

    return rc < 0 ? rc : 0;
}

int timeline_travel(struct timeline *t, insn_t n)
{
    int rc = travel(t, n < timeline_end(t) ? n : timeline_end(t), NULL);

    return rc < 0 ? rc : 0;
}

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    struct timeline *t = ctx;

    if (t->changed)
        t->changed(t->changed_ctx, sim_cpu(sim), trap);
    t->last_trap = *trap;
    t->any_trap = true;
    if (t->trap_failed || (t->trap_count && t->trap[t->trap_count - 1] >= trap->n))
        return;
    if (t->trap_count == t->trap_room) {
        size_t room = 2 * t->trap_room + 1024;
        insn_t *grown = realloc(t->trap, room * sizeof(*grown));

        t->trap_failed = !grown;
        if (!grown)
            return;
        t->trap = grown;
        t->trap_room = room;
    }
    t->trap[t->trap_count++] = trap->n;
}

insn_t timeline_trap_before(const struct timeline *t, insn_t n)
{
    size_t low = 0, high = t->trap_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (t->trap[middle] <= n)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? t->trap[low - 1] : 0;
}

const struct cpu_trap *timeline_last_trap(const struct timeline *t)
{
    return t->any_trap ? &t->last_trap : NULL;
}

int timeline_trace(struct timeline *t, insn_t from, insn_t to, cpu_insn_fn fn, void *ctx)
{
    struct cpu *cpu = sim_cpu(t->replay.sim);
    int rc = timeline_seek(t, from);

    if (rc == 0 && cpu_watch_insns(cpu, fn, ctx))
        rc = loader_fail(t->error, sizeof(t->error), -ENOMEM, "out of memory to watch");
    if (rc)
        return rc;
    rc = run(t, to < timeline_end(t) ? to : timeline_end(t), NULL);
    return cpu_watch_insns(cpu, NULL, NULL) || rc < 0 ? rc : 0;
}

void timeline_set_interrupt(struct timeline *t, bool (*asked)(void *ctx), void *ctx)
{
    t->interrupt = asked;
    t->interrupt_ctx = ctx;
}

/* ---- goals ---- */

struct watched {
    uint8_t bytes[CPU_RANGES_MAX][TIMELINE_WATCH_BYTES_MAX];
};

static void watched_read(struct timeline *t, struct watched *w)
{
    memset(w, 0, sizeof(*w));
    for (size_t i = 0; i < t->range_count; i++)
        (void)!cpu_phys_read(sim_cpu(t->replay.sim), t->range[i].pa, w->bytes[i],
                             t->range[i].bytes);
}

/* Which memory the watches mean, here at the beginning of the way. */
static int watch_find(struct timeline *t, const struct timeline_goals *g)
{
    t->range_count = 0;
    for (size_t i = 0; i < g->watch_count; i++) {
        const struct timeline_watch *w = &g->watches[i];
        struct cpu_range *r = &t->range[i];

        if (w->bytes > TIMELINE_WATCH_BYTES_MAX || (w->va & 4095) + w->bytes > 4096)
            return loader_fail(t->error, sizeof(t->error), -EINVAL,
                               "a watch has at most %u bytes of one page",
                               TIMELINE_WATCH_BYTES_MAX);
        r->bytes = w->bytes;
        if (cpu_translate(sim_cpu(t->replay.sim), w->va, &r->pa))
            return loader_fail(t->error, sizeof(t->error), -EFAULT,
                               "0x%llx is not mapped here, so it cannot be watched",
                               (unsigned long long)w->va);
    }
    t->range_count = g->watch_count;
    return 0;
}

static int watch_on(struct timeline *t)
{
    if (t->range_count && cpu_watch_stores(sim_cpu(t->replay.sim), t->range, t->range_count,
                                           on_store, t))
        return loader_fail(t->error, sizeof(t->error), -ENOMEM, "out of memory for watches");
    return 0;
}

static void watch_off(struct timeline *t)
{
    if (t->range_count)
        (void)!cpu_watch_stores(sim_cpu(t->replay.sim), NULL, 0, NULL, NULL);
}

/*
 * A block that began at `n` stored to a watched range; here is behind it. Which of its
 * instructions changed what (or stored, any_store), if any did: stands behind that one. 1: found.
 * The last one where `last`.
 */
static int find_store(struct timeline *t, const struct timeline_goals *g, insn_t n, insn_t to,
                      bool last, struct timeline_arrival *arrival, insn_t *found_n)
{
    struct watched before, after;
    bool found = false, stored;
    int rc;

    watch_off(t);
    rc = seek(t, n);
    if (rc == RAN)
        watched_read(t, &before);
    if (rc == RAN && g->any_store)
        rc = watch_on(t);
    while (rc == RAN && now(t) < to && !(found && !last)) {
        rc = run(t, now(t) + 1, NULL);
        stored = rc == STORED;
        rc = stored ? RAN : rc;
        watched_read(t, &after);
        for (size_t i = 0; i < t->range_count; i++) {
            if (!stored && memcmp(before.bytes[i], after.bytes[i], t->range[i].bytes) == 0)
                continue;
            *arrival = (struct timeline_arrival){TIMELINE_WATCH, i};
            *found_n = now(t);
            found = true;
        }
        before = after;
    }
    watch_off(t);
    return rc ? rc : found;
}

static void arrive(struct timeline_arrival *arrival, enum timeline_stop stop)
{
    *arrival = (struct timeline_arrival){.stop = stop};
}

static int forward(struct timeline *t, const struct timeline_goals *g,
                   struct timeline_arrival *arrival)
{
    insn_t found_n;
    int rc;

    arrive(arrival, TIMELINE_EDGE);
    for (;;) {
        rc = watch_on(t);
        if (rc == 0)
            rc = travel(t, timeline_end(t), g);
        if (rc != STORED)
            break;
        rc = find_store(t, g, t->store_n, now(t), false, arrival, &found_n);
        if (rc)
            return rc < 0 ? rc : 0;
    }
    if (rc > 0)
        arrive(arrival, rc == BROKE ? TIMELINE_BREAK : TIMELINE_INTERRUPTED);
    return rc < 0 ? rc : 0;
}

int timeline_forward(struct timeline *t, const struct timeline_goals *goals,
                     struct timeline_arrival *arrival)
{
    int rc = watch_find(t, goals);

    if (rc == 0)
        rc = forward(t, goals, arrival);
    watch_off(t);
    return rc;
}

/* What was met in a stretch: the last break, and the last block with a watched store. */
struct met {
    insn_t break_n, store_n, store_end;
};

static int meet(struct timeline *t, insn_t to, const struct timeline_goals *g, struct met *m)
{
    vaddr_t pc = cpu_pc(sim_cpu(t->replay.sim));
    int rc = RAN;

    *m = (struct met){INSN_NONE, INSN_NONE, 0};
    for (size_t i = 0; i < g->break_count; i++)
        if (g->breaks[i] == pc)
            m->break_n = now(t);
    while (now(t) < to) {
        insn_t before = now(t);

        rc = run(t, to, g);
        if (rc == BROKE && now(t) < to) {
            m->break_n = now(t);
        } else if (rc == STORED) {
            m->store_n = t->store_n;
            m->store_end = now(t);
        } else if (rc != BROKE || now(t) == before) {
            break;
        }
    }
    return rc < 0 || rc == INTERRUPTED ? rc : 0;
}

/* Where a stretch from a snapshot to `to` was last stopped at: 1, and the machine stands there. */
static int last_in(struct timeline *t, const struct kept *k, insn_t to,
                   const struct timeline_goals *g, struct timeline_arrival *arrival)
{
    insn_t from = k->n, break_n = INSN_NONE, n;
    struct met m;
    int rc;

    for (;;) {
        rc = go_back(t, &t->kept[kept_before(t, from)]);
        if (rc == 0)
            rc = watch_on(t);
        if (rc == 0)
            rc = meet(t, to, g, &m);
        if (rc)
            return rc;
        if (m.break_n != INSN_NONE && (break_n == INSN_NONE || m.break_n > break_n))
            break_n = m.break_n;
        if (m.store_n == INSN_NONE || (break_n != INSN_NONE && break_n >= m.store_end))
            break;
        /* A block may store what was there already: then look before it. */
        rc = find_store(t, g, m.store_n, m.store_end < to ? m.store_end : to, true, arrival,
                        &n);
        if (rc < 0)
            return rc;
        if (rc && (break_n == INSN_NONE || n - 1 > break_n)) {
            rc = seek(t, n - 1);
            return rc < 0 ? rc : 1;
        }
        if (rc || (break_n != INSN_NONE && break_n >= m.store_n) || m.store_n <= from)
            break;
        to = m.store_n;
    }
    if (break_n == INSN_NONE)
        return 0;
    arrive(arrival, TIMELINE_BREAK);
    watch_off(t);
    rc = seek(t, break_n);
    return rc < 0 ? rc : 1;
}

/* Between two snapshots no watched page was written: nothing to find there but breaks. */
static bool is_untouched(struct timeline *t, const struct kept *from, insn_t to,
                         const struct timeline_goals *g)
{
    const struct kept *end = &t->kept[kept_before(t, to)];
    paddr_t base;
    size_t bytes;

    if (g->break_count || end->n != to || !t->range_count)
        return false;
    cpu_ram(sim_cpu(t->replay.sim), &base, &bytes);
    for (size_t i = 0; i < t->range_count; i++)
        if (!snapshot_same_page(from->snapshot, end->snapshot,
                                (uint32_t)((t->range[i].pa - base) / 4096)))
            return false;
    return true;
}

int timeline_backward(struct timeline *t, const struct timeline_goals *goals,
                      struct timeline_arrival *arrival)
{
    insn_t to = now(t);
    int rc = watch_find(t, goals);

    arrive(arrival, TIMELINE_EDGE);
    if (rc)
        return rc;
    while (to > 0 && rc == 0) {
        const struct kept *k = &t->kept[kept_before(t, to - 1)];
        insn_t from = k->n;

        if (is_untouched(t, k, to, goals)) {
            to = from;
            continue;
        }
        rc = last_in(t, k, to, goals, arrival);
        if (rc == INTERRUPTED) {
            arrive(arrival, TIMELINE_INTERRUPTED);
            break;
        }
        to = from;
    }
    watch_off(t);
    if (rc == 0)
        rc = seek(t, 0);
    return rc < 0 ? rc : 0;
}

/* ---- opening ---- */

int timeline_open(const struct trace *trace, struct timeline **out, char *err, size_t err_len)
{
    return timeline_open_changed(trace, NULL, NULL, out, err, err_len);
}

int timeline_open_changed(const struct trace *trace,
                          void (*changed)(void *ctx, struct cpu *cpu,
                                          const struct cpu_trap *trap),
                          void *ctx, struct timeline **out, char *err, size_t err_len)
{
    struct timeline *t = calloc(1, sizeof(*t));
    struct sim_watch watch = {.ctx = t, .trap = on_trap};
    int rc;

    *out = NULL;
    if (!t)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    t->trace = trace;
    t->changed = changed;
    t->changed_ctx = ctx;
    rc = replay_open(&t->replay, trace, &watch, err, err_len);
    if (rc) {
        free(t);
        return rc;
    }
    t->replay.unverified = changed != NULL;
    rc = snapshots_create(t->replay.sim, &t->snapshots);
    if (rc == 0)
        rc = keep(t);
    if (rc) {
        timeline_close(t);
        return loader_fail(err, err_len, rc, "out of memory for snapshots");
    }
    *out = t;
    return 0;
}

void timeline_close(struct timeline *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->kept_count; i++)
        snapshot_free(t->snapshots, t->kept[i].snapshot);
    snapshots_destroy(t->snapshots);
    replay_close(&t->replay);
    free(t->trap);
    free(t);
}
