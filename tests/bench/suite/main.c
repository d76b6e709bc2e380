// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - guest instructions of one operation, row by row.
 *
 * Each row runs twice and the second run counts, so that what happens once (the first touch of a
 * page, a table that grows) is not in it. The cost of an empty loop is taken off.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long need(long value, const char *what)
{
    if (value < 0) {
        printf("FAIL: %s: %s\n", what, strerror((int)-value));
        exit(1);
    }
    return value;
}

static void nothing(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        __asm__ volatile("" : : : "memory");
}

static uint64_t insns_of(void (*run)(unsigned), unsigned n)
{
    uint64_t before = clock_insns();

    run(n);
    return clock_insns() - before;
}

static void measure(const struct row *r)
{
    uint64_t insns, loop;

    if (r->setup)
        r->setup();
    r->run(r->times);
    loop = insns_of(nothing, r->times);
    insns = insns_of(r->run, r->times);
    insns = insns > loop ? insns - loop : 0;
    printf("%-20s %10llu\n", r->name, (unsigned long long)((insns + r->times / 2) / r->times));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const struct row *const parts[] = { calls, memory, programs };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        for (const struct row *r = parts[i]; r->name; r++)
            if (argc < 2 || !strcmp(argv[1], r->name))
                measure(r);
    return 0;
}
