/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/digest.h - a machine's whole state in a few numbers.
 *
 * Rules of use
 *   - Equal states have equal digests on every host, whatever the host did to memory.
 *   - `piece` and `region` are short hashes: they say where two digests differ, not
 *     whether; `state`, `traps` and `ram` say that.
 */
#ifndef TRAPLINE_SIM_DIGEST_H
#define TRAPLINE_SIM_DIGEST_H

#include "cpu/cpu.h"

#define DIGEST_PIECES_MAX 64u /* state pieces beyond that share the last short hash */
#define DIGEST_REGIONS    64u /* RAM in that many equal parts */
#define DIGEST_PAGE_BYTES 4096u

struct digest {
    insn_t n;
    cycles_t cycles;
    uint64_t state;         /* registers and devices */
    uint64_t traps;         /* every trap so far, in order */
    uint64_t ram;           /* 0 unless has_ram */
    bool has_ram;
    uint8_t pieces;         /* used in `piece` */
    uint16_t piece[DIGEST_PIECES_MAX];
    uint16_t region[DIGEST_REGIONS];
};

/* What the digest of `cpu` is now. -ENOMEM, or what the CPU model gave. */
MUST_CHECK int digest_take(struct cpu *cpu, uint64_t traps, bool with_ram, struct digest *d);
/* Fold one trap into the rolling hash of all traps. */
uint64_t digest_fold_trap(uint64_t traps, const struct cpu_trap *trap);
/* The first physical address of a region, and the one behind it. */
void digest_region_range(struct cpu *cpu, unsigned region, paddr_t *start, paddr_t *end);

/*
 * When recordings take digests: at every multiple of DIGEST_INTERVAL_INSNS, with RAM where
 * the multiple's index is a power of four, but one, or a multiple of DIGEST_RAM_EVERY.
 */
#define DIGEST_INTERVAL_INSNS (1ull << 22)
#define DIGEST_RAM_EVERY      256u
bool digest_wants_ram(uint64_t index);

/* Is this page of DIGEST_PAGE_BYTES all zero? */
bool page_is_zero(const uint8_t *page);

#endif
