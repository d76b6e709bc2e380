/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/engine_trim.h - the engine's TLBs, kept small while it translates.
 *
 * Purpose: it has a TLB for each of its translation regimes, of 256 entries as it starts, and looks
 * through all of all of them for each block that it translates: in a boot, where most code runs for
 * the first time, that is a tenth of the time. Those that a guest uses grow to some thousand entries;
 * one that is never used is never made smaller. No call sets the sizes, so they are set among the
 * engine's own fields: one entry for those that no guest uses, and no more than a limit for the
 * others as blocks are translated. They grow again when no more are.
 *
 * Rules of use: engine_trim_find() before a guest runs; engine_trim() never in the middle of an
 * access. Where the fields are not found, in another version, all is left as it is.
 */
#ifndef TRAPLINE_CPU_ENGINE_TRIM_H
#define TRAPLINE_CPU_ENGINE_TRIM_H

#include <stdbool.h>
#include <stdint.h>

#define ENGINE_TRIM_EVERY 256u /* blocks translated */

/* One TLB among the engine's fields. */
struct sized_tlb {
    uint64_t mask; /* entries less one, times an entry's bytes */
    uint8_t *entries;
};

struct engine_tlbs {
    unsigned regimes;        /* that the engine has */
    uint32_t in_use;         /* bit per regime: guests use it */
    struct sized_tlb *sizes; /* one per regime, the engine's; NULL: not known */
};

/* `live`: what context_live() found. What is set is `sizes`. */
void engine_trim_find(struct engine_tlbs *t, const uint8_t *live);
/* Makes them small; so many blocks were translated. False: they are not known. */
bool engine_trim(const struct engine_tlbs *t, uint64_t blocks);

#endif
