// SPDX-License-Identifier: GPL-2.0-or-later
/* glibc-sized masks, bits of CPUs that do not exist, inheritance. */
#include "contract.h"

int main(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(0, &set);
    R(sched_setaffinity(0, sizeof(set), &set));
    CPU_SET(500, &set);
    R(sched_setaffinity(0, sizeof(set), &set));
    CPU_ZERO(&set);
    R(sched_getaffinity(0, sizeof(set), &set));
    V(CPU_COUNT(&set));
    V(CPU_ISSET(0, &set));
    CHILD(CPU_ZERO(&set); sched_getaffinity(0, sizeof(set), &set); V(CPU_COUNT(&set)));
    CPU_ZERO(&set);
    CPU_SET(600, &set);
    R(sched_setaffinity(0, sizeof(set), &set));
    return verdict();
}
