/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/context_part.h - saved contexts that hold the first part of the engine's state alone.
 *
 * Purpose: a trap reads a few words of 5 to 12 KB that a context copies. A context begins with the
 * number of bytes that a save copies behind its header, and a restore back.
 * Rules of use: for the engine's files of the two CPUs, once, when offsets are known.
 */
#ifndef TRAPLINE_CPU_CONTEXT_PART_H
#define TRAPLINE_CPU_CONTEXT_PART_H

#include <string.h>
#include <unicorn/unicorn.h>

#define CONTEXT_HEADER_MAX 64u

/*
 * Make `part` hold no more than its first `needed` bytes (from the context's own start), where a
 * trial shows that the engine takes it so; else it stays whole. `whole` is overwritten.
 */
static inline void context_part(uc_engine *uc, uc_context *part, uc_context *whole, size_t needed)
{
    size_t bytes = uc_context_size(uc);
    size_t was, wanted = needed; /* by the header's length more than needed: it may be padded */
    uint8_t *at = (uint8_t *)part;

    memcpy(&was, at, sizeof(was));
    if (was > bytes || bytes - was > CONTEXT_HEADER_MAX || wanted > was / 2)
        return;
    memcpy(at, &wanted, sizeof(wanted));
    memset(at + CONTEXT_HEADER_MAX, 0x5a, bytes - CONTEXT_HEADER_MAX);
    if (uc_context_save(uc, part) || uc_context_save(uc, whole) ||
        memcmp(at + CONTEXT_HEADER_MAX, (uint8_t *)whole + CONTEXT_HEADER_MAX,
               needed - CONTEXT_HEADER_MAX) ||
        at[bytes - CONTEXT_HEADER_MAX] != 0x5a)
        memcpy(at, &was, sizeof(was));
}

#endif
