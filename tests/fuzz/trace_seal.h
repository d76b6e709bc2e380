/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/fuzz/trace_seal.h - right checksums for the chunks of a trace, in place. */
#ifndef TRAPLINE_TESTS_FUZZ_TRACE_SEAL_H
#define TRAPLINE_TESTS_FUZZ_TRACE_SEAL_H

#include <string.h>
#include <xxhash.h>

#include "sim/trace_format.h"

static inline void trace_seal_put(uint8_t *at, uint64_t hash)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(hash >> 8 * i);
}

/* True where there was a chunk. */
static inline bool trace_seal(uint8_t *bytes, size_t size)
{
    size_t at = FILE_HEADER_BYTES;
    uint64_t index = 0, stored;

    while (at + CHUNK_HEADER_BYTES <= size) {
        uint8_t *head = bytes + at;

        memcpy(&stored, head + 8, 8);
        at += CHUNK_HEADER_BYTES;
        if (stored <= size - at)
            trace_seal_put(head + 24, XXH3_64bits_withSeed(bytes + at, (size_t)stored, index));
        trace_seal_put(head + 32, XXH3_64bits_withSeed(head, 32, index++));
        if (stored > size - at)
            break;
        at += (size_t)stored;
    }
    return index != 0;
}

#endif
