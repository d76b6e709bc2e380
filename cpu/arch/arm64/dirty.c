/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of RAM were written.
 *
 * While notes are taken, stage 2 forbids to write a page that is clean. The first store is a
 * stage-2 abort with the exact address; it is noted, the page is opened and the store runs again.
 * The guest sees nothing of it and no instruction is counted, so notes change nothing that a trace
 * could show.
 *
 * A page can be read-only for two reasons: it is clean, or code was translated from it (code.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES (1u << PAGE_SHIFT)

struct arm64_dirty {
    bool *is_written;  /* of each page */
    uint32_t *written; /* those that are, in the order of their first write */
    size_t written_count;
};

static size_t page_count(const struct arm64 *a)
{
    return a->config.ram_bytes >> PAGE_SHIFT;
}

void arm64_dirty_destroy(struct arm64 *a)
{
    if (a->dirty) {
        free(a->dirty->is_written);
        free(a->dirty->written);
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
    d->is_written = calloc(pages, sizeof(d->is_written[0]));
    d->written = calloc(pages, sizeof(d->written[0]));
    if (!d->is_written || !d->written) {
        arm64_dirty_destroy(a);
        return -ENOMEM;
    }
    for (uint32_t page = 0; page < pages; page++)
        arm64_code_allow(a, page);
    arm64_engine_flush_tlb(a);
    return 0;
}

bool arm64_dirty_is_clean(const struct arm64 *a, uint32_t page)
{
    return a->dirty && !a->dirty->is_written[page];
}

static void note_page(struct arm64 *a, uint32_t page)
{
    struct arm64_dirty *d = a->dirty;

    if (d->is_written[page])
        return;
    d->is_written[page] = true;
    d->written[d->written_count++] = page;
    arm64_code_allow(a, page);
}

void arm64_dirty_note(struct arm64 *a, paddr_t pa, size_t len)
{
    uint64_t first = (pa - ARM64_RAM_BASE) >> PAGE_SHIFT;

    if (!a->dirty || !len)
        return;
    for (uint64_t page = first; page <= (pa + len - 1 - ARM64_RAM_BASE) >> PAGE_SHIFT; page++)
        note_page(a, (uint32_t)page);
}

void arm64_dirty_take(struct arm64 *a, cpu_page_fn fn, void *ctx)
{
    struct arm64_dirty *d = a->dirty;

    for (size_t i = 0; i < d->written_count; i++) {
        uint32_t page = d->written[i];

        d->is_written[page] = false;
        arm64_code_allow(a, page);
        fn(ctx, page, a->ram + ((size_t)page << PAGE_SHIFT));
    }
    if (d->written_count)
        arm64_engine_flush_tlb(a);
    d->written_count = 0;
}

void arm64_ram_put_page(struct arm64 *a, uint32_t page, const uint8_t *bytes)
{
    uint8_t *at = a->ram + ((size_t)page << PAGE_SHIFT);

    if (bytes)
        memcpy(at, bytes, PAGE_BYTES);
    else
        memset(at, 0, PAGE_BYTES);
    arm64_code_host_write(a, ARM64_RAM_BASE + ((paddr_t)page << PAGE_SHIFT), PAGE_BYTES);
}
