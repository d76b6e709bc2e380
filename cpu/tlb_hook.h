/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/tlb_hook.h - the engine's hook on a miss of its TLB, as both CPUs use it (their tlb.c).
 *
 * Purpose
 *   While a CPU walks the tables `here`, the engine asks its hook. Where that has no translation
 *   the engine's run ends with an error, and what was missed stands in `miss`. The engine tells
 *   the hook the page alone, but notes the whole address among its own fields, which differ
 *   between versions: two runs that end so at addresses of our choice find it.
 *
 * Rules of use
 *   - For the engine's files of the two CPUs. tlb_hook_add() changes the program counter.
 *   - As a run ends, the engine looks up the exits as if it fetched there. That it found no
 *     translation for one is its error, too, but none of the guest's.
 */
#ifndef TRAPLINE_CPU_TLB_HOOK_H
#define TRAPLINE_CPU_TLB_HOOK_H

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#include "cpu/types.h"

#define TLB_PAGE_BITS    12
#define TLB_DEVICE_INSNS 512u

struct tlb_hook {
    insn_t device_at;   /* of the last access to a device */
    uint64_t passed_on; /* misses that the engine walked for */
    size_t address_at;  /* of the address in the engine's fields, or 0 */
    bool exiting;       /* an exit is set, whose address the engine looks up as its run ends */
    bool here;          /* tlb.c walks, not the engine */
    bool was_here;      /* before leave_guest() */
    bool unusable;      /* the engine's TLB has smaller pages than the guest */
    bool refuse;        /* no translation for anything: calibration */
    struct {
        uint64_t page;  /* its number */
        bool now;       /* in the engine's last run, or as it ended */
        bool is_fetch, is_write, user;
        bool absent;    /* an entry is not there, and nothing else is wrong */
        bool withheld;  /* the guest's tables allow it, those behind them do not */
        paddr_t pa;     /* of the page, where it is withheld */
    } miss;
};

static inline void tlb_hook_walk_here(uc_engine *uc, struct tlb_hook *t, bool here)
{
    if (here == t->here || (here && t->unusable))
        return;
    t->here = here;
    uc_ctl_tlb_mode(uc, here ? UC_TLB_VIRTUAL : UC_TLB_CPU);
}

/* What the engine's walk was needed for is done. */
static inline void tlb_hook_settled(uc_engine *uc, struct tlb_hook *t)
{
    if (!t->exiting)
        tlb_hook_walk_here(uc, t, true);
}

/*
 * A device was accessed, which the engine's own walk has found. To find the next one so costs as
 * much as some ten misses: it walks on only where they come close together.
 */
static inline void tlb_hook_device(uc_engine *uc, struct tlb_hook *t, insn_t now)
{
    if (now - t->device_at >= TLB_DEVICE_INSNS)
        tlb_hook_settled(uc, t);
    t->device_at = now;
}

/* In the hook: there is no translation. */
static inline void tlb_hook_miss(struct tlb_hook *t, vaddr_t va, uc_mem_type type)
{
    t->miss.now = true;
    t->miss.page = va >> TLB_PAGE_BITS;
    t->miss.is_fetch = type == UC_MEM_FETCH;
    t->miss.is_write = type == UC_MEM_WRITE;
}

static inline vaddr_t tlb_hook_note(const uc_engine *uc, size_t at)
{
    vaddr_t value;

    memcpy(&value, (const uint8_t *)uc + at, sizeof(value));
    return value;
}

/* The whole address of data that was missed; false: not known. */
static inline bool tlb_hook_address(const uc_engine *uc, const struct tlb_hook *t, vaddr_t *address)
{
    if (!t->address_at)
        return false;
    *address = tlb_hook_note(uc, t->address_at);
    return *address >> TLB_PAGE_BITS == t->miss.page;
}

/* Was it data where an entry is not there, and at which address? */
static inline bool tlb_hook_absent(const uc_engine *uc, const struct tlb_hook *t, vaddr_t *address)
{
    return t->miss.absent && !t->miss.is_fetch && tlb_hook_address(uc, t, address);
}

/* Offset of the address in what `uc` points to; 0: it is not there exactly once. */
static inline size_t tlb_hook_find_note(uc_engine *uc)
{
    static const vaddr_t where[2] = {0x123456789000, 0x6edcba987000};
    size_t bytes = malloc_usable_size(uc) / 8 * 8, found = 0;
    uint8_t *first = malloc(bytes);

    if (!first)
        return 0;
    (void)uc_emu_start(uc, where[0], 0, 0, 0);
    memcpy(first, uc, bytes);
    (void)uc_emu_start(uc, where[1], 0, 0, 0);
    for (size_t at = 8; at < bytes; at += 8) {
        if (memcmp(first + at, &where[0], 8) != 0 || tlb_hook_note(uc, at) != where[1])
            continue;
        if (found) {
            found = 0;
            break;
        }
        found = at;
    }
    free(first);
    return found;
}

/* `fn` (uc_cb_tlbevent_t) refuses everything while `refuse` is set. */
static inline uc_err tlb_hook_add(uc_engine *uc, struct tlb_hook *t, void *fn, void *ctx)
{
    uc_hook hook;
    uc_err err = uc_hook_add(uc, &hook, UC_HOOK_TLB_FILL, fn, ctx, 1, 0);

    if (err)
        return err;
    t->refuse = true;
    tlb_hook_walk_here(uc, t, true);
    t->address_at = tlb_hook_find_note(uc);
    tlb_hook_walk_here(uc, t, false);
    t->refuse = false;
    return uc_ctl_exits_enable(uc); /* the hook may have disabled them */
}

#endif
