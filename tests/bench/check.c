/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.c - the speed of `trapline check` as a multiple of `replay`'s on the same recording, and
 * how long `who` takes to answer: a shell script with pipes, forks, programs and a signal, more
 * than 100 million instructions. Processor time, so a check's second thread counts as well.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char script[] =
    "trap 'echo signal' USR1\n"
    "i=0\n"
    "while [ $i -lt 240 ]; do\n"
    "    echo line $i | md5sum\n"
    "    x=$(expr $i + 1)\n"
    "    i=$x\n"
    "done >/dev/null\n"
    "kill -USR1 $$\n"
    "md5sum /bin/busybox\n";

static void record(const struct bench *b)
{
    struct command c;

    trapline_command(&c, b, true);
    add_all(&c, (const char *const[]){"--", "sh", "-c", script, NULL});
    run_s(&c);
}

/* trapline VERB TRACE OPTION..: seconds of processor time. */
static double over_trace(const struct bench *b, const char *verb, const char *const *options)
{
    struct command c = {0};

    add_path(&c, b, "trapline", NULL);
    add(&c, verb);
    add_path(&c, b, "tests/bench/run-", ".tlt");
    add_all(&c, options);
    return run_s(&c);
}

/* The number of the recording's last instruction. */
static const char *last_number(const struct bench *b, char text[32])
{
    struct command c = {0};
    char out[4096];
    const char *at;

    add_path(&c, b, "trapline", NULL);
    add(&c, "dump");
    add_path(&c, b, "tests/bench/run-", ".tlt");
    add_all(&c, (const char *const[]){"--header", "--json", NULL});
    run(&c, NULL, out, sizeof(out));
    at = strstr(out, "\"end_n\":");
    if (!at)
        die("the header lacks it", "end_n");
    snprintf(text, 32, "%llu", strtoull(at + strlen("\"end_n\":"), NULL, 10) - 1);
    return text;
}

void check_rows(const struct bench *b)
{
    static const char *const none[] = {NULL};
    double replay[ROUNDS_MAX], all[ROUNDS_MAX], two[ROUNDS_MAX], who[ROUNDS_MAX];
    char number[32];

    record(b);
    last_number(b, number);
    for (unsigned i = 0; i < b->rounds; i++) {
        replay[i] = over_trace(b, "replay", none);
        all[i] = over_trace(b, "check", none);
        two[i] = over_trace(b, "check", (const char *const[]){"--only", "context,frame", NULL});
        who[i] = over_trace(b, "who", (const char *const[]){"--at", number,
                                                            is_arm64(b) ? "x0" : "rax", NULL});
    }
    result(b, "check, all of them: speed / replay's",
           median(replay, b->rounds) / median(all, b->rounds), "x", AT_LEAST, 0.1);
    result(b, "check --only context,frame: speed / replay's",
           median(replay, b->rounds) / median(two, b->rounds), "x", AT_LEAST, 0.5);
    result(b, "who, at the end of 100 million instructions", median(who, b->rounds), "s", AT_MOST,
           2);
}
