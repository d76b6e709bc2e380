// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console.c - COM1, a 16550: output polled, input by interrupt to tty_input_byte().
 */
#include "kernel/arch/x86_64/console.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/intr.h"
#include "kernel/include/arch.h"

#define COM1 0x3f8
#define UART_DATA (COM1 + 0)
#define UART_IER (COM1 + 1)
#define UART_FCR (COM1 + 2)
#define UART_LCR (COM1 + 3)
#define UART_MCR (COM1 + 4)
#define UART_LSR (COM1 + 5)

#define IER_RECEIVE 0x01
#define FCR_ENABLE 0x07 /* FIFOs on and cleared, interrupt at one byte */
#define LCR_8N1 0x03
#define LCR_DIVISOR 0x80
#define MCR_ON 0x0b     /* DTR, RTS, and OUT2, which gates the interrupt line on a PC */
#define LSR_DATA 0x01
#define LSR_ROOM 0x20
#define LSR_IDLE 0x40
#define LSR_ABSENT 0xff
#define WAIT_MAX 1000000u /* a port that never gets ready must not stop the machine */

static void wait_for(uint8_t bit)
{
    for (unsigned i = 0; i < WAIT_MAX && !(inb(UART_LSR) & bit); i++)
        ;
}

void arch_console_write(const char *bytes, size_t len)
{
    while (len--) {
        wait_for(LSR_ROOM);
        outb(UART_DATA, (uint8_t)*bytes++);
    }
}

void console_drain(void)
{
    wait_for(LSR_IDLE);
}

void console_interrupt(void)
{
    while (inb(UART_LSR) & LSR_DATA)
        tty_input_byte(inb(UART_DATA));
}

void console_init(void)
{
    if (inb(UART_LSR) == LSR_ABSENT)
        return;
    outb(UART_IER, 0);
    outb(UART_LCR, LCR_8N1 | LCR_DIVISOR);
    outb(UART_DATA, 1); /* 115200 baud */
    outb(UART_IER, 0);
    outb(UART_LCR, LCR_8N1);
    outb(UART_FCR, FCR_ENABLE);
    outb(UART_MCR, MCR_ON);
    intr_enable_line(IRQ_SERIAL);
    outb(UART_IER, IER_RECEIVE);
}
