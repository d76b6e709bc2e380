/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/touch.h - which memory an instruction reads and writes, by the registers as they are.
 *
 * Rules of use: in the state before the instruction. What is not a plain operand is not told of:
 * string instructions have their first element alone, FP state as a whole none.
 */
#ifndef TRAPLINE_SIM_CHECK_TOUCH_H
#define TRAPLINE_SIM_CHECK_TOUCH_H

#include <capstone/capstone.h>

#include "cpu/cpu.h"

#define TOUCHES_MAX 4u

struct touch {
    vaddr_t va;
    unsigned bytes;
    bool loads, stores;
};

/* How many. */
unsigned touch_list(struct cpu *cpu, csh cs, const cs_insn *insn, struct touch list[TOUCHES_MAX]);

#endif
