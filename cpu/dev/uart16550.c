/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 16550A (National PC16550D data sheet). The transmitter is always empty: a
 * byte written has left before the next instruction. The receive FIFO's
 * trigger level only chooses between "data available" and "time-out", which
 * here comes at once, so input never waits.
 */
#include <string.h>

#include "cpu/dev/uart16550.h"

#define IER_RX   1u
#define IER_TX   2u
#define IER_LINE 4u
#define IER_MSR  8u
#define LCR_DLAB 0x80u
#define MCR_LOOP 0x10u
#define MCR_OUT2 8u

_Static_assert(sizeof(struct uart16550) == UART_FIFO_BYTES + 16, "no padding");

void uart_reset(struct uart16550 *u)
{
    memset(u, 0, sizeof(*u));
    u->divisor_low = 1; /* 115200 */
    u->lcr = 3;
    u->last_lines = 0xb0; /* carrier, data set ready, clear to send */
}

static uint8_t trigger(const struct uart16550 *u)
{
    static const uint8_t level[4] = {1, 4, 8, 14};

    return u->fcr & 1 ? level[u->fcr >> 6] : 1;
}

static uint8_t modem_lines(const struct uart16550 *u)
{
    if (!(u->mcr & MCR_LOOP))
        return 0xb0;
    return (uint8_t)((u->mcr & 1) << 5 | (u->mcr & 2) << 3 | (u->mcr & 4) << 4 | (u->mcr & 8) << 4);
}

static uint8_t interrupt_id(const struct uart16550 *u)
{
    if ((u->ier & IER_LINE) && u->lsr_errors)
        return 6;
    if ((u->ier & IER_RX) && u->rx_count >= trigger(u))
        return 4;
    if ((u->ier & IER_RX) && u->rx_count)
        return 0xc;
    if ((u->ier & IER_TX) && u->tx_empty_irq)
        return 2;
    if ((u->ier & IER_MSR) && u->msr_delta)
        return 0;
    return 1;
}

bool uart_irq(const struct uart16550 *u)
{
    /* OUT2 gates the line on a PC; in loop-back it is not driven. */
    return interrupt_id(u) != 1 && (u->mcr & MCR_OUT2) && !(u->mcr & MCR_LOOP);
}

size_t uart_room(const struct uart16550 *u)
{
    unsigned size = u->fcr & 1 ? UART_FIFO_BYTES : 1;

    return u->rx_count < size && !(u->mcr & MCR_LOOP) ? size - u->rx_count : 0;
}

static void push(struct uart16550 *u, uint8_t byte)
{
    unsigned size = u->fcr & 1 ? UART_FIFO_BYTES : 1;

    if (u->rx_count >= size) {
        u->lsr_errors |= 2; /* overrun */
        return;
    }
    u->rx[(u->rx_head + u->rx_count++) % UART_FIFO_BYTES] = byte;
}

size_t uart_input(struct uart16550 *u, const uint8_t *bytes, size_t len)
{
    size_t room = uart_room(u), n = len < room ? len : room;

    for (size_t i = 0; i < n; i++)
        push(u, bytes[i]);
    return n;
}

static uint8_t read_data(struct uart16550 *u)
{
    uint8_t byte;

    if (!u->rx_count)
        return 0;
    byte = u->rx[u->rx_head];
    u->rx_head = (u->rx_head + 1) % UART_FIFO_BYTES;
    u->rx_count--;
    return byte;
}

uint8_t uart_read(struct uart16550 *u, unsigned reg)
{
    uint8_t value;

    switch (reg) {
    case 0:
        return u->lcr & LCR_DLAB ? u->divisor_low : read_data(u);
    case 1:
        return u->lcr & LCR_DLAB ? u->divisor_high : u->ier;
    case 2:
        value = interrupt_id(u);
        if (value == 2)
            u->tx_empty_irq = 0;
        return value | (u->fcr & 1 ? 0xc0 : 0);
    case 3:
        return u->lcr;
    case 4:
        return u->mcr;
    case 5:
        value = (uint8_t)(0x60 | u->lsr_errors | (u->rx_count ? 1 : 0));
        u->lsr_errors = 0;
        return value;
    case 6:
        value = u->last_lines | u->msr_delta;
        u->msr_delta = 0;
        return value;
    default:
        return u->scr;
    }
}

static void write_fcr(struct uart16550 *u, uint8_t value)
{
    if ((value ^ u->fcr) & 1)
        value |= 6; /* switching the FIFOs clears them */
    if (value & 2)
        u->rx_head = u->rx_count = 0;
    u->fcr = value & 0xc9;
    if (!(u->fcr & 1))
        u->fcr = 0;
}

static void write_mcr(struct uart16550 *u, uint8_t value)
{
    uint8_t lines, changed;

    u->mcr = value & 0x1f;
    lines = modem_lines(u);
    changed = lines ^ u->last_lines;
    u->msr_delta |= (uint8_t)((changed >> 4 & 0xb) | (changed & u->last_lines & 0x40) >> 4);
    u->last_lines = lines;
}

int uart_write(struct uart16550 *u, unsigned reg, uint8_t value)
{
    switch (reg) {
    case 0:
        if (u->lcr & LCR_DLAB) {
            u->divisor_low = value;
            return -1;
        }
        u->tx_empty_irq = 1;
        if (!(u->mcr & MCR_LOOP))
            return value;
        push(u, value);
        return -1;
    case 1:
        if (u->lcr & LCR_DLAB) {
            u->divisor_high = value;
            return -1;
        }
        if ((value & IER_TX) && !(u->ier & IER_TX))
            u->tx_empty_irq = 1; /* enabling finds the register empty */
        u->ier = value & 0xf;
        return -1;
    case 2:
        write_fcr(u, value);
        return -1;
    case 3:
        u->lcr = value;
        return -1;
    case 4:
        write_mcr(u, value);
        return -1;
    case 7:
        u->scr = value;
        return -1;
    default:
        return -1; /* LSR and MSR are read only */
    }
}
