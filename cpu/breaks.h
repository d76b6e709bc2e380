/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/breaks.h - addresses before which a run stops; see cpu_set_breaks().
 *
 * Rules of use: for the machines in cpu/arch. `at` is sorted and belongs to the caller of
 * cpu_set_breaks(). The instruction at the number where they are set is not stopped at, so
 * after a break they are set again and the run goes on.
 */
#ifndef TRAPLINE_CPU_BREAKS_H
#define TRAPLINE_CPU_BREAKS_H

#include "cpu/types.h"

struct cpu_breaks {
    const vaddr_t *at;
    size_t count;
    insn_t start; /* the number at which they were set */
};

/* The lowest break in [from, to), or `to`. */
static inline vaddr_t breaks_next(const struct cpu_breaks *b, vaddr_t from, vaddr_t to)
{
    size_t low = 0, high = b->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (b->at[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->count && b->at[low] < to ? b->at[low] : to;
}

/* Does a run at `pc`, number `n`, stop there? */
static inline bool breaks_stop(const struct cpu_breaks *b, vaddr_t pc, insn_t n)
{
    return b->count && n != b->start && breaks_next(b, pc, pc + 1) == pc;
}

#endif
