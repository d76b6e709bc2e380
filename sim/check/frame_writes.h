/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/frame_writes.h - the rules of the check frame: who of those that wrote one word was one
 * too many.
 *
 * Rules of use: frame_writes_add() with every store to the word between trap and return, in their
 * order, equal values too; a store in pieces comes as several of one number. Then one of the rules,
 * with what user code had in that register.
 */
#ifndef TRAPLINE_SIM_CHECK_FRAME_WRITES_H
#define TRAPLINE_SIM_CHECK_FRAME_WRITES_H

#include "cpu/cpu.h"

#define FRAME_WRITES_MAX 64u

struct frame_write {
    insn_t n;
    uint64_t value;
};

struct frame_writes {
    struct frame_write list[FRAME_WRITES_MAX];
    size_t count;
    bool too_many;      /* there were more: nothing is said */
    bool is_pushed;     /* a signal was delivered: the word was copied into its frame, */
    insn_t push_n;      /* by the store of this number (0: not seen) */
};

void frame_writes_add(struct frame_writes *w, insn_t n, uint64_t value);
/*
 * The last one wrote over what was right; or, where a signal was delivered, two wrote behind that.
 */
bool frame_two_writers(const struct frame_writes *w, uint64_t was, insn_t *first, insn_t *second);
/*
 * One asked for the system call to be run again, and a later one put back what was there before it.
 */
bool frame_restart_writers(const struct frame_writes *w, uint64_t was, insn_t *first,
                           insn_t *second);

#endif
