/* SPDX-License-Identifier: GPL-2.0-or-later */
/* branchy.c - short blocks, branches that depend on data: the worst case of counting by block. */
#include <stdint.h>

#define ROUNDS 90000000u

static uint32_t table[256];

void bench_main(void);
void bench_main(void)
{
    uint32_t x = 12345, hits = 0;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        x = x * 1664525u + 1013904223u;
        if (x & 0x80000000u)
            hits += x >> 7;
        else
            hits ^= x;
        if ((x >> 16 & 3) == 1)
            table[x >> 24] += hits;
        else if (x & 0x100u)
            hits--;
    }
    table[0] = hits;
}
