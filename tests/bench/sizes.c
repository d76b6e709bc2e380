/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sizes.c - bytes of a trace (without its images: inputs and digests, which is the log of what was
 * not determined) per million instructions and per input, and the memory that a run takes.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_LINES 500u

static double file_bytes(const struct bench *b)
{
    char path[PATH_BYTES];
    struct stat st;

    snprintf(path, sizeof(path), "%s/tests/bench/run-%s.tlt", b->build, b->arch);
    if (stat(path, &st) != 0)
        die("there is no trace", path);
    return (double)st.st_size;
}

/* A number of the recording's header. */
static double header_number(const struct bench *b, const char *key)
{
    struct command c = {0};
    char out[4096], *at;

    add_path(&c, b, "trapline", NULL);
    add(&c, "dump");
    add_path(&c, b, "tests/bench/run-", ".tlt");
    add_all(&c, (const char *const[]){"--header", "--json", NULL});
    run(&c, NULL, out, sizeof(out));
    at = strstr(out, key);
    if (!at)
        die("the header lacks it", key);
    return strtod(at + strlen(key), NULL);
}

static double count_inputs(const struct bench *b)
{
    struct command c = {0};
    static char out[1 << 20];
    double lines = 0;

    add_path(&c, b, "trapline", NULL);
    add(&c, "dump");
    add_path(&c, b, "tests/bench/run-", ".tlt");
    add_all(&c, (const char *const[]){"--inputs", "--json", NULL});
    run(&c, NULL, out, sizeof(out));
    for (const char *at = out; (at = strstr(at, "\"event\":\"console\"")) != NULL; at++)
        lines++;
    return lines;
}

static struct outcome record(const struct bench *b, const char *const *argv, const char *input)
{
    struct command c;
    char out[65536];

    trapline_command(&c, b, true);
    add(&c, "--no-images");
    add(&c, "--");
    add_all(&c, argv);
    c.input = input;
    return run(&c, NULL, out, sizeof(out));
}

static void measure_log(const struct bench *b)
{
    char path[PATH_BYTES];
    double without, with;
    FILE *f;

    record(b, (const char *const[]){"sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done",
                                    NULL}, NULL);
    result(b, "trace bytes per million instructions, a shell's loop",
           file_bytes(b) / (header_number(b, "\"end_n\":") / 1e6), "B", AT_MOST, 512);
    snprintf(path, sizeof(path), "%s/tests/bench/input", b->build);
    f = fopen(path, "w");
    if (!f)
        die("cannot be written", path);
    for (unsigned i = 0; i < INPUT_LINES; i++)
        fprintf(f, "line %u\n", i);
    if (fclose(f) != 0)
        die("cannot be written", path);
    record(b, (const char *const[]){"sh", "-c", "head -c 1 >/dev/null", NULL}, path);
    without = file_bytes(b);
    record(b, (const char *const[]){"sh", "-c", "head -n 490 >/dev/null", NULL}, path);
    with = file_bytes(b) - without;
    result(b, "trace bytes per console input (up to 16 bytes each)", with / count_inputs(b), "B",
           GOAL_NONE, 0);
}

static void measure_memory(const struct bench *b)
{
    static const char *const argv[] = {"sh", "-c", "echo ready", NULL};
    struct outcome o = record(b, argv, NULL);
    struct command c = {0};
    char out[4096];

    result(b, "memory of record, boot to a shell in 128 MiB", (double)o.rss_kib / 1024, "MiB",
           GOAL_NONE, 0);
    trapline_command(&c, b, false);
    add(&c, "--kernel");
    add_path(&c, b, "tests/bench/nothing-", ".elf");
    result(b, "memory of run, a machine that does nothing",
           (double)run(&c, NULL, out, sizeof(out)).rss_kib / 1024, "MiB", GOAL_NONE, 0);
}

void sizes_rows(const struct bench *b)
{
    measure_log(b);
    measure_memory(b);
}
