/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What devices do to RAM, between two instructions (cpu/dev/virtio.h).
 *
 * A store by a device is a store: the page counts as written, and code that was translated from
 * it goes. The architecture leaves that to the guest (IC), but what runs must not depend on when a
 * page was translated. Dropping costs a flush of the TLB, so it is done for all pages of one
 * turn at once.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"

#define PAGE_SHIFT 12

static bool in_ram(const struct arm64 *a, paddr_t pa, size_t len)
{
    return pa >= ARM64_RAM_BASE && pa - ARM64_RAM_BASE <= a->config.ram_bytes &&
           len <= a->config.ram_bytes - (pa - ARM64_RAM_BASE);
}

static int dma_read(void *ctx, paddr_t pa, void *buf, size_t len)
{
    const struct arm64 *a = ctx;

    if (!in_ram(a, pa, len))
        return -EFAULT;
    memcpy(buf, a->ram + (pa - ARM64_RAM_BASE), len);
    return 0;
}

static void note_page(struct arm64 *a, uint32_t page)
{
    struct arm64_dma *d = &a->dma;

    for (size_t i = d->count; i > 0; i--) /* the last ones first: rings come again and again */
        if (d->page[i - 1] == page)
            return;
    if (d->count == ARM64_DMA_PAGES_MAX)
        arm64_dma_settle(a);
    d->page[d->count++] = page;
}

static int dma_write(void *ctx, paddr_t pa, const void *buf, size_t len)
{
    struct arm64 *a = ctx;

    if (!in_ram(a, pa, len))
        return -EFAULT;
    if (!len)
        return 0;
    memcpy(a->ram + (pa - ARM64_RAM_BASE), buf, len);
    arm64_dirty_note(a, pa, len);
    for (uint64_t page = (pa - ARM64_RAM_BASE) >> PAGE_SHIFT;
         page <= (pa - ARM64_RAM_BASE + len - 1) >> PAGE_SHIFT; page++)
        note_page(a, (uint32_t)page);
    return 0;
}

struct virtio_memory arm64_dma_memory(struct arm64 *a)
{
    return (struct virtio_memory){a, dma_read, dma_write};
}

void arm64_dma_settle(struct arm64 *a)
{
    if (a->dma.count)
        arm64_engine_drop_pages(a, a->dma.page, a->dma.count);
    a->dma.count = 0;
}
