/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/engine_trim.c - the engine's TLBs, kept small; see engine_trim.h.
 *
 * The fields are looked for before the CPU's state, within the object that this is a part of: memory
 * that an engine had before, and gave back, holds the like of them, which may even point to the TLBs of
 * this one. They are recognised by what they hold: a row of pairs of a mask and a pointer to as many
 * entries as it says. In a TLB that was never used all entries are empty (all ones). In another each
 * has the addresses that it is for, of loads, stores and fetches, in its first three words: of one
 * page, or all ones. A TLB of fewer entries is a right one: which entry is looked at is told by the
 * mask alone, and a larger one begins empty in new memory.
 */
#include "cpu/engine_trim.h"

#include <string.h>

#include "cpu/peek.h"

#define REGIMES_MAX  12u
#define ENTRY_BYTES  64u
#define ENTRY_WORDS  (ENTRY_BYTES / 8)
#define ENTRIES      256u /* of a TLB that was never used */
#define ENTRIES_MIN  64u  /* the engine makes none of fewer */
#define UNUSED_MASK  ((ENTRIES - 1) * ENTRY_BYTES)

/* Most entries: of a guest that mostly translates, and of one that has translated so many blocks. */
#define ENTRIES_FEW  128u
#define ENTRIES_MANY 512u
#define BLOCKS_MANY  16384u

#define BEFORE_BYTES (16u << 10) /* of the CPU's state: the TLBs are among the last of them */
#define HEADER_MAX   64u         /* of a context, which begins by it before the state */
#define PAGE_OF(va)  ((va) >> 12)

static bool is_entry(const uint64_t word[ENTRY_WORDS])
{
    uint64_t page = UINT64_MAX;

    for (unsigned i = 0; i < 3; i++) {
        if (word[i] == UINT64_MAX)
            continue;
        if (page != UINT64_MAX && PAGE_OF(word[i]) != page)
            return false;
        page = PAGE_OF(word[i]);
    }
    return true;
}

/* Its first entries: all empty, or each of one page. */
static bool is_tlb(int memory, const struct sized_tlb *t, bool empty)
{
    uint64_t word[ENTRIES_MIN * ENTRY_WORDS];

    if (peek(memory, (uintptr_t)t->entries, word, sizeof(word)) != sizeof(word))
        return false;
    for (unsigned i = 0; empty && i < sizeof(word) / 8; i++)
        if (word[i] != UINT64_MAX)
            return false;
    for (unsigned i = 0; i < ENTRIES_MIN; i++)
        if (!is_entry(word + i * ENTRY_WORDS))
            return false;
    return true;
}

static bool is_size(uint64_t mask)
{
    uint64_t entries = mask / ENTRY_BYTES + 1;

    return mask % ENTRY_BYTES == 0 && entries >= ENTRIES_MIN && (entries & (entries - 1)) == 0;
}

static bool in_use(const struct engine_tlbs *t, unsigned regime)
{
    return t->in_use >> regime & 1;
}

static bool is_row(const struct engine_tlbs *t, int memory, const struct sized_tlb *row)
{
    for (unsigned i = 0; i < t->regimes; i++)
        if (in_use(t, i) ? !is_size(row[i].mask) : row[i].mask != UNUSED_MASK)
            return false;
    for (unsigned i = 0; i < t->regimes; i++)
        if (!is_tlb(memory, &row[i], !in_use(t, i)))
            return false;
    return true;
}

void engine_trim_find(struct engine_tlbs *t, const uint8_t *live)
{
    uintptr_t from = ((uintptr_t)live & -(uintptr_t)8) + HEADER_MAX - BEFORE_BYTES;
    size_t bytes = t->regimes * sizeof(struct sized_tlb);
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    struct sized_tlb row[REGIMES_MAX] = {0};
    uint8_t copy[BEFORE_BYTES];
    size_t got = memory >= 0 ? peek(memory, from, copy, sizeof(copy)) : 0;

    t->sizes = NULL;
    for (size_t at = got & -(size_t)8; !t->sizes && at >= bytes; at -= 8) {
        memcpy(row, copy + at - bytes, bytes);
        if (is_row(t, memory, row))
            t->sizes = (struct sized_tlb *)(from + at - bytes);
    }
    if (memory >= 0)
        close(memory);
}

bool engine_trim(const struct engine_tlbs *t, uint64_t blocks)
{
    unsigned entries = blocks < BLOCKS_MANY ? ENTRIES_FEW : ENTRIES_MANY;

    for (unsigned i = 0; t->sizes && i < t->regimes; i++) {
        uint64_t most = in_use(t, i) ? (entries - 1) * (uint64_t)ENTRY_BYTES : 0;

        if (t->sizes[i].mask > most)
            t->sizes[i].mask = most;
    }
    return t->sizes;
}
