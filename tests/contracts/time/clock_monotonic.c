// SPDX-License-Identifier: GPL-2.0-or-later
/* Clocks that never go back, and how they relate. */
#include "contract.h"

static long long ns(int clock)
{
    struct timespec t;

    CHECK(clock_gettime(clock, &t) == 0);
    CHECK(t.tv_nsec >= 0 && t.tv_nsec < 1000000000);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(void)
{
    const int clocks[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE,
                          CLOCK_BOOTTIME, CLOCK_REALTIME};

    for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
        long long a = ns(clocks[i]);
        int back = 0;

        for (int n = 0; n < 1000; n++) {
            long long b = ns(clocks[i]);

            back += b < a;
            a = b;
        }
        SAY("clock %d went back %d times", clocks[i], back);
    }
    long long a = ns(CLOCK_MONOTONIC), c = ns(CLOCK_MONOTONIC_COARSE);
    V(c <= ns(CLOCK_MONOTONIC) && a - c < 20000000);
    V(ns(CLOCK_BOOTTIME) >= a);
    a = ns(CLOCK_MONOTONIC);
    sleep_ms(20);
    V(ns(CLOCK_MONOTONIC) - a >= 20000000);
    V(ns(CLOCK_PROCESS_CPUTIME_ID) > 0);
    V(ns(CLOCK_THREAD_CPUTIME_ID) > 0);
    V(ns(CLOCK_THREAD_CPUTIME_ID) <= ns(CLOCK_PROCESS_CPUTIME_ID));
    long long cpu = ns(CLOCK_PROCESS_CPUTIME_ID);
    sleep_ms(100);
    V(ns(CLOCK_PROCESS_CPUTIME_ID) - cpu < 50000000);
    for (volatile int i = 0; i < 1000000; i = i + 1)
        ;
    V(ns(CLOCK_PROCESS_CPUTIME_ID) - cpu > 100000);
    return verdict();
}
