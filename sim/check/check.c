/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/check.c - finding, then naming; see check.h. */
#include "sim/check/check.h"

#include <errno.h>

#include "loader/fail.h"
#include "sim/check/frame.h"
#include "sim/check/leak.h"
#include "sim/check/pagetable.h"
#include "sim/check/stack.h"
#include "sim/check/stale.h"
#include "sim/timeline.h"

enum { MAP_TABLES = 1 };

const char *const check_names[CHECK_KINDS] = {"context", "frame", "sigframe",
                                               "leak", "stack", "pagetable", "stale"};

struct run {
    const struct check *how;
    struct findings *findings;
    struct context *context;
    struct pagetable *pagetable;
    struct stale *stale;
    uint8_t *map;           /* of cpu_watch_pages() */
    bool failed;
};

static void on_event(void *ctx, const struct derived *d)
{
    struct run *r = ctx;

    context_event(r->context, d);
    if (r->pagetable)
        pagetable_event(r->pagetable, d);
    if (r->stale)
        stale_event(r->stale, d);
}

static void on_store(void *ctx, const struct cpu_store *s)
{
    pagetable_store(((struct run *)ctx)->pagetable, s);
}

static void on_start(void *ctx, struct cpu *cpu)
{
    struct run *r = ctx;
    paddr_t base;
    size_t bytes;

    if (r->how->kinds & 1u << CHECK_STALE) {
        r->stale = stale_create(cpu);
        r->failed |= !r->stale;
    }
    if (!(r->how->kinds & 1u << CHECK_PAGETABLE))
        return;
    cpu_ram(cpu, &base, &bytes);
    r->map = calloc(bytes >> 12, 1);
    if (r->map)
        r->pagetable = pagetable_create(cpu, r->findings, r->map, MAP_TABLES);
    r->failed |= !r->pagetable || cpu_watch_pages(cpu, r->map, on_store, r) != 0;
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct run *r = ctx;

    if (r->how->tick)
        r->how->tick(r->how->ctx, sim);
}

static void name_one(const struct trace *t, struct timeline *timeline, struct places *places,
                     struct finding *f, unsigned value)
{
    if (f->check == CHECK_LEAK)
        leak_name(t, places, f);
    else if (f->check == CHECK_STACK)
        stack_name(timeline, places, &t->machine, f);
    else if (f->check == CHECK_PAGETABLE)
        culprit_describe(timeline, places, f->culprit.n, &f->culprit);
    else if (!f->nobody)
        culprit_find(timeline, places, f, value);
    if (f->origin)
        culprit_origin(timeline, places, &t->machine, f);
}

static int name_all(const struct trace *t, struct findings *all, struct frames *frames,
                    struct stale *stale, char *err, size_t err_len)
{
    struct places *places = places_create(&t->machine);
    struct timeline *timeline;
    int rc = places ? timeline_open(t, &timeline, err, err_len)
                    : loader_fail(err, err_len, -ENOMEM, "out of memory");

    if (rc == 0) {
        for (size_t i = 0; i < all->count; i++)
            name_one(t, timeline, places, &all->list[i], all->value[i]);
        if (frames && frames_find(frames, timeline, places, &t->machine, all) != 0)
            rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
        if (rc == 0 && stale && (rc = stale_find(stale, timeline, places, all)) != 0)
            loader_fail(err, err_len, rc, "%s", timeline_error(timeline));
        timeline_close(timeline);
    }
    places_destroy(places);
    return rc;
}

static int find(const struct trace *t, const struct check *how, struct findings *all,
                struct frames *frames, struct stale **stale, struct divergence *divergence, char *err, size_t err_len)
{
    struct run run = {.how = how, .findings = all,
                      .context = context_create(t, how->kinds, all, frames)};
    struct derive derive = {.ctx = &run, .event = on_event, .tick = on_tick, .until = INSN_NONE,
                            .plain = true, .start = on_start};
    int rc = -ENOMEM;

    if (run.context)
        rc = derive_run(t, &derive, divergence, err, err_len);
    context_destroy(run.context);
    pagetable_destroy(run.pagetable);
    free(run.map);
    *stale = run.stale;
    if (all->failed || run.failed || rc == -ENOMEM)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    return rc;
}

int check_run(const struct trace *t, const struct check *how, size_t *count,
              struct divergence *divergence, char *err, size_t err_len)
{
    struct findings all = {.max = how->findings_max};
    struct stack_depths depths = {.count = 0};
    bool with_frame = how->kinds & 1u << CHECK_FRAME;
    struct stale *stale = NULL;
    struct frames *frames = with_frame ? calloc(1, sizeof(*frames)) : NULL;
    int rc = -ENOMEM;

    *count = 0;
    all.list = calloc(all.max, sizeof(*all.list));
    all.value = calloc(all.max, sizeof(*all.value));
    if (all.list && all.value && (frames || !with_frame))
        rc = find(t, how, &all, frames, &stale, divergence, err, err_len);
    if (rc == 0 && (how->kinds & 1u << CHECK_LEAK))
        rc = leak_run(t, &all, err, err_len);
    if (rc == 0 && (how->kinds & 1u << CHECK_STACK))
        rc = stack_run(t, &all, how->depths ? how->depths : &depths, err, err_len);
    if (rc == 0 && (all.count || (frames && frames->count) || (stale && t->machine.adversary)))
        rc = name_all(t, &all, frames, stale, err, err_len);
    for (size_t i = 0; rc == 0 && i < all.count; i++)
        how->found(how->ctx, &all.list[i]);
    *count = all.count;
    free(all.list);
    free(all.value);
    free(frames);
    stale_destroy(stale);
    return rc;
}
