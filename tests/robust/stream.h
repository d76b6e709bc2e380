/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/robust/stream.h - a hostile kernel: random instructions, tables and registers by a seed.
 *
 * Purpose: what tests/robust/hostile.c runs. The machine's own file is arch/CPU/stream.c.
 *
 * Rules of use
 *   - A stream is a pure function of CPU and seed, on every host.
 *   - The image is the first STREAM_BYTES of RAM; the rest is zero.
 *   - Registers are written in order after cpu_reset(); one that the CPU refuses is passed by.
 */
#ifndef TRAPLINE_TESTS_ROBUST_STREAM_H
#define TRAPLINE_TESTS_ROBUST_STREAM_H

#include "cpu/cpu.h"
#include "tests/robust/splitmix.h"

#define STREAM_RAM_BYTES (4u << 20)
#define STREAM_BYTES     (256u << 10)
#define STREAM_REGS_MAX  96u
#define STREAM_TABLES_BYTES 0x8000u

struct stream_reg {
    const char *name;
    uint64_t value;
};

struct stream {
    uint64_t state;     /* of the generator */
    const char *kind;   /* for people */
    struct cpu_entry entry;
    struct stream_reg reg[STREAM_REGS_MAX];
    unsigned regs;
    _Alignas(16) uint8_t image[STREAM_BYTES]; /* of words and table entries */
};

struct stream_arch {
    enum arch arch;
    paddr_t ram_base;
    paddr_t tables; /* where page tables stand in the image, STREAM_TABLES_BYTES of them */
    void (*make)(struct stream *s); /* `state` is seeded, all else is zero */
};

extern const struct stream_arch stream_arm64, stream_x86_64;

static inline uint64_t stream_next(struct stream *s)
{
    return splitmix64(&s->state);
}

/* 0 to limit - 1 */
static inline uint32_t stream_below(struct stream *s, uint32_t limit)
{
    return (uint32_t)((stream_next(s) >> 32) % limit);
}

static inline bool stream_chance(struct stream *s, unsigned percent)
{
    return stream_below(s, 100) < percent;
}

static inline void stream_reg(struct stream *s, const char *name, uint64_t value)
{
    if (s->regs < STREAM_REGS_MAX)
        s->reg[s->regs++] = (struct stream_reg){name, value};
}

#endif
