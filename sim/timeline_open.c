/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/timeline_open.c - a timeline's beginning and end, who looks on, and the traps that it met;
 * see timeline.h.
 */
#include "sim/timeline_private.h"

#include <errno.h>

#include "loader/fail.h"
#include "cpu/search.h"

#define STRETCHES 24u /* snapshots of timeline_run_through(), at most */

/* ---- who looks on ---- */

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    struct timeline *t = ctx;

    if (t->changed)
        t->changed(t->changed_ctx, sim_cpu(sim), trap);
    if (t->watch.trap)
        t->watch.trap(t->watch.ctx, sim, trap);
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
    size_t behind = search_behind(t->trap, t->trap_count, sizeof(t->trap[0]), 0, n);

    return behind ? t->trap[behind - 1] : 0;
}

const struct cpu_trap *timeline_last_trap(const struct timeline *t)
{
    return t->any_trap ? &t->last_trap : NULL;
}

/* ---- opening ---- */

int timeline_open(const struct trace *trace, struct timeline **out, char *err, size_t err_len)
{
    return timeline_open_changed(trace, NULL, NULL, out, err, err_len);
}

static void on_return(void *ctx, struct sim *sim, insn_t n, vaddr_t pc)
{
    struct timeline *t = ctx;

    if (t->watch.user_return)
        t->watch.user_return(t->watch.ctx, sim, n, pc);
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct timeline *t = ctx;

    if (t->watch.tick)
        t->watch.tick(t->watch.ctx, sim);
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct timeline *t = ctx;

    if (t->watch.console)
        t->watch.console(t->watch.ctx, bytes, len);
}

static int open_timeline(struct timeline *t, const struct trace *trace, char *err, size_t err_len)
{
    struct sim_watch watch = {.ctx = t, .trap = on_trap};
    int rc;

    t->trace = trace;
    if (t->watch.user_return)
        watch.user_return = on_return;
    if (t->watch.tick)
        watch.tick = on_tick;
    if (t->watch.console)
        watch.console = on_console;
    rc = replay_open(&t->replay, trace, &watch, err, err_len);
    if (rc)
        return rc;
    t->replay.unverified = t->changed != NULL;
    rc = snapshots_create(t->replay.sim, &t->snapshots);
    if (rc == 0)
        rc = timeline_keep(t);
    return rc ? loader_fail(err, err_len, rc, "out of memory for snapshots") : 0;
}

static int open_new(const struct timeline *as, const struct trace *trace, struct timeline **out,
                    char *err, size_t err_len)
{
    struct timeline *t = malloc(sizeof(*t));
    int rc;

    *out = NULL;
    if (!t)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    *t = *as;
    rc = open_timeline(t, trace, err, err_len);
    if (rc)
        timeline_close(t);
    else
        *out = t;
    return rc;
}

int timeline_open_changed(const struct trace *trace,
                          void (*changed)(void *ctx, struct cpu *cpu,
                                          const struct cpu_trap *trap),
                          void *ctx, struct timeline **out, char *err, size_t err_len)
{
    const struct timeline as = {.changed = changed, .changed_ctx = ctx};

    return open_new(&as, trace, out, err, err_len);
}

int timeline_open_watched(const struct trace *trace, const struct sim_watch *watch,
                          struct timeline **out, char *err, size_t err_len)
{
    const struct timeline as = {.watch = *watch};

    return open_new(&as, trace, out, err, err_len);
}

void timeline_unwatch(struct timeline *t)
{
    t->watch = (struct sim_watch){0};
    cpu_watch_returns(sim_cpu(t->replay.sim), false);
}

struct replay *timeline_replay(struct timeline *t)
{
    return &t->replay;
}

int timeline_run_through(struct timeline *t)
{
    insn_t stretch = timeline_end(t) / STRETCHES;
    int rc = 0;

    if (stretch < STRETCH_INSNS)
        stretch = STRETCH_INSNS;
    while (rc == 0 && timeline_now(t) + stretch < timeline_end(t)) {
        insn_t n = timeline_now(t) + stretch;

        rc = replay_run(&t->replay, n, &t->end);
        if (rc == 0 && timeline_now(t) < n)
            return 0; /* it ended, and replay_run() has judged that */
        if (rc == 0 && (rc = timeline_keep(t)) != 0)
            snprintf(t->replay.error, sizeof(t->replay.error), "%.*s", 99, t->error);
    }
    return rc ? rc : replay_run(&t->replay, INSN_NONE, &t->end);
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
