/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/stack.h - the check stack: the kernel's stacks, as the stack pointer shows them.
 *
 * What is reported
 *   - kernel code runs into the unmapped memory below its stack: an access faults that is just
 *     below the stack pointer, while the memory above is the stack in use
 *   - the stack pointer goes down past the top of another thread's stack
 *   - a thread is back in user mode and its next entry would not begin where the last one did: the
 *     stack was not empty, or is another's
 *   - what a switch between stacks must bring back (switched.h)
 *
 * A stack is known by its top: the stack pointer of entries from user mode (SP_EL1; RSP0 of the
 * task state segment). How deep each kind of entry goes is measured at every block of kernel
 * code.
 *
 * Rules of use: told of every trap, return to user mode and block of kernel code, as they come.
 */
#ifndef TRAPLINE_SIM_CHECK_STACK_H
#define TRAPLINE_SIM_CHECK_STACK_H

#include "sim/check/check.h"

#define STACK_PATHS_MAX 64u

/* The deepest that one kind of entry went. */
struct stack_depth {
    char path[48];          /* "execve", "interrupt", "data abort: write, translation" */
    unsigned bytes;
    insn_t n;               /* there */
    vaddr_t pc;
};

struct races;
struct stack_depths {
    struct stack_depth path[STACK_PATHS_MAX];
    size_t count;
};

struct stack;
/*
 * NULL when out of memory. `depths` takes what was measured; `findings` NULL: only the marks for
 * the check race are wanted; `races` NULL: none.
 */
struct stack *stack_create(struct cpu *cpu, struct findings *findings, struct stack_depths *depths,
                           struct races *races);
void stack_destroy(struct stack *s);
void stack_trap(struct stack *s, const struct cpu_trap *trap);
void stack_return(struct stack *s, insn_t n, vaddr_t pc);
void stack_block(struct stack *s, insn_t n, vaddr_t pc, uint32_t bytes);
/* Name the instruction that moved the stack pointer where it should not be; `value`: the number
 * beside the finding. False: on a closer look it is none. */
MUST_CHECK bool stack_name(struct timeline *t, struct places *places, const struct machine *m,
                           struct finding *f, unsigned value);

#endif
