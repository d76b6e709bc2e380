/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/check.c - finding, then naming; see check.h. */
#include "sim/check/check.h"

#include <errno.h>
#include <pthread.h>

#include "loader/fail.h"
#include "sim/check/cow.h"
#include "sim/check/deliver.h"
#include "sim/check/frame.h"
#include "sim/check/leak.h"
#include "sim/check/leave.h"
#include "sim/check/pagetable.h"
#include "sim/check/race.h"
#include "sim/check/stack.h"
#include "sim/check/stale.h"
#include "sim/timeline.h"

enum { MAP_TABLES = 1 };

const char *const check_names[CHECK_KINDS] = {"context", "frame", "sigframe",
                                               "leak", "stack", "pagetable", "stale", "race"};

struct run {
    const struct check *how;
    struct findings *findings;
    struct context *context;
    struct frames *frames;
    struct pagetable *pagetable;
    struct cow *cow;
    struct deliver *deliver;
    struct stale *stale;
    struct races *races;
    struct leave *leave;
    uint8_t *map;           /* of cpu_watch_pages() */
    bool failed;
};

static void on_event(void *ctx, const struct derived *d)
{
    struct run *r = ctx;

    context_event(r->context, d);
    if (r->pagetable)
        pagetable_event(r->pagetable, d);
    if (r->cow)
        cow_event(r->cow, d);
    if (r->deliver)
        deliver_event(r->deliver, d);
    if (r->stale)
        stale_event(r->stale, d);
    if (r->leave)
        leave_event(r->leave, d);
    if (r->races)
        race_event(r->races, d);
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

    if (r->how->kinds & 1u << CHECK_CONTEXT) {
        r->leave = leave_create(cpu);
        r->failed |= !r->leave;
    }
    if (r->how->kinds & 1u << CHECK_SIGFRAME) {
        r->deliver = deliver_create(cpu_arch(cpu), r->findings);
        r->failed |= !r->deliver;
    }
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
    r->cow = cow_create(cpu, r->findings);
    r->failed |= !r->cow || !r->pagetable || cpu_watch_pages(cpu, r->map, on_store, r) != 0;
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
        f->dropped = !stack_name(timeline, places, &t->machine, f, value);
    else if (f->check == CHECK_PAGETABLE && value == COW_PAGE)
        cow_name(timeline, places, f);
    else if (f->check == CHECK_PAGETABLE)
        culprit_describe(timeline, places, f->culprit.n, &f->culprit);
    else if (value == DELIVER_SIGNAL)
        deliver_name(timeline, places, f);
    else if (!f->nobody)
        culprit_find(timeline, places, f, value);
    if (f->origin)
        culprit_origin(timeline, places, &t->machine, f);
}

/* Is there something to go back to? */
static bool has_more(const struct run *r, const struct trace *t)
{
    return r->findings->count || (r->frames && r->frames->count) ||
           (r->stale && t->machine.adversary) || (r->leave && leave_any(r->leave)) ||
           (r->races && races_any(r->races));
}

/* What the first replay only marked is looked at; 0 or an error. */
static int find_marked(const struct run *r, const struct trace *t, struct timeline *timeline,
                       struct places *places)
{
    int rc = 0;

    if (r->frames)
        rc = frames_find(r->frames, timeline, places, &t->machine, r->findings);
    if (rc == 0 && r->leave)
        rc = leave_find(r->leave, timeline, places, r->findings);
    if (rc == 0 && r->stale)
        rc = stale_find(r->stale, timeline, places, r->findings);
    if (rc == 0 && r->races)
        rc = race_find(r->races, timeline, places, &t->machine, r->findings);
    return rc;
}

static int name_all(const struct run *r, const struct trace *t, char *err, size_t err_len)
{
    struct findings *all = r->findings;
    struct places *places = places_create(&t->machine);
    struct timeline *timeline;
    int rc = places ? timeline_open(t, &timeline, err, err_len)
                    : loader_fail(err, err_len, -ENOMEM, "out of memory");

    if (rc == 0) {
        for (size_t i = 0; i < all->count; i++)
            name_one(t, timeline, places, &all->list[i], all->value[i]);
        rc = find_marked(r, t, timeline, places);
        if (rc)
            loader_fail(err, err_len, rc, "%s",
                        rc == -ENOMEM ? "out of memory" : timeline_error(timeline));
        timeline_close(timeline);
    }
    places_destroy(places);
    return rc;
}

