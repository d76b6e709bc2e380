/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/race_walk.h - kernel code around an interrupt: does it go by what it read before?
 *
 * Purpose: for the check race (race.h). The instructions before an interrupt say which words were
 * loaded; those behind its return, whether one that was changed meanwhile is stored to, or
 * halted by, without a second look.
 *
 * Rules of use, each time in the state before the instruction: race_walk_begin(),
 * race_walk_before() for each instruction up to the interrupt, race_walk_interrupt() where it came,
 * race_walk_after() for each behind the handler's beginning; then race_walk_hit().
 */
#ifndef TRAPLINE_SIM_CHECK_RACE_WALK_H
#define TRAPLINE_SIM_CHECK_RACE_WALK_H

#include "cpu/cpu.h"

#define RACE_WINDOW_INSNS 400u /* looked at before an interrupt, and behind its return */

enum race { RACE_STORE, RACE_SLEEP, RACES };

struct race_hit {
    vaddr_t va;             /* the word, */
    unsigned bytes;
    uint64_t was, is;       /* at the interrupt, and where the code went on */
    insn_t load_n, on_n, n; /* of its load, of there, of the store or the halt */
};

struct race_walk;
/* NULL when out of memory. */
struct race_walk *race_walk_create(struct cpu *cpu);
void race_walk_destroy(struct race_walk *w);
void race_walk_begin(struct race_walk *w, enum race kind);
void race_walk_before(struct race_walk *w, insn_t n, vaddr_t pc);
/* The interrupted instruction is next. False: there is nothing to follow. */
MUST_CHECK bool race_walk_interrupt(struct race_walk *w);
void race_walk_after(struct race_walk *w, insn_t n, vaddr_t pc);
/* NULL: it did no harm. */
const struct race_hit *race_walk_hit(const struct race_walk *w);

#endif
