/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of RAM were written.
 *
 * While notes are taken, the nested tables forbid to write a page that is clean. The first
 * store is a nested page fault with the exact address; it is noted, the page is opened and the
 * store runs again. The guest sees nothing of it and no instruction is counted, so notes change
 * nothing that a trace could show.
 *
 * The engine walks the guest's tables as if it wrote to them, so a walk may fault too, even one
 * for a fetch. That cannot fall inside of the block being counted: the pages that lead to a
 * block were opened when it was looked up, and pages are closed again only between runs, with
 * the TLB flushed.
 *
 * A page can be read-only for two reasons: it is clean, or code was decoded from it (count.c).
 * It is opened when neither holds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/x86_64/count.h"
#include "cpu/arch/x86_64/x86.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES (1u << PAGE_SHIFT)

enum { WRITTEN = 1, PUT = 2 };

struct x86_dirty {
    uint8_t *state;      /* of each page: WRITTEN, PUT */
    uint32_t *written;   /* those that are WRITTEN, in the order of their first write */
    size_t written_count;
    uint32_t *put;       /* those that are PUT: their code must go */
    size_t put_count;
};

static size_t page_count(const struct x86 *x)
{
    return x->config.ram_bytes >> PAGE_SHIFT;
}

void x86_dirty_destroy(struct x86 *x)
{
    if (x->dirty) {
        free(x->dirty->state);
        free(x->dirty->written);
        free(x->dirty->put);
    }
    free(x->dirty);
    x->dirty = NULL;
}

int x86_dirty_start(struct x86 *x)
{
    struct x86_dirty *d = calloc(1, sizeof(*d));
    size_t pages = page_count(x);

    x86_dirty_destroy(x);
    x->dirty = d;
    if (!d)
        return -ENOMEM;
    d->state = calloc(pages, 1);
    d->written = calloc(pages, sizeof(d->written[0]));
    d->put = calloc(pages, sizeof(d->put[0]));
    if (!d->state || !d->written || !d->put) {
        x86_dirty_destroy(x);
        return -ENOMEM;
    }
    for (size_t page = 0; page < pages; page++)
        x86_engine_protect(x, page << PAGE_SHIFT, false);
    x86_engine_flush_tlb(x);
    return 0;
}

bool x86_dirty_is_clean(const struct x86 *x, uint64_t page)
{
    return x->dirty && !(x->dirty->state[page] & WRITTEN);
}

static void note_page(struct x86 *x, uint32_t page)
{
    struct x86_dirty *d = x->dirty;
    paddr_t pa = (paddr_t)page << PAGE_SHIFT;

    if (d->state[page] & WRITTEN)
        return;
    d->state[page] |= WRITTEN;
    d->written[d->written_count++] = page;
    if (!x86_count_holds_code(x, pa))
        x86_engine_protect(x, pa, true);
}

void x86_dirty_note(struct x86 *x, paddr_t pa, size_t len)
{
    if (!x->dirty || !len)
        return;
    for (uint64_t page = pa >> PAGE_SHIFT; page <= (pa + len - 1) >> PAGE_SHIFT; page++)
        note_page(x, (uint32_t)page);
}

void x86_dirty_take(struct x86 *x, cpu_page_fn fn, void *ctx)
{
    struct x86_dirty *d = x->dirty;

    for (size_t i = 0; i < d->written_count; i++) {
        uint32_t page = d->written[i];

        d->state[page] &= (uint8_t)~WRITTEN;
        x86_engine_protect(x, (paddr_t)page << PAGE_SHIFT, false);
        fn(ctx, page, x->ram + ((size_t)page << PAGE_SHIFT));
    }
    if (d->written_count)
        x86_engine_flush_tlb(x);
    d->written_count = 0;
}

void x86_ram_put_page(struct x86 *x, uint32_t page, const uint8_t *bytes)
{
    struct x86_dirty *d = x->dirty;
    uint8_t *at = x->ram + ((size_t)page << PAGE_SHIFT);

    if (bytes)
        memcpy(at, bytes, PAGE_BYTES);
    else
        memset(at, 0, PAGE_BYTES);
    if (!x86_count_page_put(x, page) || (d->state[page] & PUT))
        return;
    d->state[page] |= PUT;
    d->put[d->put_count++] = page;
}

void x86_dirty_settle(struct x86 *x)
{
    struct x86_dirty *d = x->dirty;

    if (!d || !d->put_count)
        return;
    x86_count_settle(x, d->put, d->put_count);
    for (size_t i = 0; i < d->put_count; i++)
        d->state[d->put[i]] &= (uint8_t)~PUT;
    d->put_count = 0;
}
