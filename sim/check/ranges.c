/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/ranges.c - see ranges.h. They do not overlap, and stand in no order: there are few. */
#include "sim/check/ranges.h"

#include <stdlib.h>
#include <string.h>

void ranges_free(struct ranges *r)
{
    free(r->list);
    *r = (struct ranges){0};
}

static void put(struct ranges *r, vaddr_t from, vaddr_t to)
{
    if (from >= to)
        return;
    if (r->count == r->room) {
        size_t room = r->room ? 2 * r->room : 16;
        struct range *grown = realloc(r->list, room * sizeof(*grown));

        r->lost |= !grown;
        if (!grown)
            return;
        r->list = grown;
        r->room = room;
    }
    r->list[r->count++] = (struct range){from, to};
}

void ranges_remove(struct ranges *r, vaddr_t from, vaddr_t to)
{
    for (size_t i = r->count; i-- > 0;) {
        struct range old = r->list[i];

        if (old.to <= from || to <= old.from)
            continue;
        r->list[i] = r->list[--r->count];
        put(r, old.from, from < old.to ? from : old.to);
        put(r, to > old.from ? to : old.from, old.to);
    }
}

void ranges_add(struct ranges *r, vaddr_t from, vaddr_t to)
{
    ranges_remove(r, from, to);
    put(r, from, to);
}

bool ranges_have(const struct ranges *r, vaddr_t at)
{
    for (size_t i = 0; i < r->count; i++)
        if (at >= r->list[i].from && at < r->list[i].to)
            return true;
    return r->lost;
}

void ranges_copy(struct ranges *to, const struct ranges *from)
{
    to->count = 0;
    for (size_t i = 0; i < from->count; i++)
        put(to, from->list[i].from, from->list[i].to);
    to->lost |= from->lost;
}
