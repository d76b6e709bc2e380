// SPDX-License-Identifier: GPL-2.0-or-later
/* Holes at the start, in the middle and at the end; a range over several mappings and gaps. */
#include "contract.h"

static void map_of(volatile char *p, const char *when)
{
    char line[9] = {0};
    unsigned char vec;

    for (int i = 0; i < 8; i++)
        line[i] = mincore((void *)(p + i * PAGE), PAGE, &vec) == 0 ? 'm' : '-';
    SAY("%s: %s", when, line);
}

int main(void)
{
    char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (int i = 0; i < 8; i++)
        p[i * PAGE] = (char)i;
    map_of(p, "whole");
    R(munmap(p + 3 * PAGE, PAGE));
    map_of(p, "hole");
    R(munmap(p, PAGE));
    map_of(p, "start");
    R(munmap(p + 7 * PAGE, 1));
    map_of(p, "end");
    SAY("%d %d %d", p[PAGE], p[4 * PAGE], p[6 * PAGE]);
    CHILD(V(p[3 * PAGE]));
    R(munmap(p + 2 * PAGE, 3 * PAGE));
    map_of(p, "across");
    V(mmap(p + 3 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
      p + 3 * PAGE);
    map_of(p, "again");
    R(munmap(p, 8 * PAGE));
    map_of(p, "nothing");
    R(munmap(p, 8 * PAGE));
    return verdict();
}
