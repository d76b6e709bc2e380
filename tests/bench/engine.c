/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.c - record against the bare engine (bare.c) on two bare programs, and what a system call
 * and a demand fault cost. A machine's own start and end (a program of nothing, none of them) is
 * taken off first.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define SYSCALLS 1000000
#define FAULTS   100000

static double run_bare_image(const struct bench *b, const char *prefix, bool record)
{
    struct command c;

    trapline_command(&c, b, record);
    add(&c, "--kernel");
    add_path(&c, b, prefix, ".elf");
    return run_s(&c);
}

static double run_engine(const struct bench *b, const char *prefix)
{
    struct command c = {0};
    char out[100];

    add_path(&c, b, "tests/bench-bare", NULL);
    add(&c, b->arch);
    add_path(&c, b, prefix, ".elf");
    run(&c, NULL, out, sizeof(out));
    return strtod(out, NULL);
}

static void measure_image(const struct bench *b, const char *name, double limit)
{
    double ratio[ROUNDS_MAX], engine_s[ROUNDS_MAX];
    char prefix[100], what[100];

    snprintf(prefix, sizeof(prefix), "tests/bench/%s-", name);
    for (unsigned i = 0; i < b->rounds; i++) {
        double nothing = run_bare_image(b, "tests/bench/nothing-", true);

        engine_s[i] = run_engine(b, prefix);
        ratio[i] = (run_bare_image(b, prefix, true) - nothing) / engine_s[i];
    }
    snprintf(what, sizeof(what), "%s: engine alone", name);
    result(b, what, median(engine_s, b->rounds) * 1e3, "ms", GOAL_NONE, 0);
    snprintf(what, sizeof(what), "%s: record / engine", name);
    result(b, what, median(ratio, b->rounds), "x", AT_MOST, limit);
}

void engine_branchy(const struct bench *b)
{
    measure_image(b, "branchy", 1.9);
}

void engine_sha256(const struct bench *b)
{
    measure_image(b, "sha256", 1.5);
}

/* The kernel that ships, the bench program as its only file. */
static double run_user(const struct bench *b, const char *what, const char *n)
{
    struct command c;

    trapline_command(&c, b, false);
    add(&c, "--rootfs");
    add_path(&c, b, "tests/bench/", "");
    add_all(&c, (const char *const[]){"--", "/bench", what, n, NULL});
    return run_s(&c);
}

static void measure_each(const struct bench *b, const char *what, const char *label, long count,
                         double limit_us)
{
    double us[ROUNDS_MAX];
    char n[20];

    snprintf(n, sizeof(n), "%ld", count);
    for (unsigned i = 0; i < b->rounds; i++)
        us[i] = (run_user(b, what, n) - run_user(b, what, "0")) / (double)count * 1e6;
    result(b, label, median(us, b->rounds), "us", AT_MOST, limit_us);
}

void costs_syscall(const struct bench *b)
{
    measure_each(b, "syscall", "null system call, there and back", SYSCALLS, 1.5);
}

void costs_fault(const struct bench *b)
{
    measure_each(b, "fault", "demand fault", FAULTS, 3.0);
}
