/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/progress.h - a run that does not get on ends.
 *
 * Purpose
 *   The engine runs in pieces, and now and then one ends where it began: code was written, an exit
 *   is set. One that does so for ever is a bug of ours, of a kind that only a hostile guest finds
 *   (an engine that cannot translate what stands there), and must not look like a guest that works.
 *
 * Rules of use
 *   - progress_stalled() after each piece, with the instruction number. It is no part of the state:
 *     the limit is far beyond what any order of cuts needs.
 */
#ifndef TRAPLINE_CPU_PROGRESS_H
#define TRAPLINE_CPU_PROGRESS_H

#include <errno.h>
#include <stdio.h>

#include "cpu/types.h"

#define PROGRESS_PIECES_MAX 100000u /* a second or so */

struct cpu_progress {
    insn_t n;
    unsigned pieces; /* that ended at `n` */
};

static inline bool progress_stalled(struct cpu_progress *p, insn_t n)
{
    if (p->n != n)
        *p = (struct cpu_progress){.n = n};
    return ++p->pieces > PROGRESS_PIECES_MAX;
}

/* The sentence that the run ends with; -EIO. */
static inline int progress_ends(char *error, size_t len, insn_t n, vaddr_t pc)
{
    snprintf(error, len,
             "the engine does not get on at instruction %llu, PC 0x%llx: a bug of Trapline",
             (unsigned long long)n, (unsigned long long)pc);
    return -EIO;
}

#endif
