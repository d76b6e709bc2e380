/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/switched.h - what a switch between the kernel's stacks must bring back: part of the
 * check stack.
 *
 * What is reported
 *   - a function that left its stack for another comes back to it, and to its caller, with other
 *     callee-saved registers than it was called with (AAPCS64, 6.1.1; System V ABI x86-64, 3.2.1)
 *   - a stack that was switched away from is come back to, although another thread began on it
 *     since
 *   - a thread begins on a stack that was made its own while another still ran on it
 *
 * How it is seen: the stack pointer jumps. The function that was called just before is where
 * kernels switch; from then on, what the registers are where it begins is kept by the stack
 * pointer with which it will return, until code runs with that stack pointer at that return
 * address. A switch that is not a function of its own is not followed.
 *
 * A switch in the handler of an interrupt of kernel code is told to the check race.
 *
 * Rules of use: switched_block() with each block of kernel code, `top` being the stack in use (0:
 * not known), and switched_entry() with each entry from user mode; switched_name() for the
 * findings with a value of SWITCHED_REGISTER or above.
 */
#ifndef TRAPLINE_SIM_CHECK_SWITCHED_H
#define TRAPLINE_SIM_CHECK_SWITCHED_H

#include "sim/check/check.h"

/* `findings->value` of those of the check stack; 0: the stack pointer's own (stack.c). */
enum { SWITCHED_REGISTER = 1, SWITCHED_RETURN, SWITCHED_START };

struct switched;
struct races;
/* NULL when out of memory. Either of the two that it tells may be NULL. */
struct switched *switched_create(struct cpu *cpu, struct findings *findings, struct races *races);
void switched_destroy(struct switched *w);
void switched_entry(struct switched *w, vaddr_t top, const struct cpu_trap *trap);
/* The last trap from user mode that entered on this stack; NULL: not known. */
const struct cpu_trap *switched_trap(const struct switched *w, vaddr_t top);
/* An interrupt of kernel code, whose stack pointer was `sp`. */
void switched_interrupt(struct switched *w, const struct cpu_trap *irq, vaddr_t sp);
void switched_block(struct switched *w, insn_t n, vaddr_t pc, uint32_t bytes, vaddr_t sp,
                    vaddr_t top);
/* Names the instruction; false: on a closer look it is none. */
MUST_CHECK bool switched_name(struct timeline *t, struct places *places, const struct machine *m,
                              struct finding *f, unsigned value);

#endif
