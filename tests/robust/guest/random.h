/* SPDX-License-Identifier: GPL-2.0-or-later */
/* random.h - a guest program's choices: they follow from `state`, which it sets to its seed. */
#ifndef TRAPLINE_TESTS_ROBUST_RANDOM_H
#define TRAPLINE_TESTS_ROBUST_RANDOM_H

#include "tests/robust/splitmix.h"

static uint64_t state;

static uint64_t next(void)
{
    return splitmix64(&state);
}

/* 0 to limit - 1 */
static unsigned below(unsigned limit)
{
    return (unsigned)((next() >> 32) % limit);
}

#endif
