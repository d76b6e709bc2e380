/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/engine_level.c - how many of the engine's runs are in each other; see engine_level.h.
 *
 * The number is among the engine's own fields, which differ between versions. A run that finds no
 * code asks a hook, and from there another one is started: the number is what is 0, 1 and 2 then.
 */
#include "cpu/engine_level.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS 3u /* that are looked at: no run, one, and one in it */

struct levels {
    uint8_t *fields[LEVELS]; /* what they were then */
    size_t bytes;
    unsigned level;
};

static void look(uc_engine *uc, struct levels *l)
{
    memcpy(l->fields[l->level], uc, l->bytes);
}

/* There is no translation: the run ends with an error. */
static bool on_fill(uc_engine *uc, uint64_t va, uc_mem_type type, uc_tlb_entry *entry,
                    void *opaque)
{
    struct levels *l = opaque;

    (void)va;
    (void)type;
    (void)entry;
    l->level++;
    if (l->level < LEVELS)
        look(uc, l);
    if (l->level + 1 < LEVELS)
        (void)uc_emu_start(uc, 0x6edcba987000, 0, 0, 0);
    l->level--;
    return false;
}

static uint32_t level_at(const void *fields, size_t at)
{
    uint32_t value;

    memcpy(&value, (const uint8_t *)fields + at, sizeof(value));
    return value;
}

/* The offset at which the fields of each level hold its number; 0: there is none, or another. */
static size_t search(const struct levels *l)
{
    size_t found = 0;

    for (size_t at = 4; at + 4 <= l->bytes; at += 4) {
        unsigned level = 0;

        while (level < LEVELS && level_at(l->fields[level], at) == level)
            level++;
        if (level < LEVELS)
            continue;
        if (found)
            return 0;
        found = at;
    }
    return found;
}

size_t engine_level_find(uc_engine *uc)
{
    struct levels l = {.bytes = malloc_usable_size(uc)};
    bool room = true;
    size_t found = 0;
    uc_hook hook;

    for (unsigned i = 0; i < LEVELS; i++) {
        l.fields[i] = calloc(1, l.bytes);
        room = room && l.fields[i];
    }
    if (room && !uc_hook_add(uc, &hook, UC_HOOK_TLB_FILL, (void *)on_fill, &l, 1, 0)) {
        uc_ctl_tlb_mode(uc, UC_TLB_VIRTUAL);
        look(uc, &l);
        (void)uc_emu_start(uc, 0x123456789000, 0, 0, 0);
        uc_ctl_tlb_mode(uc, UC_TLB_CPU);
        uc_hook_del(uc, hook);
        found = search(&l);
    }
    for (unsigned i = 0; i < LEVELS; i++)
        free(l.fields[i]);
    return found;
}

bool engine_level_left(uc_engine *uc, size_t at)
{
    if (!at || level_at(uc, at) != 1)
        return false;
    memset((uint8_t *)uc + at, 0, sizeof(uint32_t));
    return true;
}
