// SPDX-License-Identifier: GPL-2.0-or-later
/* Trusts that a sleep of 1 ms is over within 2: true until a timer interrupt comes late. */
#include "tests/guest/check.h"
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(void)
{
    const struct timespec ms = {.tv_nsec = 1000000};

    for (int i = 0; i < 10; i++) {
        int64_t start = now_ns();

        nanosleep(&ms, NULL);
        CHECK(now_ns() - start < 2000000);
    }
    return verdict();
}
