/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of RAM were written, and from which code may have been translated.
 *
 * While notes are taken, stage 2 forbids to write a page that is clean and to execute one from
 * which nothing ran yet. The first such access is a stage-2 abort with the exact address; it is
 * noted, the page is opened and the access runs again. The guest sees nothing of it and no
 * instruction is counted, so notes change nothing that a trace could show.
 *
 * Whoever puts a page's contents back must have the code dropped that was translated from it;
 * the engine's own watch over guest stores does not see that. It is done for all such pages at
 * once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES (1u << PAGE_SHIFT)

enum { WRITTEN = 1, CODE = 2, PUT = 4 };

struct arm64_dirty {
    uint8_t *state;      /* of each page: WRITTEN, CODE, PUT */
    uint32_t *written;   /* those that are WRITTEN, in the order of their first write */
    size_t written_count;
    uint32_t *put;       /* those that are PUT: their code must go */
    size_t put_count;
};

static size_t page_count(const struct arm64 *a)
{
    return a->config.ram_bytes >> PAGE_SHIFT;
}

static void allow(struct arm64 *a, uint32_t page)
{
    uint8_t state = a->dirty->state[page];

    arm64_engine_allow(a, page, state & WRITTEN, state & CODE);
}

void arm64_dirty_destroy(struct arm64 *a)
{
    if (a->dirty) {
        free(a->dirty->state);
        free(a->dirty->written);
        free(a->dirty->put);
    }
    free(a->dirty);
    a->dirty = NULL;
}

int arm64_dirty_start(struct arm64 *a)
{
    struct arm64_dirty *d = calloc(1, sizeof(*d));
    size_t pages = page_count(a);

    arm64_dirty_destroy(a);
    a->dirty = d;
    if (!d)
        return -ENOMEM;
    d->state = calloc(pages, 1);
    d->written = calloc(pages, sizeof(d->written[0]));
    d->put = calloc(pages, sizeof(d->put[0]));
    if (!d->state || !d->written || !d->put) {
        arm64_dirty_destroy(a);
        return -ENOMEM;
    }
    for (uint32_t page = 0; page < pages; page++)
        allow(a, page);
    arm64_engine_drop_code(a); /* it ran before anybody looked */
    arm64_engine_flush_tlb(a);
    return 0;
}

static void note_page(struct arm64 *a, uint32_t page)
{
    struct arm64_dirty *d = a->dirty;

    if (d->state[page] & WRITTEN)
        return;
    d->state[page] |= WRITTEN;
    d->written[d->written_count++] = page;
    allow(a, page);
}

void arm64_dirty_note(struct arm64 *a, paddr_t pa, size_t len)
{
    uint64_t first = (pa - ARM64_RAM_BASE) >> PAGE_SHIFT;

    if (!a->dirty || !len)
        return;
    for (uint64_t page = first; page <= (pa + len - 1 - ARM64_RAM_BASE) >> PAGE_SHIFT; page++)
        note_page(a, (uint32_t)page);
}

bool arm64_dirty_abort(struct arm64 *a, paddr_t ipa, bool is_fetch)
{
    uint64_t page = (ipa - ARM64_RAM_BASE) >> PAGE_SHIFT;

    if (!a->dirty || ipa < ARM64_RAM_BASE || page >= page_count(a))
        return false;
    if (is_fetch) {
        a->dirty->state[page] |= CODE;
        allow(a, (uint32_t)page);
    } else {
        note_page(a, (uint32_t)page);
    }
    return true;
}

void arm64_dirty_take(struct arm64 *a, cpu_page_fn fn, void *ctx)
{
    struct arm64_dirty *d = a->dirty;

    for (size_t i = 0; i < d->written_count; i++) {
        uint32_t page = d->written[i];

        d->state[page] &= (uint8_t)~WRITTEN;
        allow(a, page);
        fn(ctx, page, a->ram + ((size_t)page << PAGE_SHIFT));
    }
    if (d->written_count)
        arm64_engine_flush_tlb(a);
    d->written_count = 0;
}

void arm64_ram_put_page(struct arm64 *a, uint32_t page, const uint8_t *bytes)
{
    struct arm64_dirty *d = a->dirty;
    uint8_t *at = a->ram + ((size_t)page << PAGE_SHIFT);

    if (bytes)
        memcpy(at, bytes, PAGE_BYTES);
    else
        memset(at, 0, PAGE_BYTES);
    if ((d->state[page] & (CODE | PUT)) != CODE)
        return;
    d->state[page] |= PUT;
    d->put[d->put_count++] = page;
}

void arm64_dirty_settle(struct arm64 *a)
{
    struct arm64_dirty *d = a->dirty;

    if (!d || !d->put_count)
        return;
    arm64_engine_drop_pages(a, d->put, d->put_count);
    for (size_t i = 0; i < d->put_count; i++) {
        d->state[d->put[i]] &= (uint8_t)~(PUT | CODE);
        allow(a, d->put[i]);
    }
    d->put_count = 0;
}
