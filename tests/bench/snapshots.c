/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshots.c - snapshots in the boot of our kernel: `bench-snapshots CPU KERNEL INITRD` prints how
 * many can be taken a second, 10,000 instructions apart (which are run in that time, too), and how
 * many times a second the machine goes back to one after those instructions.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/kit/kit.h"

#define COUNT 500
#define APART 10000
#define BOOT  200000

static double now_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int measure(struct trapline *t)
{
    struct trapline_snapshot *taken[COUNT], *first;
    double from;
    int rc = trapline_step(t, BOOT), count = 0;

    if (rc == 0)
        rc = trapline_snapshot(t, &first);
    from = now_s();
    while (rc == 0 && count < COUNT) {
        rc = trapline_step(t, APART);
        if (rc == 0)
            rc = trapline_snapshot(t, &taken[count++]);
    }
    if (rc != 0)
        return rc;
    printf("%.0f", COUNT / (now_s() - from));
    while (count > 0)
        trapline_snapshot_free(t, taken[--count]);
    from = now_s();
    for (count = 0; rc == 0 && count < COUNT; count++) {
        rc = trapline_restore(t, first);
        if (rc == 0)
            rc = trapline_step(t, APART);
    }
    printf(" %.0f\n", COUNT / (now_s() - from));
    trapline_snapshot_free(t, first);
    return rc;
}

int main(int argc, char **argv)
{
    struct trapline_options options = {.initrd = argc > 3 ? argv[3] : NULL};
    char err[300] = "";
    struct trapline *t;
    int rc;

    if (argc != 4) {
        fprintf(stderr, "usage: bench-snapshots arm64|x86_64 KERNEL INITRD\n");
        return 2;
    }
    rc = trapline_open_elf(strcmp(argv[1], "arm64") == 0 ? TRAPLINE_ARM64 : TRAPLINE_X86_64,
                           argv[2], &options, &t, err, sizeof(err));
    if (rc == 0) {
        rc = measure(t);
        if (rc != 0)
            fprintf(stderr, "bench-snapshots: %s\n", trapline_error(t));
        trapline_close(t);
    } else {
        fprintf(stderr, "bench-snapshots: %s\n", err);
    }
    return rc != 0;
}
