/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/context_live.h - the engine's own state, of which saved contexts are copies.
 *
 * Purpose: each trap reads and writes a few words of it, for which a context is 1 to 12 KB copied
 * there and back.
 *
 * Rules of use
 *   - For the engine's files of the two CPUs, once, when offsets are known. What is not found is no
 *     error: contexts do the same, slower.
 */
#ifndef TRAPLINE_CPU_CONTEXT_LIVE_H
#define TRAPLINE_CPU_CONTEXT_LIVE_H

#include <stdint.h>
#include <unicorn/unicorn.h>

/*
 * How to tell: registers whose values are the `bytes` at offset `at` of a context; `reg` is the
 * first.
 */
struct live_probe {
    size_t at, bytes;
    int reg; /* of 8 bytes */
};

/*
 * The address of what stands at offset 0 of a context, in the engine: its header is not there, the
 * rest is up to the context's end. The registers hold values that stand nowhere else. NULL: not
 * found.
 */
uint8_t *context_live(uc_engine *uc, const struct live_probe *p, uc_context *scratch);

#endif
