/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/cpu/dev/flat_memory.h - bytes from physical address 0 on, as a virtio device's memory. */
#ifndef TRAPLINE_TESTS_CPU_DEV_FLAT_MEMORY_H
#define TRAPLINE_TESTS_CPU_DEV_FLAT_MEMORY_H

#include <errno.h>
#include <string.h>

#include "cpu/dev/virtio.h"

struct flat_memory {
    uint8_t *bytes;
    size_t len;
};

static inline bool flat_memory_has(const struct flat_memory *m, paddr_t pa, size_t len)
{
    return pa <= m->len && len <= m->len - pa;
}

static inline int flat_memory_read(void *ctx, paddr_t pa, void *buf, size_t len)
{
    const struct flat_memory *m = ctx;

    if (!flat_memory_has(m, pa, len))
        return -EFAULT;
    memcpy(buf, m->bytes + pa, len);
    return 0;
}

static inline int flat_memory_write(void *ctx, paddr_t pa, const void *buf, size_t len)
{
    const struct flat_memory *m = ctx;

    if (!flat_memory_has(m, pa, len))
        return -EFAULT;
    memcpy(m->bytes + pa, buf, len);
    return 0;
}

#endif
