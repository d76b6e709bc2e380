/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/robust/splitmix.h - numbers that follow from a seed, the same on every host and guest. */
#ifndef TRAPLINE_TESTS_ROBUST_SPLITMIX_H
#define TRAPLINE_TESTS_ROBUST_SPLITMIX_H

#include <stdint.h>

static inline uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ull;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

#endif
