/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's TLBs, kept small while it translates.
 *
 * It has a TLB for each of twelve translation regimes, of 256 entries as it starts, and looks
 * through all of all of them for each block that it translates: in a boot of Linux, where most code
 * runs for the first time, that is a tenth of the time. EL1 and EL0 use two, which grow to some
 * thousand entries; one that is never used is never made smaller. No call sets the sizes, so they
 * are set among the engine's own fields: one entry for those that no guest uses, no more than
 * ENTRIES_MAX for the others as blocks are translated. They grow again when no more are.
 *
 * The fields are recognised by what they hold: a row of twelve pairs of a mask (entries less one,
 * times the size of an entry) and a pointer to as many empty entries (all ones). Where there is no
 * such row, in another version, all is left as it is. A TLB of fewer entries is a right one: which
 * entry is looked at is told by the mask alone, and a larger one begins empty in new memory.
 *
 * They are looked for once a guest has run for a while: looking takes longer than a short run.
 */
#include <string.h>

#include "cpu/arch/arm64/engine.h"
#include "cpu/peek.h"

#define REGIMES      12u
#define ENTRY_BYTES  64u
#define ENTRIES      256u /* of a TLB that was never used */
#define UNUSED_MASK  ((ENTRIES - 1) * ENTRY_BYTES)
#define ENTRIES_MAX  512u
#define BLOCKS_FIRST 4096u /* translated before the TLBs are looked for */

/* EL1&0 at EL0, at EL1, and there with PAN, by the engine's numbers of them. */
#define IN_USE (1u << 0 | 1u << 2 | 1u << 4)

struct sized_tlb {
    uint64_t mask;
    uint8_t *entries;
};

static bool is_empty(int memory, const struct sized_tlb *t)
{
    uint64_t word[ENTRIES * ENTRY_BYTES / 8];

    if (peek(memory, (uintptr_t)t->entries, word, sizeof(word)) != sizeof(word))
        return false;
    for (unsigned i = 0; i < ARRAY_LEN(word); i++)
        if (word[i] != UINT64_MAX)
            return false;
    return true;
}

/* The engine makes none of fewer entries than 64. */
static bool is_size(uint64_t mask)
{
    uint64_t entries = mask / ENTRY_BYTES + 1;

    return mask % ENTRY_BYTES == 0 && entries >= 64 && (entries & (entries - 1)) == 0;
}

static bool is_row(int memory, const struct sized_tlb *row)
{
    for (unsigned i = 0; i < REGIMES; i++)
        if (IN_USE >> i & 1 ? !is_size(row[i].mask) : row[i].mask != UNUSED_MASK)
            return false;
    for (unsigned i = 0; i < REGIMES; i++)
        if (!(IN_USE >> i & 1) && !is_empty(memory, &row[i]))
            return false;
    return true;
}

static void *row_in(void *ctx, int memory, uintptr_t from, const uint8_t *copy, size_t got)
{
    struct sized_tlb row[REGIMES];

    (void)ctx;
    for (size_t at = 0; at + sizeof(row) <= got; at += 8) {
        memcpy(row, copy + at, sizeof(row));
        if (is_row(memory, row))
            return (void *)(from + at);
    }
    return NULL;
}

bool arm64_engine_trim(struct arm64 *a, uint64_t blocks)
{
    struct arm64_engine *e = a->engine;

    if (blocks >= BLOCKS_FIRST && !e->sought) {
        e->sizes = peek_objects(e->uc, row_in, NULL);
        e->sought = true;
    }
    for (unsigned i = 0; e->sizes && i < REGIMES; i++) {
        uint64_t most = IN_USE >> i & 1 ? (ENTRIES_MAX - 1) * ENTRY_BYTES : 0;

        if (e->sizes[i].mask > most)
            e->sizes[i].mask = most;
    }
    return e->sizes;
}
