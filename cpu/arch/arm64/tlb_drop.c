/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine's TLB has to forget.
 *
 * For the guest: TLBI by address drops a block whole (DDI 0487, D8.14), but the engine holds pages
 * of 4 KiB (which stage 2 maps), of which it would drop one. The blocks that tlb.c fills pages of
 * are noted (cpu/tlb_blocks.h); what the engine's own walk has filled may be of one. No hook of the
 * engine is for TLBI alone, and the one for SYS slows DC ZVA down, so these instructions are looked
 * for as code is translated. Each gets a hook on its address, and its code is translated anew
 * before it runs. Where they are too many, the hook for SYS it is.
 *
 * For us: as a page of RAM may no longer be written, or no longer be executed (code.c), its entries
 * go. Which these are is known while tlb.c has filled all that the TLB holds: for each page of RAM
 * the one address is noted at which it was filled since all was dropped, and the engine
 * drops that page as if the guest asked for it. Else all goes, which costs some 60 us until it is
 * filled again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu/arch/arm64/engine.h"
#include "cpu/arch/arm64/insn.h"

#define SITES_MAX 64u
#define AGE_MASK  (PAGE_BYTES - 1ull) /* of a note, below the page's address */
#define SEVERAL   (~0ull & ~AGE_MASK)

/* Where a TLBI by address stands, in some address space. */
struct site {
    struct arm64 *a;
    vaddr_t pc;
    uint32_t word; /* 0: several */
};

struct arm64_tlb_drop {
    uint64_t *note;       /* of each page of RAM: where it was filled, and the age; 0: nowhere */
    uint64_t flushes;     /* all was dropped so many times */
    bool unknown;         /* the engine's own walk has filled since */
    bool by_page;         /* the engine can drop one page */
    struct tlb_blocks blocks;
    struct site site[SITES_MAX];
    unsigned sites;       /* SITES_MAX + 1: more than fit */
};

int arm64_tlb_drop_create(struct arm64 *a)
{
    struct arm64_tlb_drop *d = calloc(1, sizeof(*d));

    a->engine->drop = d;
    if (!d || !(d->note = calloc(a->config.ram_bytes / PAGE_BYTES, sizeof(*d->note))))
        return -ENOMEM;
    return 0;
}

void arm64_tlb_drop_destroy(struct arm64 *a)
{
    if (a->engine->drop)
        free(a->engine->drop->note);
    free(a->engine->drop);
    a->engine->drop = NULL;
}

/* ---- pages, for us ---- */

/* Notes of this age are of what the TLB may hold. An old one whose age comes round does no harm. */
static uint64_t age(const struct arm64_tlb_drop *d)
{
    return 1 + d->flushes % AGE_MASK;
}

void arm64_tlb_filled(struct arm64 *a, vaddr_t va, paddr_t pa, uint64_t block_bytes)
{
    struct arm64_tlb_drop *d = a->engine->drop;
    uint64_t *note = &d->note[(pa - ARM64_RAM_BASE) / PAGE_BYTES];
    uint64_t now = (va & ~AGE_MASK) | age(d);

    if (*note != now)
        *note = (*note & AGE_MASK) == age(d) ? SEVERAL | age(d) : now;
    if (block_bytes > PAGE_BYTES)
        tlb_blocks_note(&d->blocks, va, block_bytes);
}

void arm64_tlb_filled_unknown(struct arm64 *a)
{
    a->engine->drop->unknown = true;
}

void arm64_engine_flush_tlb(struct arm64 *a)
{
    struct arm64_tlb_drop *d = a->engine->drop;

    uc_ctl_flush_tlb(a->engine->uc);
    d->flushes++;
    d->unknown = !a->engine->tlb.hook.here;
    tlb_blocks_forget(&d->blocks);
}

