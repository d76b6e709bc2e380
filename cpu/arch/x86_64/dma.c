/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What devices do to RAM, between two instructions (cpu/dev/virtio.h). A store by a device is a
 * store: the page counts as written, and code that was translated from it goes, as instruction
 * fetches are coherent with it on this CPU.
 */
#include "cpu/arch/x86_64/arch.h"

static int dma_read(void *ctx, paddr_t pa, void *buf, size_t len)
{
    return x86_phys_read(ctx, pa, buf, len);
}

static int dma_write(void *ctx, paddr_t pa, const void *buf, size_t len)
{
    x86_engine_device_store(ctx, pa, len);
    return x86_phys_write(ctx, pa, buf, len);
}

struct virtio_memory x86_dma_memory(struct x86 *x)
{
    return (struct virtio_memory){x, dma_read, dma_write};
}
