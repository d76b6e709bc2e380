/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/pl011.h - PL011 UART (Arm DDI 0183).
 *
 * Rules of use
 *   - A plain value. What the guest sends leaves at once: the owner passes on
 *     the byte that pl011_write() returns. So the transmitter is always empty.
 *   - pl011_irq() is the level of the combined interrupt after each call.
 */
#ifndef TRAPLINE_CPU_DEV_PL011_H
#define TRAPLINE_CPU_DEV_PL011_H

#include "cpu/types.h"

#define PL011_FIFO_BYTES 16

struct pl011 {
    uint8_t rx[PL011_FIFO_BYTES];
    uint8_t rx_head, rx_count;
    uint8_t reserved[2];
    uint32_t ibrd, fbrd, lcr, cr, ifls, imsc, ris, dmacr, ilpr;
};

void pl011_reset(struct pl011 *u);
uint32_t pl011_read(struct pl011 *u, uint32_t offset, bool *known);
/* The byte sent, or -1. */
int pl011_write(struct pl011 *u, uint32_t offset, uint32_t value, bool *known);
bool pl011_irq(const struct pl011 *u);
size_t pl011_room(const struct pl011 *u);
size_t pl011_input(struct pl011 *u, const uint8_t *bytes, size_t len);

#endif
