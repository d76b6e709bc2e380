/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PL011 UART, register by register as Arm DDI 0183 chapter 3 has them. */
#include <string.h>

#include "cpu/dev/pl011.h"

enum pl011_offset {
    UARTDR = 0x00,
    UARTRSR = 0x04,
    UARTFR = 0x18,
    UARTILPR = 0x20,
    UARTIBRD = 0x24,
    UARTFBRD = 0x28,
    UARTLCR_H = 0x2c,
    UARTCR = 0x30,
    UARTIFLS = 0x34,
    UARTIMSC = 0x38,
    UARTRIS = 0x3c,
    UARTMIS = 0x40,
    UARTICR = 0x44,
    UARTDMACR = 0x48,
    UARTPERIPHID = 0xfe0,
};

#define FR_TXFE (1u << 7)
#define FR_RXFF (1u << 6)
#define FR_RXFE (1u << 4)
#define INT_RX  (1u << 4)
#define INT_TX  (1u << 5)
#define INT_RT  (1u << 6)
#define LCR_FEN (1u << 4)

void pl011_reset(struct pl011 *u)
{
    memset(u, 0, sizeof(*u));
    u->cr = 0x300;
    u->ifls = 0x12;
}

static unsigned depth(const struct pl011 *u)
{
    return u->lcr & LCR_FEN ? PL011_FIFO_BYTES : 1;
}

static unsigned rx_trigger(const struct pl011 *u)
{
    static const uint8_t level[8] = {2, 4, 8, 12, 14, 14, 14, 14};

    return u->lcr & LCR_FEN ? level[u->ifls >> 3 & 7] : 1;
}

static uint32_t read_data(struct pl011 *u)
{
    uint8_t byte;

    if (!u->rx_count)
        return 0;
    byte = u->rx[u->rx_head];
    u->rx_head = (uint8_t)((u->rx_head + 1) % PL011_FIFO_BYTES);
    u->rx_count--;
    if (u->rx_count < rx_trigger(u))
        u->ris &= ~INT_RX;
    if (!u->rx_count)
        u->ris &= ~INT_RT;
    return byte;
}

uint32_t pl011_read(struct pl011 *u, uint32_t offset, bool *known)
{
    static const uint8_t id[8] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

    *known = true;
    if (offset >= UARTPERIPHID)
        return id[(offset - UARTPERIPHID) / 4 & 7];
    switch (offset) {
    case UARTDR:
        return read_data(u);
    case UARTRSR:
        return 0;
    case UARTFR:
        return FR_TXFE | (u->rx_count ? 0 : FR_RXFE) | (u->rx_count >= depth(u) ? FR_RXFF : 0);
    case UARTILPR:
        return u->ilpr;
    case UARTIBRD:
        return u->ibrd;
    case UARTFBRD:
        return u->fbrd;
    case UARTLCR_H:
        return u->lcr;
    case UARTCR:
        return u->cr;
    case UARTIFLS:
        return u->ifls;
    case UARTIMSC:
        return u->imsc;
    case UARTRIS:
        return u->ris;
    case UARTMIS:
        return u->ris & u->imsc;
    case UARTDMACR:
        return u->dmacr;
    default:
        *known = false;
        return 0;
    }
}

int pl011_write(struct pl011 *u, uint32_t offset, uint32_t value, bool *known)
{
    *known = true;
    switch (offset) {
    case UARTDR:
        u->ris |= INT_TX; /* the FIFO drains at once: its level passes the trigger */
        return (int)(value & 0xff);
    case UARTRSR:
        break;
    case UARTILPR:
        u->ilpr = value & 0xff;
        break;
    case UARTIBRD:
        u->ibrd = value & 0xffff;
        break;
    case UARTFBRD:
        u->fbrd = value & 0x3f;
        break;
    case UARTLCR_H:
        u->lcr = value & 0xff;
        break;
    case UARTCR:
        u->cr = value & 0xffff;
        break;
    case UARTIFLS:
        u->ifls = value & 0x3f;
        break;
    case UARTIMSC:
        u->imsc = value & 0x7ff;
        break;
    case UARTICR:
        u->ris &= ~value;
        break;
    case UARTDMACR:
        u->dmacr = value & 7;
        break;
    default:
        *known = false;
    }
    return -1;
}

bool pl011_irq(const struct pl011 *u)
{
    return u->ris & u->imsc;
}

size_t pl011_room(const struct pl011 *u)
{
    return u->rx_count < depth(u) ? depth(u) - u->rx_count : 0;
}

size_t pl011_input(struct pl011 *u, const uint8_t *bytes, size_t len)
{
    size_t take = pl011_room(u) < len ? pl011_room(u) : len;

    for (size_t i = 0; i < take; i++)
        u->rx[(u->rx_head + u->rx_count++) % PL011_FIFO_BYTES] = bytes[i];
    if (u->rx_count >= rx_trigger(u))
        u->ris |= INT_RX;
    if (take)
        u->ris |= INT_RT; /* the line is silent again at once */
    return take;
}
