/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console.h - the serial port, inside this folder. Output works from the first instruction of C. */
#ifndef KERNEL_ARCH_CONSOLE_H
#define KERNEL_ARCH_CONSOLE_H

/* Turns the receive interrupt on; after intr_init(). */
void console_init(void);
void console_interrupt(void);
/* Returns when the last byte has left. */
void console_drain(void);

#endif
