/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/cmos.h - MC146818 clock and its memory, ports 0x70 and 0x71.
 *
 * Rules of use
 *   - A plain value. The time shown is `wall_start_s` plus guest time plus what
 *     the guest set; alarms and periodic interrupts are not implemented.
 */
#ifndef TRAPLINE_CPU_DEV_CMOS_H
#define TRAPLINE_CPU_DEV_CMOS_H

#include "cpu/types.h"

struct cmos {
    uint64_t wall_start_s; /* UTC seconds at cycle 0 */
    uint64_t hz;
    int64_t offset_s;      /* what the guest's own settings add */
    uint8_t memory[128];
    uint64_t index;
};

void cmos_reset(struct cmos *c, uint64_t wall_start_s, uint64_t hz, uint64_t ram_bytes);
uint8_t cmos_read(struct cmos *c, cycles_t now, uint16_t port);
void cmos_write(struct cmos *c, cycles_t now, uint16_t port, uint8_t value);

#endif
