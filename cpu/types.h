/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address and time types shared by every host part.
 *
 * Guest-virtual, guest-physical and host addresses never mix: the first two
 * are integers of their own name, the last is a pointer.
 */
#ifndef TRAPLINE_CPU_TYPES_H
#define TRAPLINE_CPU_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t vaddr_t; /* guest virtual address */
typedef uint64_t paddr_t; /* guest physical address */

/*
 * Instruction number: retired instructions plus one tick for each exception
 * entry, so that every state of a machine has exactly one number.
 */
typedef uint64_t insn_t;

/*
 * No machine's time goes further: what a guest waits for behind it (146 years at 1 GHz) never
 * comes, and no sum of times wraps.
 */
#define CYCLES_END (1ull << 62)

/* Clock cycles: the instruction number plus all cycles skipped while idle. */
typedef uint64_t cycles_t;
/* The end of time (UINT64_MAX, never) rather than a time that has passed. */
static inline cycles_t cycles_later(cycles_t at, cycles_t by)
{
    return by < UINT64_MAX - at ? at + by : UINT64_MAX;
}

enum arch {
    ARCH_ARM64,
    ARCH_X86_64,
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
