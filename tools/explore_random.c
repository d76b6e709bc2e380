/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/explore_random.c - explore --random: a point is a seed of chaos.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/explore.h"

static void trace_name(const struct search *s, uint64_t seed, const char *what, char *path,
                       size_t len)
{
    snprintf(path, len, "%s/%s-%llu.tlt", s->out, what, (unsigned long long)seed);
}

/* Try one seed. 0, or an exit code after a complaint. */
static int try_seed(struct search *s, uint64_t seed, struct result_line *line)
{
    bool checks = s->rules.counts & 1u << EXPLORE_CHECK;
    char kept[4096], trying[4096], err[ERR_LEN];
    struct explore_result r;
    int rc;

    trace_name(s, seed, "seed", kept, sizeof(kept));
    trace_name(s, seed, ".trying", trying, sizeof(trying));
    s->machine.machine.chaos = seed;
    rc = explore_try(&s->machine.machine, s->rules.limit, checks ? trying : NULL, &r, err,
                     sizeof(err));
    if (rc != 0)
        return complain(EXIT_GUEST, "seed %llu: %s", (unsigned long long)seed, err);
    *line = (struct result_line){.point = seed, .n = r.end.n};
    sim_end_text(&r.end, line->end, sizeof(line->end));
    rc = explore_judge(&s->rules, &s->undisturbed, &r, checks ? trying : NULL, &line->failure, err,
                       sizeof(err));
    explore_result_free(&r);
    if (rc == 0 && line->failure != EXPLORE_HOLDS) {
        snprintf(line->trace, sizeof(line->trace), "seed-%llu.tlt", (unsigned long long)seed);
        if (checks) {
            rc = rename(trying, kept) == 0 ? 0 : -errno;
            snprintf(err, sizeof(err), "its trace cannot be kept: %s", strerror(-rc));
        } else {
            rc = explore_try(&s->machine.machine, s->rules.limit, kept, &r, err, sizeof(err));
            if (rc == 0)
                explore_result_free(&r);
        }
    } else if (checks) {
        unlink(trying);
    }
    return rc == 0 ? 0 : complain(EXIT_GUEST, "seed %llu: %s", (unsigned long long)seed, err);
}

static int work(struct search *s)
{
    struct result_line line;

    while (!atomic_load(&s->shared->stop)) {
        uint64_t seed = atomic_fetch_add(&s->shared->next, 1) * s->shards + s->shard;
        int rc;

        if (seed > s->points)
            return EXIT_OK;
        if (s->tally.done[seed])
            continue;
        rc = try_seed(s, seed, &line);
        if (rc == 0)
            rc = explore_point_done(s, &line);
        if (rc != 0)
            return rc;
    }
    return EXIT_OK;
}

static int prepare(struct search *s)
{
    (void)s;
    return EXIT_OK;
}

static void describe(const struct search *s, json_t *head)
{
    (void)s;
    (void)head;
}

static bool is_mine(const struct search *s, uint64_t point)
{
    return point % s->shards == s->shard % s->shards;
}

const struct search_kind search_random = {
    .name = "random", .prepare = prepare, .describe = describe, .is_mine = is_mine, .work = work};
