/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loader/x86_info.c - room, stores and the memory map of the boot information; see x86_info.h. */
#include "loader/x86_info.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/fail.h"

#define ZERO_PAGE_BYTES 4096u
#define REST_BYTES      1024u /* everything but the command line and a zero page */

void info_put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

void info_put64(uint8_t *p, uint64_t v)
{
    info_put32(p, (uint32_t)v);
    info_put32(p + 4, (uint32_t)(v >> 32));
}

size_t info_take(struct info_block *b, size_t len)
{
    size_t at = b->used;

    b->used += (len + 7) & ~(size_t)7;
    assert(b->used <= b->room);
    return at;
}

size_t info_take_bytes(struct info_block *b, const void *src, size_t len)
{
    size_t at = info_take(b, len);

    memcpy(b->bytes + at, src, len);
    return at;
}

void info_fill_map(const struct boot_spec *spec, struct info_map map[INFO_MAP_ENTRIES])
{
    map[0] = (struct info_map){0, X86_EBDA_BASE, INFO_RAM};
    map[1] = (struct info_map){X86_EBDA_BASE, X86_LOW_END - X86_EBDA_BASE, INFO_RESERVED};
    map[2] = (struct info_map){X86_FIRMWARE, X86_HIGH_BASE - X86_FIRMWARE, INFO_RESERVED};
    map[3] = (struct info_map){X86_HIGH_BASE, spec->ram_bytes - X86_HIGH_BASE, INFO_RAM};
}

int info_init(const struct boot_spec *spec, struct info_block *b, char *err, size_t err_len)
{
    size_t cmdline_max = X86_INFO_END - X86_INFO_BASE - ZERO_PAGE_BYTES - REST_BYTES;

    if (strlen(spec->cmdline) >= cmdline_max)
        return loader_fail(err, err_len, -EFBIG, "the command line has %zu bytes, %zu fit",
                           strlen(spec->cmdline), cmdline_max - 1);
    b->room = X86_INFO_END - X86_INFO_BASE;
    b->used = 0;
    b->bytes = calloc(1, b->room);
    if (!b->bytes)
        return loader_fail(err, err_len, -ENOMEM, "out of memory for the boot information");
    return 0;
}
