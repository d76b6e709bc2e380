/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/splitmix.h - splitmix64 (Steele, Lea, Flood 2014): numbers that follow from a seed.
 *
 * Rules of use
 *   - What a guest sees is made of it, so traces that exist rest on these numbers.
 *   - Who takes several rows from one seed keeps them apart by a constant of its own (seed ^ NAME).
 */
#ifndef TRAPLINE_CPU_SPLITMIX_H
#define TRAPLINE_CPU_SPLITMIX_H

#include <stdint.h>

/* Number `index`, from 0, of the row of `seed`. */
static inline uint64_t splitmix64_at(uint64_t seed, uint64_t index)
{
    uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15ull;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

#endif
