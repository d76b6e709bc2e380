/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/uart16550.h - 16550A serial port.
 *
 * Rules of use
 *   - A plain value. Registers 0..7. What the guest sends leaves at once: the
 *     owner passes on the byte that uart_write() returns.
 *   - uart_irq() is the level of the interrupt line after each call.
 */
#ifndef TRAPLINE_CPU_DEV_UART16550_H
#define TRAPLINE_CPU_DEV_UART16550_H

#include "cpu/types.h"

#define UART_FIFO_BYTES 16

struct uart16550 {
    uint8_t rx[UART_FIFO_BYTES];
    uint8_t rx_head, rx_count;
    uint8_t ier, lcr, mcr, scr, fcr, lsr_errors;
    uint8_t divisor_low, divisor_high;
    uint8_t tx_empty_irq; /* a THRE interrupt waits to be read in IIR */
    uint8_t msr_delta;
    uint8_t last_lines; /* modem lines as MSR last showed them */
    uint8_t reserved[3];
};

void uart_reset(struct uart16550 *u);
uint8_t uart_read(struct uart16550 *u, unsigned reg);
/* The byte sent, or -1. */
int uart_write(struct uart16550 *u, unsigned reg, uint8_t value);
bool uart_irq(const struct uart16550 *u);
size_t uart_room(const struct uart16550 *u);
size_t uart_input(struct uart16550 *u, const uint8_t *bytes, size_t len);

#endif
