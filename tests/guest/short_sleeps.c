// SPDX-License-Identifier: GPL-2.0-or-later
/* short_sleeps - sleeps so short that their end may come before the CPU is idle. */
#include "check.h"

#include <time.h>

int main(void)
{
    for (long ns = 0; ns < 6000; ns += 3) {
        const struct timespec t = {.tv_nsec = ns};

        CHECK(nanosleep(&t, NULL) == 0);
    }
    return verdict();
}
