/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/explore_results.h - what a search has found so far, in files that outlive it.
 *
 * A file holds one shard: lines of JSON, first what is searched, then one line a point, in the
 * order in which they were tried. A line is written at once, so what was interrupted lacks points
 * but is whole. README.md, "Search", has the fields.
 *
 * Rules of use
 *   - results_open() goes on with the file that is there; `done[i]` tells which points it has.
 *     A file of another search is refused.
 *   - results_put() may be called by several processes that share one open file.
 */
#ifndef TRAPLINE_TOOLS_EXPLORE_RESULTS_H
#define TRAPLINE_TOOLS_EXPLORE_RESULTS_H

#include "sim/explore.h"

#include <jansson.h>

struct result_line {
    uint64_t point;            /* the seed; --every: from 1, place by place */
    char kind[8];              /* --every: of the event; else empty, and so are: */
    insn_t at_n;               /* where it was injected */
    vaddr_t pc;
    char where[80];            /* module:function+0x10 */
    char file[96];             /* source; empty: not known */
    int line;
    bool same;                 /* proved to be that of another point */
    bool impossible;           /* there is no such event there */
    enum explore_failure failure;
    insn_t n;                  /* where the run ended */
    char end[160];             /* in words */
    char trace[64];            /* its recording, a name in the same folder; or empty */
};

struct results {
    char path[4096];
    int fd;
};

/* Points of a search, as its shards together have them. */
struct tally {
    uint64_t points;           /* 1..points */
    bool *done;                /* of [points + 1] */
    uint64_t tried, failed, same, impossible;
    void *ctx;
    void (*point)(void *ctx, const struct result_line *line); /* each; may be NULL */
};

/* `head` describes search and shard; borrowed. 0 or an exit code, after a complaint. */
int results_open(struct results *r, const char *dir, unsigned shard, unsigned shards,
                 const json_t *head, struct tally *tally);
int results_put(const struct results *r, const struct result_line *line);
void results_close(struct results *r);

/* All whole lines of a file's text; *used: their bytes. *head, NULL where there is none, and
 * tally->done are the caller's in any case. `path` is for complaints. */
int results_read(const char *path, const char *text, size_t len, json_t **head,
                 struct tally *tally, size_t *used);
/* All shards in `dir` together; *head is the search, owned by the caller. */
int results_merge(const char *dir, struct tally *tally, json_t **head);

#endif
