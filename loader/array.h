/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/array.h - a list that grows.
 *
 * Rules of use: the owner has the pointer, how many elements count and for how many there is room;
 * before the next one is written,
 *
 *     grown = array_room(list, count, &room, sizeof(*list));
 *
 * NULL is out of memory, and the list is as it was; else it is where it stands now.
 */
#ifndef TRAPLINE_LOADER_ARRAY_H
#define TRAPLINE_LOADER_ARRAY_H

#include <stdlib.h>

#include "cpu/types.h"

#define ARRAY_ROOM_MIN 64u

/* For one more of `size` bytes behind `count`; doubled, so that all growing is linear. */
MUST_CHECK static inline void *array_room(void *list, size_t count, size_t *room, size_t size)
{
    size_t more = 2 * *room + ARRAY_ROOM_MIN;
    void *grown;

    if (count < *room)
        return list;
    grown = more > SIZE_MAX / size ? NULL : realloc(list, more * size);
    if (grown)
        *room = more;
    return grown;
}

#endif
