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
#include "sim/check/whose.h"
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
    struct stack *stack;
    struct stack_depths depths; /* where nobody asked for them */
    struct leak *leak;
    struct whose *whose;
    struct timeline *timeline; /* that the first replay leaves, for the second; or NULL */
    uint8_t *map;           /* of cpu_watch_kernel_pages() */
    bool failed;
};

static bool wants(const struct run *r, enum check_kind kind)
{
    return r->how->kinds >> kind & 1;
}

static void on_event(void *ctx, const struct derived *d)
{
    struct run *r = ctx;

    context_event(r->context, d);
    if (r->whose)
        whose_event(r->whose, d);
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

static void on_trap(void *ctx, struct cpu *cpu, const struct cpu_trap *trap)
{
    struct run *r = ctx;

    if (r->leak)
        leak_trap(r->leak, cpu, trap);
    if (r->stack)
        stack_trap(r->stack, trap);
}

static void on_return(void *ctx, struct cpu *cpu, insn_t n, vaddr_t pc)
{
    struct run *r = ctx;

    if (r->leak)
        leak_return(r->leak, cpu, n, pc);
    if (r->stack)
        stack_return(r->stack, n, pc);
}

static void on_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes)
{
    struct run *r = ctx;

    stack_block(r->stack, n, pc, bytes);
    if (r->pagetable)
        pagetable_block(r->pagetable, n, pc, bytes);
}

static void start_pagetable(struct run *r, struct cpu *cpu)
{
    paddr_t base;
    size_t bytes;

    cpu_ram(cpu, &base, &bytes);
    r->map = calloc(bytes >> 12, 1);
    if (r->map)
        r->pagetable = pagetable_create(cpu, r->findings, r->map, MAP_TABLES, r->stack != NULL);
    r->cow = cow_create(cpu, r->findings);
    r->failed |=
        !r->cow || !r->pagetable || cpu_watch_kernel_pages(cpu, r->map, on_store, r) != 0;
}

static void on_start(void *ctx, struct cpu *cpu)
{
    struct run *r = ctx;

    if (wants(r, CHECK_CONTEXT)) {
        r->leave = leave_create(cpu);
        r->failed |= !r->leave;
    }
    if (wants(r, CHECK_SIGFRAME)) {
        r->deliver = deliver_create(cpu_arch(cpu), r->findings);
        r->failed |= !r->deliver;
    }
    if (wants(r, CHECK_STALE)) {
        r->stale = stale_create(cpu);
        r->failed |= !r->stale;
    }
    if (wants(r, CHECK_STACK) || wants(r, CHECK_RACE)) {
        r->stack = stack_create(cpu, wants(r, CHECK_STACK) ? r->findings : NULL,
                                r->how->depths ? r->how->depths : &r->depths, r->races);
        r->failed |= !r->stack;
        if (r->stack)
            cpu_watch_kernel_blocks(cpu, on_block, r);
    }
    if (wants(r, CHECK_PAGETABLE))
        start_pagetable(r, cpu);
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
        rc = race_find(r->races, timeline, places, r->findings);
    return rc;
}

static int name_all(struct run *r, const struct trace *t, char *err, size_t err_len)
{
    struct findings *all = r->findings;
    struct places *places = places_create(&t->machine);
    int rc = places ? 0 : loader_fail(err, err_len, -ENOMEM, "out of memory");

    if (rc == 0 && !r->timeline)
        rc = timeline_open(t, &r->timeline, err, err_len);
    if (rc == 0) {
        for (size_t i = 0; i < all->count; i++)
            name_one(t, r->timeline, places, &all->list[i], all->value[i]);
        rc = find_marked(r, t, r->timeline, places);
        for (size_t i = 0; i < all->count && r->whose; i++)
            if (all->list[i].whose)
                whose_fill(r->whose, places, &all->list[i]);
        if (rc)
            loader_fail(err, err_len, rc, "%s",
                        rc == -ENOMEM ? "out of memory" : timeline_error(r->timeline));
    }
    places_destroy(places);
    return rc;
}

/* The first replay is over, and its machine goes on. */
static void watch_nothing(struct cpu *cpu)
{
    cpu_watch_kernel_blocks(cpu, NULL, NULL);
    cpu_watch_stale(cpu, NULL, NULL);
    (void)!cpu_watch_kernel_pages(cpu, NULL, NULL, NULL);
}

