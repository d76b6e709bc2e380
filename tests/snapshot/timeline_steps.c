/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline_steps TRACE [PLACES [STEPS]] - how long a step back takes, anywhere in a recording.
 *
 * At PLACES numbers drawn from a seed: seek there, then STEPS steps back, each timed. Prints
 * median, 99th percentile and maximum of the steps, and the same of the seeks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/host.h"
#include "sim/timeline.h"

#define SAMPLES_MAX 100000u

static double sample[2][SAMPLES_MAX];
static size_t count[2];

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void report(const char *what, unsigned which)
{
    qsort(sample[which], count[which], sizeof(double), by_size);
    printf("%-10s median %8.3f ms   99%% %8.3f ms   maximum %8.3f ms   of %zu\n", what,
           sample[which][count[which] / 2], sample[which][count[which] * 99 / 100],
           sample[which][count[which] - 1], count[which]);
}

static int timed_seek(struct timeline *t, insn_t n, unsigned which)
{
    uint64_t start = host_clock_ns();
    int rc = timeline_seek(t, n);

    if (rc)
        printf("FAIL: %s\n", timeline_error(t));
    if (count[which] < SAMPLES_MAX)
        sample[which][count[which]++] = (double)(host_clock_ns() - start) / 1e6;
    return rc;
}

int main(int argc, char **argv)
{
    size_t places = argc > 2 ? strtoull(argv[2], NULL, 0) : 100;
    size_t steps = argc > 3 ? strtoull(argv[3], NULL, 0) : 100;
    uint64_t seed = 1;
    struct timeline *t;
    struct trace *trace;
    char err[512];
    int rc = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: timeline_steps TRACE [PLACES [STEPS]]\n");
        return 2;
    }
    if (trace_read_file(argv[1], &trace, err, sizeof(err)) ||
        timeline_open(trace, &t, err, sizeof(err))) {
        fprintf(stderr, "timeline_steps: %s\n", err);
        return 2;
    }
    for (size_t i = 0; i < places && rc == 0; i++) {
        insn_t n;

        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        n = (seed >> 20) % timeline_end(t) + 1;
        rc = timed_seek(t, n, 1);
        for (size_t k = 0; k < steps && n > 0 && rc == 0; k++)
            rc = timed_seek(t, --n, 0);
    }
    report("seek", 1);
    report("step back", 0);
    timeline_close(t);
    trace_free(trace);
    return rc ? 1 : 0;
}
