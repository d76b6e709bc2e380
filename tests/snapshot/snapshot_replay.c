/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot_replay TRACE [SEED [COUNT]] - going back, proved on a recording.
 *
 * Replays TRACE with COUNT snapshots at numbers drawn from SEED, then goes back to each of them
 * in another order and replays from there to the end. The recording's own digests, the last of
 * which covers all of RAM, judge every stretch. Prints how long taking and going back took.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/host.h"
#include "sim/replay.h"
#include "sim/snapshot.h"

#define COUNT_MAX 1000u

struct place {
    insn_t n;
    struct snapshot *snapshot;
    size_t stop_at;
};

static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

static int by_number(const void *a, const void *b)
{
    insn_t x = ((const struct place *)a)->n, y = ((const struct place *)b)->n;

    return (x > y) - (x < y);
}

static int fail(const struct replay *r, const char *what, insn_t n)
{
    printf("FAIL: %s at instruction %llu: %s%s\n%s", what, (unsigned long long)n,
           r->divergence.what, r->error, r->divergence.details);
    return 1;
}

static int take_all(struct replay *r, struct snapshots *all, struct place *place, size_t count)
{
    struct sim_end end;

    for (size_t i = 0; i < count; i++) {
        if (replay_run(r, place[i].n, &end))
            return fail(r, "the replay before a snapshot diverged", place[i].n);
        if (snapshot_take(all, &place[i].snapshot))
            return fail(r, "no snapshot", place[i].n);
        place[i].stop_at = r->stop_at;
    }
    if (replay_run(r, INSN_NONE, &end))
        return fail(r, "after the last snapshot it diverged", place[count - 1].n);
    return 0;
}

static int go_back_to_all(struct replay *r, struct snapshots *all, const struct place *place,
                          size_t count, uint64_t *seed)
{
    struct sim_end end;
    uint64_t spent_ns = 0;

    for (size_t i = 0; i < count; i++) {
        const struct place *p = &place[draw(seed) % count];
        uint64_t start = host_clock_ns();

        if (snapshot_restore(all, p->snapshot))
            return fail(r, "going back failed", p->n);
        spent_ns += host_clock_ns() - start;
        r->stop_at = p->stop_at;
        if (cpu_now(sim_cpu(r->sim)) != p->n || replay_run(r, INSN_NONE, &end))
            return fail(r, "replayed from a snapshot it diverged", p->n);
    }
    printf("%zu snapshots, %zu times back: %.1f us each time\n", count, count,
           (double)spent_ns / 1000 / (double)count);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    size_t count = argc > 3 ? strtoull(argv[3], NULL, 0) : 10;
    static struct place place[COUNT_MAX];
    struct snapshots *all;
    struct replay r;
    struct trace *t;
    char err[512];
    int rc;

    if (argc < 2 || count == 0 || count > COUNT_MAX) {
        fprintf(stderr, "usage: snapshot_replay TRACE [SEED [COUNT]]\n");
        return 2;
    }
    if (trace_read_file(argv[1], &t, err, sizeof(err)) ||
        replay_open(&r, t, NULL, err, sizeof(err))) {
        fprintf(stderr, "snapshot_replay: %s\n", err);
        return 2;
    }
    for (size_t i = 0; i < count; i++)
        place[i].n = draw(&seed) % t->end.n;
    qsort(place, count, sizeof(place[0]), by_number);
    rc = snapshots_create(r.sim, &all) ? fail(&r, "no snapshots", 0)
                                       : take_all(&r, all, place, count);
    if (rc == 0)
        rc = go_back_to_all(&r, all, place, count, &seed);
    for (size_t i = 0; all && i < count; i++)
        snapshot_free(all, place[i].snapshot);
    snapshots_destroy(all);
    replay_close(&r);
    trace_free(t);
    return rc;
}
