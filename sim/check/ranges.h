/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/ranges.h - a set of addresses, as ranges.
 *
 * Rules of use: all zero is the empty set; ranges_free() when done. Where memory ran out, every
 * address counts as in the set (`lost`).
 */
#ifndef TRAPLINE_SIM_CHECK_RANGES_H
#define TRAPLINE_SIM_CHECK_RANGES_H

#include "cpu/types.h"

struct ranges {
    struct range {
        vaddr_t from, to;   /* [from, to) */
    } *list;
    size_t count, room;
    bool lost;
};

void ranges_free(struct ranges *r);
void ranges_add(struct ranges *r, vaddr_t from, vaddr_t to);
void ranges_remove(struct ranges *r, vaddr_t from, vaddr_t to);
bool ranges_have(const struct ranges *r, vaddr_t at);
void ranges_copy(struct ranges *to, const struct ranges *from);

#endif