static int find(struct run *r, const struct trace *t, struct divergence *divergence, char *err,
                size_t err_len)
{
    struct derive derive = {.ctx = r, .event = on_event, .tick = on_tick, .until = INSN_NONE,
                            .plain = true, .start = on_start, .trap = on_trap,
                            .user_return = on_return,
                            .panic = r->how->panic};
    int rc = -ENOMEM;

    if (wants(r, CHECK_FRAME)) {
        r->frames = calloc(1, sizeof(*r->frames));
        r->failed |= !r->frames;
    }
    if (wants(r, CHECK_LEAK)) {
        r->leak = leak_create(t);
        r->failed |= !r->leak;
    }
    if (wants(r, CHECK_LEAK) || wants(r, CHECK_STACK) || wants(r, CHECK_RACE)) {
        r->whose = whose_create();
        r->failed |= !r->whose;
    }
    r->context = context_create(t, r->how->kinds, r->findings, r->frames);
    /* What is nearly always gone back for is near snapshots of the first replay then. */
    if (wants(r, CHECK_FRAME) || (wants(r, CHECK_STALE) && t->machine.adversary))
        derive.timeline = &r->timeline;
    if (r->context)
        rc = derive_run(t, &derive, divergence, err, err_len);
    if (r->timeline)
        watch_nothing(sim_cpu(timeline_sim(r->timeline)));
    if (r->findings->failed || r->failed || rc == -ENOMEM)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    return rc;
}

static void run_free(struct run *r)
{
    timeline_close(r->timeline);
    context_destroy(r->context);
    pagetable_destroy(r->pagetable);
    cow_destroy(r->cow);
    deliver_destroy(r->deliver);
    stale_destroy(r->stale);
    leave_destroy(r->leave);
    stack_destroy(r->stack);
    leak_destroy(r->leak);
    whose_destroy(r->whose);
    races_destroy(r->races);
    free(r->frames);
    free(r->map);
}

/*
 * The check leak runs the recording once more. It shares the trace with what names the others'
 * findings, which nobody writes to, and nothing else, so it runs beside that.
 */
struct side {
    struct leak *leak;      /* NULL: not asked for */
    struct finding finding;
    unsigned value;
    struct findings findings;
    pthread_t thread;
    bool started;
    int rc;
    char err[256];
};

static void *side_run(void *ctx)
{
    struct side *s = ctx;

    s->rc = leak_run(s->leak, &s->findings, s->err, sizeof(s->err));
    return NULL;
}

static void side_start(struct side *s, struct leak *leak)
{
    s->leak = leak;
    s->findings = (struct findings){.list = &s->finding, .value = &s->value, .max = 1};
    s->started = leak && pthread_create(&s->thread, NULL, side_run, s) == 0;
}

/* Wait for it, and put what it found behind the others' findings. */
static int side_end(struct side *s, const struct trace *t, const struct whose *whose,
                    struct findings *all, char *err, size_t err_len)
{
    struct places *places;

    if (s->started)
        pthread_join(s->thread, NULL);
    else if (s->leak)
        side_run(s);
    if (s->rc)
        return loader_fail(err, err_len, s->rc, "%s", s->err);
    if (!s->findings.count || all->count == all->max)
        return 0;
    places = places_create(&t->machine);
    if (!places)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    leak_name(t, places, &s->finding);
    whose_fill(whose, places, &s->finding);
    places_destroy(places);
    all->value[all->count] = s->value;
    all->list[all->count++] = s->finding;
    return 0;
}

int check_run(const struct trace *t, const struct check *how, size_t *count,
              struct divergence *divergence, char *err, size_t err_len)
{
    struct findings all = {.max = how->findings_max};
    struct side side = {.rc = 0};
    struct run run = {.how = how, .findings = &all};
    int rc = -ENOMEM, side_rc;

    *count = 0;
    all.list = calloc(all.max, sizeof(*all.list));
    all.value = calloc(all.max, sizeof(*all.value));
    if (how->kinds & 1u << CHECK_RACE)
        run.races = races_create();
    run.failed = how->kinds & 1u << CHECK_RACE && !run.races;
    if (all.list && all.value)
        rc = find(&run, t, divergence, err, err_len);
    else
        loader_fail(err, err_len, rc, "out of memory");
    if (rc == 0 && run.races)
        race_end(run.races, &t->end);
    if (rc == 0) {
        side_start(&side, run.leak);
        if (has_more(&run, t))
            rc = name_all(&run, t, err, err_len);
        side_rc = side_end(&side, t, run.whose, &all, err, err_len);
        rc = rc ? rc : side_rc;
    }
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
