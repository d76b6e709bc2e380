/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * search.c - the first difference of two recordings of some 100 million instructions: one shell
 * loop under two schedules, whose last line is the time. Processor time; replaying both is in it.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOP "i=0; while [ $i -lt 7500 ]; do i=$((i+1)); done; cat /proc/uptime"

/* BUILD/tests/bench/pair-SEED-ARCH.tlt; how many instructions it has. */
static double record_one(const struct bench *b, const char *seed, const char *before)
{
    struct command c = {0}, dump = {0};
    char out[4096], *at;

    add_path(&c, b, "trapline", NULL);
    add_all(&c, (const char *const[]){"record", "--arch", b->arch, "--no-input", "--chaos", seed,
                                      "-o", NULL});
    add_path(&c, b, before, ".tlt");
    add_all(&c, (const char *const[]){"--", "sh", "-c", LOOP, NULL});
    run_s(&c);
    add_path(&dump, b, "trapline", NULL);
    add(&dump, "dump");
    add_path(&dump, b, before, ".tlt");
    add_all(&dump, (const char *const[]){"--header", "--json", NULL});
    run(&dump, NULL, out, sizeof(out));
    at = strstr(out, "\"end_n\":");
    if (!at)
        die("the header lacks its end", out);
    return strtod(at + strlen("\"end_n\":"), NULL);
}

static double compare(const struct bench *b, const char *verb)
{
    struct command c = {.exit_code = 3, .quiet = true};

    add_path(&c, b, "trapline", NULL);
    add(&c, verb);
    add_path(&c, b, "tests/bench/pair-1-", ".tlt");
    add_path(&c, b, "tests/bench/pair-2-", ".tlt");
    return run_s(&c);
}

void search_rows(const struct bench *b)
{
    double diff[ROUNDS_MAX], bisect[ROUNDS_MAX];
    double insns = record_one(b, "1", "tests/bench/pair-1-");

    record_one(b, "2", "tests/bench/pair-2-");
    for (unsigned i = 0; i < b->rounds; i++) {
        diff[i] = compare(b, "diff");
        bisect[i] = compare(b, "bisect");
    }
    result(b, "a pair of recordings, each", insns / 1e6, "M insns", AT_LEAST, 100);
    result(b, "diff: the first state that differs in that pair", median(diff, b->rounds), "s",
           AT_MOST, 5);
    result(b, "bisect: the first cause in that pair", median(bisect, b->rounds), "s", AT_MOST, 5);
}