void arm64_tlb_drop_page(struct arm64 *a, uint32_t page)
{
    struct arm64_tlb_drop *d = a->engine->drop;
    uint64_t note = d->note[page];

    if (!d->unknown && (note & AGE_MASK) != age(d))
        return;
    if (d->unknown || !d->by_page || (note & ~AGE_MASK) == SEVERAL)
        arm64_engine_flush_tlb(a);
    else
        arm64_engine_tlbi(a, note & ~AGE_MASK);
    d->note[page] = 0;
}

uint64_t arm64_tlb_flushes(const struct arm64 *a)
{
    return a->engine->drop->flushes;
}

/* ---- blocks, for the guest ---- */

/* TLBI VAE1, VAAE1, VALE1, VAALE1 and their IS forms (C5.5). */
static bool is_tlbi_by_address(uint32_t word)
{
    return (word & 0xfffffb20) == 0xd5088320;
}

static void drops(struct arm64 *a, uint64_t x)
{
    const struct arm64_tlb_drop *d = a->engine->drop;
    vaddr_t va = (vaddr_t)((int64_t)(x << 20) >> 8); /* VA[55:12] */

    if (d->unknown || tlb_blocks_has(&d->blocks, va))
        arm64_engine_flush_tlb(a);
}

static void on_tlbi(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    const struct site *s = user;
    uint32_t word = s->word;

    (void)uc;
    (void)size;
    if (word || (!arm64_fetch(s->a, pc, &word) && is_tlbi_by_address(word)))
        drops(s->a, (word & 31) == 31 ? 0 : arm64_x(s->a, word & 31));
}

static uint32_t on_sys(uc_engine *uc, int reg, const uc_arm64_cp_reg *cp, void *user)
{
    (void)uc;
    (void)reg;
    if (!cp->op1 && cp->crn == 8 && (cp->crm & ~4u) == 3 && (cp->op2 & 1))
        drops(user, cp->val);
    return 0;
}

static bool is_known(struct arm64_tlb_drop *d, vaddr_t pc, uint32_t word)
{
    for (unsigned i = 0; i < d->sites && i < SITES_MAX; i++)
        if (d->site[i].pc == pc) {
            d->site[i].word = d->site[i].word == word ? word : 0;
            return true;
        }
    return d->sites > SITES_MAX;
}

enum tlbi arm64_tlb_translated(struct arm64 *a, vaddr_t pc, uint32_t word)
{
    struct arm64_tlb_drop *d = a->engine->drop;
    uc_hook hook;
    uc_err err;

    if (!is_tlbi_by_address(word) || is_known(d, pc, word))
        return TLBI_NONE;
    if (d->sites < SITES_MAX) {
        d->site[d->sites] = (struct site){a, pc, word};
        err = uc_hook_add(a->engine->uc, &hook, UC_HOOK_CODE, (void *)on_tlbi,
                          &d->site[d->sites], pc, pc);
        a->engine->insns.ever = true;
    } else {
        err = uc_hook_add(a->engine->uc, &hook, UC_HOOK_INSN, (void *)on_sys, a, 1, 0,
                          UC_ARM64_INS_SYS);
    }
    if (err) {
        snprintf(a->error, sizeof(a->error), "no memory for a hook of the engine");
        arm64_stop(a, CPU_STOP_ENGINE, 0);
    }
    return d->sites++ < SITES_MAX ? TLBI_NEW : TLBI_TOO_MANY;
}

void arm64_tlb_drop_try(struct arm64 *a, int (*run)(struct arm64 *a), paddr_t pa)
{
    struct arm64_tlb_drop *d = a->engine->drop;
    uint64_t *note = &d->note[(pa - ARM64_RAM_BASE) / PAGE_BYTES];
    bool filled[3];

    for (unsigned i = 0; i < ARRAY_LEN(filled); i++) {
        *note = 0;
        if (i == 2)
            arm64_engine_tlbi(a, pa);
        filled[i] = !run(a) && *note;
    }
    d->by_page = filled[0] && !filled[1] && filled[2];
}
