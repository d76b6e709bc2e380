/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/fuzz/devices.h - the boards of both CPUs as hostile guests meet them, without an engine.
 *
 * Purpose: tests/fuzz/devices.c drives the board's own code (decoding, devices, lines, time); what
 * it asks of the engine is a few registers in arch/CPU/devices.c.
 *
 * Rules of use: one step is 16 bytes; what it does is the CPU's. After each the time of the next
 * event must lie ahead, or a machine would stand still (devices.c looks).
 */
#ifndef TRAPLINE_TESTS_FUZZ_DEVICES_H
#define TRAPLINE_TESTS_FUZZ_DEVICES_H

#include "cpu/cpu.h"
#include "tests/robust/splitmix.h"

#define DEVICES_RAM_BYTES 0x10000u

struct devices_step {
    uint8_t what, index;
    uint16_t offset;
    uint32_t extra;
    uint64_t value;
};

struct devices_board {
    void *(*create)(const struct cpu_config *config, uint8_t *ram);
    void (*step)(void *board, const struct devices_step *s);
    /* Let what is due be done; the time of the next event, and now. */
    cycles_t (*next)(void *board, cycles_t *now);
    void (*destroy)(void *board);
};

extern const struct devices_board devices_arm64, devices_x86_64;

static inline unsigned devices_size(const struct devices_step *s)
{
    return 1u << (s->extra & 3);
}

#endif
