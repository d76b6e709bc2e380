/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/fault_address.h - the address for which a TLB hook had no translation.
 *
 * Purpose: the engine tells its hook the page alone. It notes the whole address among its own
 * fields, which differ between versions; two runs that end so at addresses of our choice find it.
 * Rules of use: for the engine's files of the two CPUs, while the hook refuses everything. The
 * program counter is changed.
 */
#ifndef TRAPLINE_CPU_FAULT_ADDRESS_H
#define TRAPLINE_CPU_FAULT_ADDRESS_H

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unicorn/unicorn.h>

static inline uint64_t fault_address(const uc_engine *uc, size_t at)
{
    uint64_t value;

    memcpy(&value, (const uint8_t *)uc + at, sizeof(value));
    return value;
}

/* Offset of the address in what `uc` points to; 0: it is not there exactly once. */
static inline size_t fault_address_find(uc_engine *uc)
{
    static const uint64_t where[2] = {0x123456789000, 0x6edcba987000};
    size_t bytes = malloc_usable_size(uc) / 8 * 8, found = 0;
    uint8_t *first = malloc(bytes);

    if (!first)
        return 0;
    (void)uc_emu_start(uc, where[0], 0, 0, 0);
    memcpy(first, uc, bytes);
    (void)uc_emu_start(uc, where[1], 0, 0, 0);
    for (size_t at = 8; at < bytes; at += 8) {
        if (memcmp(first + at, &where[0], 8) != 0 || fault_address(uc, at) != where[1])
            continue;
        if (found) {
            found = 0;
            break;
        }
        found = at;
    }
    free(first);
    return found;
}

#endif
