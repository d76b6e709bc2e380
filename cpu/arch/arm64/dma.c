/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What devices do to RAM, between two instructions (cpu/dev/virtio.h).
 *
 * A store by a device is a store: the page counts as written, and code that was translated from
 * it goes, for all pages of one turn at once (code.c).
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"

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

static int dma_write(void *ctx, paddr_t pa, const void *buf, size_t len)
{
    struct arm64 *a = ctx;

    if (!in_ram(a, pa, len))
        return -EFAULT;
    if (!len)
        return 0;
    arm64_engine_device_store(a, pa, len);
    memcpy(a->ram + (pa - ARM64_RAM_BASE), buf, len);
    arm64_dirty_note(a, pa, len);
    arm64_code_host_write(a, pa, len);
    return 0;
}

struct virtio_memory arm64_dma_memory(struct arm64 *a)
{
    return (struct virtio_memory){a, dma_read, dma_write};
}
