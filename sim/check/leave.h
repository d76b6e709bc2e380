/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/leave.h - what user mode must never find, whatever it was before: part of the check
 * context.
 *
 *   - FS and GS base, or a thread pointer, with an address of the kernel's half
 *   - an interrupt that was acknowledged and not ended: none of its priority comes through any more
 *   - x86_64: C code of the kernel that runs with the direction flag of the program, which the ABI
 *     wants clear (System V ABI, 3.2.1): string instructions go backwards
 *
 * Rules of use: leave_event() with every event; leave_find() behind the replay, with findings. Each
 * rule is told of once.
 */
#ifndef TRAPLINE_SIM_CHECK_LEAVE_H
#define TRAPLINE_SIM_CHECK_LEAVE_H

#include "sim/check/check.h"

struct leave;
struct leave *leave_create(struct cpu *cpu);
void leave_destroy(struct leave *l);
void leave_event(struct leave *l, const struct derived *d);
/* Is there anything for leave_find() to look at? */
bool leave_any(const struct leave *l);
MUST_CHECK int leave_find(struct leave *l, struct timeline *t, struct places *places,
                          struct findings *findings);

#endif
