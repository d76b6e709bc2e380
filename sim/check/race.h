/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/race.h - the check race: what kernel code has read holds when it goes by it.
 *
 * What is reported
 *   - a lost store: an interrupt came between kernel code's load of a word and its store there,
 *     and gave the CPU away; others have changed the word meanwhile, and the store goes over that
 *   - a lost wake-up: an interrupt came between kernel code's load of a word and its WFI or HLT,
 *     and made something of nothing there (or nothing of something); the code did not look again
 *     and halts
 *
 * Code that may be interrupted at that place without harm (interrupts masked, a lock, a compare
 * and exchange, a second look) makes none of that. Nothing is told of a word that was not seen to
 * change: a preemption that might have done harm is no finding.
 *
 * How it is seen: two kinds of interrupts of kernel code are marked in the first replay, both
 * rare: one whose handler switches to another stack (switched.h), and one behind which the
 * machine idles within RACE_NEAR_INSNS. The instructions before and behind it are walked then.
 *
 * Rules of use: race_event() with every event and race_end() behind the replay, for wake-ups;
 * race_add_switch() for stores, until race_find().
 */
#ifndef TRAPLINE_SIM_CHECK_RACE_H
#define TRAPLINE_SIM_CHECK_RACE_H

#include "sim/check/check.h"

#define RACE_NEAR_INSNS 4096u

struct races;
struct races *races_create(void);
void races_destroy(struct races *r);
void race_event(struct races *r, const struct derived *d);
void race_end(struct races *r, const struct sim_end *end);
/*
 * An interrupt whose handler left the stack, and came back at back_n; `user` is by which the thread
 * was in the kernel, its n 0: not known.
 */
void race_add_switch(struct races *r, const struct cpu_trap *irq, const struct cpu_trap *user,
                     insn_t back_n);
bool races_any(const struct races *r);
MUST_CHECK int race_find(struct races *r, struct timeline *t, struct places *places,
                         struct findings *findings);

#endif
