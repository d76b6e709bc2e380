/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/x86_info.h - the block of boot information at X86_INFO_BASE, inside loader/ only.
 *
 * Rules of use: info_init() first, then take room from its front with info_take();
 * an address in the guest is X86_INFO_BASE plus the offset that it gives. The
 * command line's length is checked by info_init(): the takes that follow fit.
 */
#ifndef TRAPLINE_LOADER_X86_INFO_H
#define TRAPLINE_LOADER_X86_INFO_H

#include "loader/layout.h"

#define INFO_MAP_ENTRIES 4u

enum { INFO_RAM = 1, INFO_RESERVED = 2 }; /* types of the e820 and PVH memory maps */

struct info_map {
    uint64_t addr, size;
    uint32_t type;
};

struct info_block {
    uint8_t *bytes; /* malloc'ed, zeroed */
    size_t used, room;
};

/* -ENOMEM; -EFBIG: the command line is too long. */
MUST_CHECK int info_init(const struct boot_spec *spec, struct info_block *b, char *err,
                         size_t err_len);
/* Offset of `len` zero bytes, a multiple of 8. */
size_t info_take(struct info_block *b, size_t len);
size_t info_take_bytes(struct info_block *b, const void *src, size_t len);
void info_fill_map(const struct boot_spec *spec, struct info_map map[INFO_MAP_ENTRIES]);
/* Little-endian stores. */
void info_put32(uint8_t *p, uint32_t v);
void info_put64(uint8_t *p, uint64_t v);

#endif
