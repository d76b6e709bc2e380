/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline_back TRACE [SEED [COUNT]] - a timeline that is taken over from a replay, proved.
 *
 * A replay under watch leaves its machine as a timeline, as for `trapline check`. At COUNT numbers
 * drawn from SEED that must be in the state of a plain replay which stopped there: sought from the
 * recording's beginning, so what was translated later is there already, from wherever the last one
 * was, and over a stretch in which every instruction is watched.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/timeline.h"

#define COUNT_MAX     1000u
#define STRETCH_INSNS 1000u

static struct digest want[COUNT_MAX];

static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return *state >> 20;
}

static int by_number(const void *a, const void *b)
{
    insn_t x = ((const struct digest *)a)->n, y = ((const struct digest *)b)->n;

    return (x > y) - (x < y);
}

static int fail(const char *what, insn_t n, const char *why)
{
    printf("FAIL: %s at instruction %llu: %s\n", what, (unsigned long long)n, why);
    return 1;
}

/* What a replay that nobody watches is at each number, on one way through. */
static int judge(const struct trace *trace, size_t count)
{
    struct sim_end end;
    struct replay r;
    char err[512];
    int rc = 0;

    if (replay_open(&r, trace, NULL, err, sizeof(err)))
        return fail("no replay", 0, err);
    for (size_t i = 0; i < count && rc == 0; i++) {
        insn_t n = want[i].n;

        if (replay_run(&r, n, &end) || sim_digest(r.sim, true, &want[i]) || want[i].n != n)
            rc = fail("the plain replay failed", n, r.error);
    }
    replay_close(&r);
    return rc;
}

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    (void)sim;
    (void)trap;
    ++*(size_t *)ctx;
}

static void on_return(void *ctx, struct sim *sim, insn_t n, vaddr_t pc)
{
    (void)sim;
    (void)n;
    (void)pc;
    ++*(size_t *)ctx;
}

static void on_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes)
{
    (void)n;
    (void)pc;
    (void)bytes;
    ++*(size_t *)ctx;
}

/* Is it in the state of the plain replay? `rc` is that of the way there. */
static int arrived(struct timeline *t, int rc, const struct digest *w, const char *how)
{
    struct digest got;

    if (rc)
        return fail(how, w->n, timeline_error(t));
    if (sim_digest(timeline_sim(t), true, &got))
        return fail(how, w->n, "no digest");
    if (got.n != w->n || got.cycles != w->cycles || got.state != w->state ||
        got.traps != w->traps || got.ram != w->ram)
        return fail(how, w->n, "the machine is not in the state that it was in");
    return 0;
}

static void on_insn(void *ctx, insn_t n, vaddr_t pc)
{
    (void)n;
    (void)pc;
    ++*(size_t *)ctx;
}

static int watched_to(struct timeline *t, const struct digest *w)
{
    insn_t from = w->n > STRETCH_INSNS ? w->n - STRETCH_INSNS : 0;
    size_t seen = 0;
    int rc = timeline_trace(t, from, w->n, on_insn, &seen);

    if (rc == 0 && !seen && w->n)
        return fail("every instruction watched", w->n, "none was seen");
    return arrived(t, rc, w, "every instruction watched");
}

static int back_and_forth(struct timeline *t, size_t count, uint64_t *seed)
{
    int rc = 0;

    for (size_t i = count; i-- > 0 && rc == 0;) {
        if (timeline_seek(t, 0))
            return fail("no way to the beginning", 0, timeline_error(t));
        rc = arrived(t, timeline_seek(t, want[i].n), &want[i], "from the beginning");
    }
    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct digest *w = &want[draw(seed) % count];

        rc = arrived(t, timeline_seek(t, w->n), w, "from elsewhere");
        if (rc == 0)
            rc = watched_to(t, w);
    }
    return rc;
}

static int prove(const struct trace *trace, size_t count, uint64_t *seed)
{
    size_t seen = 0;
    struct sim_watch watch = {.ctx = &seen, .trap = on_trap, .user_return = on_return};
    struct timeline *t;
    char err[512];
    int rc;

    if (timeline_open_watched(trace, &watch, &t, err, sizeof(err)))
        return fail("no timeline", 0, err);
    cpu_watch_kernel_blocks(sim_cpu(timeline_sim(t)), on_block, &seen);
    if (timeline_run_through(t)) {
        rc = fail("the watched replay failed", timeline_now(t), timeline_replay(t)->error);
    } else {
        timeline_unwatch(t);
        cpu_watch_kernel_blocks(sim_cpu(timeline_sim(t)), NULL, NULL);
        rc = back_and_forth(t, count, seed);
    }
    timeline_close(t);
    if (rc == 0)
        printf("%zu places, %zu traps, returns and blocks seen\n", count, seen);
    return rc;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    size_t count = argc > 3 ? strtoull(argv[3], NULL, 0) : 10;
    struct trace *trace;
    char err[512];
    int rc;

    if (argc < 2 || count == 0 || count > COUNT_MAX) {
        fprintf(stderr, "usage: timeline_back TRACE [SEED [COUNT]]\n");
        return 2;
    }
    if (trace_read_file(argv[1], &trace, err, sizeof(err))) {
        fprintf(stderr, "timeline_back: %s\n", err);
        return 2;
    }
    for (size_t i = 0; i < count; i++)
        want[i].n = draw(&seed) % trace->end.n;
    want[count - 1].n = trace->end.n - 1;
    qsort(want, count, sizeof(want[0]), by_number);
    rc = judge(trace, count);
    if (rc == 0)
        rc = prove(trace, count, &seed);
    trace_free(trace);
    return rc;
}
