/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/pl031.h - PL031 real time clock (Arm DDI 0224).
 *
 * Rules of use: a plain value; time is given with every call as nanoseconds
 * of guest time. The match interrupt is kept in the registers but not wired.
 */
#ifndef TRAPLINE_CPU_DEV_PL031_H
#define TRAPLINE_CPU_DEV_PL031_H

#include "cpu/types.h"

struct pl031 {
    uint64_t base_s; /* RTCDR at guest time 0 */
    uint32_t match, imsc, load, reserved;
};

void pl031_reset(struct pl031 *r, uint64_t wall_start_s);
uint32_t pl031_read(const struct pl031 *r, uint64_t now_ns, uint32_t offset, bool *known);
void pl031_write(struct pl031 *r, uint64_t now_ns, uint32_t offset, uint32_t value, bool *known);

#endif
