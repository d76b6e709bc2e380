/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/breaks.h - addresses before which a run stops, and who looks at the blocks that run;
 * see cpu_set_breaks() and cpu_watch_blocks().
 *
 * Rules of use: for the machines in cpu/arch. `at` is sorted and belongs to the caller of
 * cpu_set_breaks(). The instruction at the number where they are set is not stopped at, so
 * after a break they are set again and the run goes on.
 */
#ifndef TRAPLINE_CPU_BREAKS_H
#define TRAPLINE_CPU_BREAKS_H

#include "cpu/cpu.h"
#include "cpu/search.h"

struct cpu_breaks {
    const vaddr_t *at;
    size_t count;
    insn_t start; /* the number at which they were set */
};

/* Who looks at the code that runs; see cpu_watch_blocks(). */
struct cpu_blocks {
    cpu_block_fn fn; /* NULL: nobody */
    void *ctx;
    bool kernel; /* blocks of the upper half alone */
};

static inline void blocks_tell(const struct cpu_blocks *b, insn_t n, vaddr_t pc, uint32_t bytes)
{
    if (b->fn && (!b->kernel || pc >> 63))
        b->fn(b->ctx, n, pc, bytes);
}

/* The lowest break in [from, to), or `to`. */
static inline vaddr_t breaks_next(const struct cpu_breaks *b, vaddr_t from, vaddr_t to)
{
    size_t first = search_from(b->at, b->count, sizeof(b->at[0]), 0, from);

    return first < b->count && b->at[first] < to ? b->at[first] : to;
}

/* Does a run at `pc`, number `n`, stop there? */
static inline bool breaks_stop(const struct cpu_breaks *b, vaddr_t pc, insn_t n)
{
    return b->count && n != b->start && breaks_next(b, pc, pc + 1) == pc;
}

/* Does an access of `bytes` at `at` touch one of these ranges? */
static inline bool ranges_touch(const struct cpu_range *list, size_t count, paddr_t at,
                                unsigned bytes)
{
    for (size_t i = 0; i < count; i++)
        if (at < list[i].pa + list[i].bytes && list[i].pa < at + bytes)
            return true;
    return false;
}

#endif
