// SPDX-License-Identifier: GPL-2.0-or-later
/* console.c - the PL011 (Arm DDI 0183G): polled output, a FIFO at a time; input by interrupt. */
#include "kernel/arch/arm64/intr.h"
#include "kernel/arch/arm64/layout.h"
#include "kernel/arch/arm64/mmio.h"

#define UART_DR (BOARD_PL011_PA + 0x000)
#define UART_FR (BOARD_PL011_PA + 0x018)
#define UART_LCRH (BOARD_PL011_PA + 0x02c)
#define UART_CR (BOARD_PL011_PA + 0x030)
#define UART_IMSC (BOARD_PL011_PA + 0x038)
#define UART_ICR (BOARD_PL011_PA + 0x044)

#define FR_RXFE (1u << 4)
#define FR_TXFE (1u << 7)
#define TX_FIFO_BYTES 16
#define LCRH_FEN (1u << 4)
#define LCRH_8BIT (3u << 5)
#define CR_UARTEN (1u << 0)
#define CR_TXE (1u << 8)
#define CR_RXE (1u << 9)
#define INT_RX (1u << 4)
#define INT_RX_TIMEOUT (1u << 6)
#define INT_ALL 0x7ffu

/* The baud rate is the firmware's; on this board it means nothing. */
void console_init(void)
{
    mmio_write32(UART_CR, 0);
    mmio_write32(UART_ICR, INT_ALL);
    mmio_write32(UART_LCRH, LCRH_8BIT | LCRH_FEN);
    mmio_write32(UART_IMSC, INT_RX | INT_RX_TIMEOUT);
    mmio_write32(UART_CR, CR_UARTEN | CR_TXE | CR_RXE);
}

void arch_console_write(const char *bytes, size_t len)
{
    while (len) {
        size_t n = len < TX_FIFO_BYTES ? len : TX_FIFO_BYTES;

        while (!(mmio_read32(UART_FR) & FR_TXFE))
            ;
        for (size_t i = 0; i < n; i++)
            mmio_write32(UART_DR, (uint8_t)bytes[i]);
        bytes += n;
        len -= n;
    }
}

void console_interrupt(void)
{
    mmio_write32(UART_ICR, INT_RX | INT_RX_TIMEOUT);
    while (!(mmio_read32(UART_FR) & FR_RXFE))
        tty_input_byte((uint8_t)mmio_read32(UART_DR));
}
