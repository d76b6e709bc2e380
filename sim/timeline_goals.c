/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/timeline_goals.c - forward and backward to a break or a watched store; see timeline.h.
 *
 * Going back to a break: the stretch before this place, from one snapshot to the next, is run
 * forward and the last break in it is remembered; then the stretch before that. A watched store
 * stops behind its block, whose instructions are then looked at one by one.
 */
#include "sim/timeline_private.h"

#include <errno.h>

#include "loader/fail.h"

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

static bool on_store(void *ctx, insn_t n)
{
    struct timeline *t = ctx;

    t->store_n = n;
    sim_expect_stop(t->replay.sim);
    return true;
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
    rc = timeline_go_to(t, n);
    if (rc == RAN)
        watched_read(t, &before);
    if (rc == RAN && g->any_store)
        rc = watch_on(t);
    while (rc == RAN && timeline_now(t) < to && !(found && !last)) {
        rc = timeline_run(t, timeline_now(t) + 1, NULL);
        stored = rc == STORED;
        rc = stored ? RAN : rc;
        watched_read(t, &after);
        for (size_t i = 0; i < t->range_count; i++) {
            if (!stored && memcmp(before.bytes[i], after.bytes[i], t->range[i].bytes) == 0)
                continue;
            *arrival = (struct timeline_arrival){TIMELINE_WATCH, i};
            *found_n = timeline_now(t);
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
            rc = timeline_go(t, timeline_end(t), g);
        if (rc != STORED)
            break;
        rc = find_store(t, g, t->store_n, timeline_now(t), false, arrival, &found_n);
        if (rc == INTERRUPTED)
            break;
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
            m->break_n = timeline_now(t);
    while (timeline_now(t) < to) {
        insn_t before = timeline_now(t);

        rc = timeline_run(t, to, g);
        if (rc == BROKE && timeline_now(t) < to) {
            m->break_n = timeline_now(t);
        } else if (rc == STORED) {
            m->store_n = t->store_n;
            m->store_end = timeline_now(t);
        } else if (rc != BROKE || timeline_now(t) == before) {
            break;
        }
    }
    return rc < 0 || rc == INTERRUPTED ? rc : 0;
}

/* Where a stretch from a snapshot to `to` was last stopped at: 1, and the machine stands there. */
static int last_in(struct timeline *t, const struct kept *k, insn_t to,
                   const struct timeline_goals *g, struct timeline_arrival *arrival)
{
    insn_t from = k->n, break_n = INSN_NONE, n = 0;
    struct met m;
    int rc;

    for (;;) {
        rc = timeline_go_back(t, &t->kept[timeline_kept_before(t, from)]);
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
        if (rc < 0 || rc == INTERRUPTED)
            return rc;
        if (rc && (break_n == INSN_NONE || n - 1 > break_n)) {
            rc = timeline_go_to(t, n - 1);
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
    rc = timeline_go_to(t, break_n);
    return rc < 0 ? rc : 1;
}

/* Between two snapshots no watched page was written: nothing to find there but breaks. */
static bool is_untouched(struct timeline *t, const struct kept *from, insn_t to,
                         const struct timeline_goals *g)
{
    const struct kept *end = &t->kept[timeline_kept_before(t, to)];
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
    insn_t to = timeline_now(t);
    int rc = watch_find(t, goals);

    arrive(arrival, TIMELINE_EDGE);
    if (rc)
        return rc;
    while (to > 0 && rc == 0) {
        const struct kept *k = &t->kept[timeline_kept_before(t, to - 1)];
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
        rc = timeline_go_to(t, 0);
    return rc < 0 ? rc : 0;
}
