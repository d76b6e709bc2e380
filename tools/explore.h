/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/explore.h - one search, as the files of the verb explore share it.
 *
 * cmd_explore.c reads the options, explore_run.c starts the processes and says what came out;
 * explore_random.c and explore_every.c know what a point is.
 */
#ifndef TRAPLINE_TOOLS_EXPLORE_H
#define TRAPLINE_TOOLS_EXPLORE_H

#include <stdatomic.h>

#include "sim/sweep_places.h"
#include "tools/cmd.h"
#include "tools/explore_results.h"

#define JOBS_MAX 256u

/* What the processes have in common. */
struct shared {
    _Atomic uint64_t next; /* index of what is to be taken next */
    _Atomic uint64_t tried, failed;
    _Atomic uint64_t kept; /* traces of failing points */
    _Atomic bool stop;
};

struct search;

/* What kinds of search differ in. Functions give 0 or an exit code, after a complaint. */
struct search_kind {
    const char *name; /* in the results' first line */
    /* After the undisturbed run: how many points there are. */
    int (*prepare)(struct search *s);
    /* More of what makes two searches the same one. */
    void (*describe)(const struct search *s, json_t *head);
    bool (*is_mine)(const struct search *s, uint64_t point); /* of this shard */
    int (*work)(struct search *s);                            /* in each process */
};
extern const struct search_kind search_random, search_every;

struct search {
    struct machine_options machine;
    struct explore_rules rules;
    struct explore_result undisturbed;
    regex_t pattern;
    const char *console, *out, *merge;
    unsigned until; /* 1 << enum explore_failure */
    uint64_t points;
    unsigned jobs, shard, shards;
    bool json;
    const struct search_kind *kind;
    struct results results;
    struct tally tally;
    uint64_t told;             /* failing points that were printed */
    char impossible[160];      /* why the first point without such an event has none */
    struct shared *shared;
    struct {
        const char **at;
        size_t at_count;
        bool each;
        unsigned kinds;
        uint64_t value[INJECT_KINDS];
        uint64_t keep;             /* so many traces at most */
        struct sweep_places places;
    } every;
    struct {
        bool text;
        const char *lcov;
        struct cover *cover;
        struct output out; /* of `lcov`, once it is open */
        bool written;      /* and all of it is there */
    } coverage;
};

/* explore_run.c */
int explore_search(struct search *s);
int explore_merge(struct search *s);
/* A point is done: into the results and the shared counts. Stops all where --until says so. */
int explore_point_done(struct search *s, const struct result_line *line);

/* explore_every.c: "irq,signal:10" into `every`. */
int explore_parse_kinds(struct search *s, const char *text);

/* explore_coverage.c: points tried, by function and source line. */
struct cover;
struct cover *cover_new(void);
void cover_free(struct cover *c);
void cover_add(struct cover *c, const struct result_line *line);
void cover_print(const struct cover *c);
json_t *cover_json(const struct cover *c);
/* Whoever opened the file closes it, and looks whether all of it was written. */
int cover_lcov(const struct cover *c, FILE *f);

#endif