static int find(struct run *r, const struct trace *t, struct divergence *divergence, char *err,
                size_t err_len)
{
    struct derive derive = {.ctx = r, .event = on_event, .tick = on_tick, .until = INSN_NONE,
                            .plain = true, .start = on_start};
    int rc = -ENOMEM;

    if (r->how->kinds & 1u << CHECK_FRAME) {
        r->frames = calloc(1, sizeof(*r->frames));
        r->failed |= !r->frames;
    }
    r->context = context_create(t, r->how->kinds, r->findings, r->frames);
    if (r->context)
        rc = derive_run(t, &derive, divergence, err, err_len);
    if (r->findings->failed || r->failed || rc == -ENOMEM)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    return rc;
}

static void run_free(struct run *r)
{
    context_destroy(r->context);
    pagetable_destroy(r->pagetable);
    cow_destroy(r->cow);
    deliver_destroy(r->deliver);
    stale_destroy(r->stale);
    leave_destroy(r->leave);
    races_destroy(r->races);
    free(r->frames);
    free(r->map);
}

/*
 * The checks with replays of their own. They share the trace with the others, which nobody writes to,
 * and nothing else, so they run beside them.
 */
struct side {
    const struct trace *trace;
    const struct check *how;
    struct findings findings;
    struct stack_depths depths;
    struct races *races;    /* the other side's: interrupts that switch stacks are added */
    pthread_t thread;
    bool started;
    int rc;
    char err[256];
};

static void side_run(struct side *s)
{
    if (s->how->kinds & 1u << CHECK_LEAK)
        s->rc = leak_run(s->trace, &s->findings, s->err, sizeof(s->err));
    if (s->rc == 0 && (s->how->kinds & (1u << CHECK_STACK | 1u << CHECK_RACE)))
        s->rc = stack_run(s->trace, s->how->kinds & 1u << CHECK_STACK ? &s->findings : NULL,
                          s->how->depths ? s->how->depths : &s->depths, s->races, s->err,
                          sizeof(s->err));
}

static void *side_thread(void *ctx)
{
    side_run(ctx);
    return NULL;
}

static int side_start(struct side *s, const struct trace *t, const struct check *how,
                      struct races *races)
{
    s->trace = t;
    s->how = how;
    s->races = races;
    if (!(how->kinds & (1u << CHECK_LEAK | 1u << CHECK_STACK | 1u << CHECK_RACE)))
        return 0;
    s->findings.max = how->findings_max;
    s->findings.list = calloc(how->findings_max, sizeof(*s->findings.list));
    s->findings.value = calloc(how->findings_max, sizeof(*s->findings.value));
    if (!s->findings.list || !s->findings.value)
        return -ENOMEM;
    s->started = pthread_create(&s->thread, NULL, side_thread, s) == 0;
    return 0;
}

/* Wait for it, and put what it found behind the others' findings. */
static int side_end(struct side *s, struct findings *all, int rc, char *err, size_t err_len)
{
    if (s->started)
        pthread_join(s->thread, NULL);
    else if (rc == 0 && s->findings.list)
        side_run(s);
    if (rc == 0 && s->rc)
        rc = loader_fail(err, err_len, s->rc, "%s", s->err);
    for (size_t i = 0; i < s->findings.count && all->count < all->max; i++) {
        all->value[all->count] = s->findings.value[i];
        all->list[all->count++] = s->findings.list[i];
    }
    free(s->findings.list);
    free(s->findings.value);
    return rc;
}

int check_run(const struct trace *t, const struct check *how, size_t *count,
              struct divergence *divergence, char *err, size_t err_len)
{
    struct findings all = {.max = how->findings_max};
    struct side side = {.rc = 0};
    struct run run = {.how = how, .findings = &all};
    int rc = -ENOMEM;

    *count = 0;
    all.list = calloc(all.max, sizeof(*all.list));
    all.value = calloc(all.max, sizeof(*all.value));
    if (how->kinds & 1u << CHECK_RACE)
        run.races = races_create();
    run.failed = how->kinds & 1u << CHECK_RACE && !run.races;
    if (all.list && all.value && side_start(&side, t, how, run.races) == 0)
        rc = find(&run, t, divergence, err, err_len);
    else
        loader_fail(err, err_len, rc, "out of memory");
    rc = side_end(&side, &all, rc, err, err_len);
    if (rc == 0 && run.races)
        race_end(run.races, &t->end);
    if (rc == 0 && has_more(&run, t))
        rc = name_all(&run, t, err, err_len);
    for (size_t i = 0; rc == 0 && i < all.count; i++) {
        if (all.list[i].dropped)
            continue;
        how->found(how->ctx, &all.list[i]);
        ++*count;
    }
    run_free(&run);
    free(all.list);
    free(all.value);
    return rc;
}
