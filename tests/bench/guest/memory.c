/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.c - loads and stores: copies of 512 KiB, and a walk whose next place is in the last. */
#include <stdint.h>

#define WORDS  (64u * 1024)
#define ROUNDS 600u

static uint64_t from[WORDS], to[WORDS];

void bench_main(void);
void bench_main(void)
{
    volatile uint64_t *out = to;
    uint64_t at = 0;

    for (uint32_t i = 0; i < WORDS; i++)
        from[i] = (i * 40503u + 12345u) % WORDS;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < WORDS; i += 4) {
            out[i] = from[i];
            out[i + 1] = from[i + 1];
            out[i + 2] = from[i + 2];
            out[i + 3] = from[i + 3];
        }
        for (uint32_t i = 0; i < WORDS; i++)
            at = from[at];
        out[at] = at;
    }
}
