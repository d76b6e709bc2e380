/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/boot_cache.h - booted machines, kept in files for the next run of the same machine.
 *
 * Purpose: from n = 0 until its first program runs, a machine takes no live input, so that
 * state is a function of the machine alone. An entry holds it and what the outside saw on the way.
 * A run that goes on from an entry is the run that booted, to the last bit of its trace.
 *
 * Rules of use
 *   - An entry serves the very machine, by hash of images and options, and the very build of
 *     Trapline and its engine that wrote it (`build`). Damaged or foreign files are as none.
 *   - Boot: boot_past_start() behind sim_create(), then fill `console` and `delays` as the
 *     machine runs; boot_cache_save() where it stands at the cut.
 *   - Or: boot_cache_load() behind sim_create(), then tell the outside what is in the past.
 *   - No function here fails a run: without an entry the machine boots.
 */
#ifndef TRAPLINE_SIM_BOOT_CACHE_H
#define TRAPLINE_SIM_BOOT_CACHE_H

#include "sim/sim.h"

/* All entries together; the ones that were not used for longest go. */
#define BOOT_CACHE_BYTES_MAX (64ull << 20)

struct boot_cache {
    const char *dir;         /* borrowed; made when an entry is written */
    struct image_hash build; /* of the program and its engine */
};

struct boot_delay {
    insn_t n;
    cycles_t delay;
};

/* What the outside saw of a boot, and which pages of RAM the boot started with. */
struct boot_past {
    struct byte_buf console; /* bytes that the guest wrote */
    struct byte_buf delays;  /* struct boot_delay, in their order */
    uint64_t *page;          /* hash of each page at the start, 0: not there */
    size_t pages;
};

/* `sim` stands at n = 0. -ENOMEM. */
MUST_CHECK int boot_past_start(struct boot_past *past, struct sim *sim);
void boot_past_free(struct boot_past *past);

/* `sim` stands at the cut. False: there is no entry now, which is nobody's trouble. */
bool boot_cache_save(const struct boot_cache *cache, struct sim *sim,
                     const struct boot_past *past);
/*
 * `sim` stands at n = 0, and then where the entry was saved. -ENOENT: there is no entry, or it
 * lies behind `limit`; the machine is as it was. -EIO: the machine did not take the state, and
 * must be made anew.
 */
MUST_CHECK int boot_cache_load(const struct boot_cache *cache, struct sim *sim, insn_t limit,
                               struct boot_past *past);

#endif
