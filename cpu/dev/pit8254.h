/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/pit8254.h - the 8254 timer of a PC, and port 0x61.
 *
 * Rules of use
 *   - A plain value. Ports 0x40..0x43 and 0x61. Time comes with each call as
 *     clock cycles; the counters run at 1193182 Hz.
 *   - Channel 0 drives IRQ 0: pit_output0() is its level at a time, pit_next()
 *     the first cycle after `now` at which that level changes. Channel 2 is
 *     gated by port 0x61 bit 0 and read back in bit 5.
 */
#ifndef TRAPLINE_CPU_DEV_PIT8254_H
#define TRAPLINE_CPU_DEV_PIT8254_H

#include "cpu/types.h"

struct pit_channel {
    cycles_t start;     /* when the count was loaded, or the gate rose */
    uint32_t reload;    /* 1..65536 */
    uint16_t latched;
    uint8_t latch_left; /* bytes of `latched` still to read */
    uint8_t status, status_latched;
    uint8_t mode, access, bcd;
    uint8_t write_high, read_high, low_byte;
    uint8_t gate, armed, reserved;
};

struct pit8254 {
    struct pit_channel channel[3];
    uint64_t hz; /* clock cycles per second */
    uint64_t speaker;
};

void pit_reset(struct pit8254 *p, uint64_t hz);
uint8_t pit_read(struct pit8254 *p, cycles_t now, uint16_t port);
void pit_write(struct pit8254 *p, cycles_t now, uint16_t port, uint8_t value);
bool pit_output0(const struct pit8254 *p, cycles_t now);
cycles_t pit_next(const struct pit8254 *p, cycles_t now);

#endif
