/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/snapshot.h - states of one machine, taken and gone back to.
 *
 * Rules of use
 *   - A snapshot belongs to the `struct snapshots` that took it, and that to one sim;
 *     snapshots share the pages that they have in common.
 *   - Taken and restored between two sim_run() calls, or in an at_stop hook. What is
 *     restored: processor, devices, clock, RAM, the place in the inputs, the hash of all traps.
 *   - What a watcher remembers is the watcher's to put back.
 *   - From the first snapshot on the machine notes which pages it writes.
 */
#ifndef TRAPLINE_SIM_SNAPSHOT_H
#define TRAPLINE_SIM_SNAPSHOT_H

#include "sim/sim.h"

struct snapshots;
struct snapshot;

/* `sim` is borrowed and must outlive it. -ENOMEM. */
MUST_CHECK int snapshots_create(struct sim *sim, struct snapshots **out);
/* The same for a machine that no sim runs (sim/kit). */
MUST_CHECK int snapshots_create_bare(struct cpu *cpu, struct snapshots **out);
/* Frees what is left of its snapshots' pages; the snapshots are freed before. */
void snapshots_destroy(struct snapshots *all);

/* The machine is as it was. After -ENOMEM no further snapshot can be taken. */
MUST_CHECK int snapshot_take(struct snapshots *all, struct snapshot **out);
/* An error leaves the machine unusable. */
MUST_CHECK int snapshot_restore(struct snapshots *all, const struct snapshot *s);
void snapshot_free(struct snapshots *all, struct snapshot *s);

/* Was nothing stored to this page of RAM between the two, which were taken in one run? False where
 * that is not known. */
bool snapshot_same_page(const struct snapshot *a, const struct snapshot *b, uint32_t page);
/* Is RAM the same in both, byte for byte? They are of one machine. */
bool snapshot_same_ram(const struct snapshot *a, const struct snapshot *b);
/* Of the pages in which `s` differs from `base`: equal for equal RAM, whatever was written. */
uint64_t snapshot_ram_hash(const struct snapshot *base, const struct snapshot *s);
/* The number at which it was taken. */
insn_t snapshot_n(const struct snapshot *s);

#endif
