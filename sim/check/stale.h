/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/stale.h - the check stale: what the adversary (cpu/adversary.h) made of a missing
 * barrier.
 *
 * Purpose: a recording made with `--adversary` fails where the kernel forgot a barrier or an
 * invalidation. This names the store to the table that was not followed by it, and the access of
 * user mode that went by the old entry: it faulted, or reached the old page.
 *
 * Rules of use: as for pagetable.h; stale_find() behind the replay, where it walks user mode's way
 * from the entry on which something was stale. A recording without the adversary has nothing to
 * find.
 */
#ifndef TRAPLINE_SIM_CHECK_STALE_H
#define TRAPLINE_SIM_CHECK_STALE_H

#include "sim/check/check.h"

struct stale;
/* NULL when out of memory. Watches `cpu`, which must have an adversary to tell of anything. */
struct stale *stale_create(struct cpu *cpu);
void stale_destroy(struct stale *s);
void stale_event(struct stale *s, const struct derived *d);
MUST_CHECK int stale_find(struct stale *s, struct timeline *t, struct places *places,
                          struct findings *findings);

#endif
