/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/search.h - search by halves in a list that is sorted by a 64-bit number.
 *
 * Rules of use
 *   - The list rises, or stays equal, from one element to the next.
 *   - An empty list may be NULL.
 */
#ifndef TRAPLINE_CPU_SEARCH_H
#define TRAPLINE_CPU_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Index of the first of `count` elements, `bytes` each with its number at `offset`, whose number is
 * `least` or more; `count`: none. */
static inline size_t search_from(const void *list, size_t count, size_t bytes, size_t offset,
                                 uint64_t least)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t number;

        memcpy(&number, (const char *)list + middle * bytes + offset, sizeof(number));
        if (number < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Index of the first whose number is more than `most`. */
static inline size_t search_behind(const void *list, size_t count, size_t bytes, size_t offset,
                                   uint64_t most)
{
    return most == UINT64_MAX ? count : search_from(list, count, bytes, offset, most + 1);
}

/* The same in a list of structs, by a member of 64 bits. */
#define SEARCH_FROM(list, count, member, least)                                                    \
    search_from(list, count, sizeof((list)[0]), offsetof(__typeof__((list)[0]), member), least)
#define SEARCH_BEHIND(list, count, member, most)                                                   \
    search_behind(list, count, sizeof((list)[0]), offsetof(__typeof__((list)[0]), member), most)

#endif
