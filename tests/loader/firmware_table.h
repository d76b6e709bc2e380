/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/loader/firmware_table.h - fields and sums of the tables that a kernel finds in memory. */
#ifndef TRAPLINE_TESTS_LOADER_FIRMWARE_TABLE_H
#define TRAPLINE_TESTS_LOADER_FIRMWARE_TABLE_H

#include <stdint.h>
#include <string.h>

#include "tests/cmocka.h"

/* A little-endian number of up to 8 bytes. */
static inline uint64_t le(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    memcpy(&value, at, bytes);
    return value;
}

/* All bytes of it add up to 0. */
static inline void expect_sum(const uint8_t *at, size_t len)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum + at[i]);
    assert_int_equal(sum, 0);
}

#endif
