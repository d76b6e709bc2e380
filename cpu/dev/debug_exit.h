/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/debug_exit.h - the ways in which an x86 guest ends the machine: the
 * debug exit port (a byte is the exit status), the keyboard controller's reset
 * pulse, and the reset control register.
 *
 * Rules of use: exit_port_write() is asked for every write to these ports.
 */
#ifndef TRAPLINE_CPU_DEV_DEBUG_EXIT_H
#define TRAPLINE_CPU_DEV_DEBUG_EXIT_H

#include "cpu/types.h"

enum exit_port_effect {
    EXIT_PORT_NONE,
    EXIT_PORT_POWEROFF, /* status is the byte written */
    EXIT_PORT_RESET,
};

struct exit_port {
    uint8_t reset_control; /* port 0xcf9 */
    uint8_t keyboard_command;
    uint8_t reserved[6];
};

#define PORT_DEBUG_EXIT    0xf4
#define PORT_PCI_ADDRESS   0xcf8 /* four bytes wide; PORT 0xcf9 alone is reset control */
#define PORT_KEYBOARD_DATA 0x60
#define PORT_KEYBOARD      0x64
#define PORT_RESET_CONTROL 0xcf9
#define PORT_FAST_A20      0x92

bool exit_port_owns(uint16_t port);
uint8_t exit_port_read(struct exit_port *e, uint16_t port);
enum exit_port_effect exit_port_write(struct exit_port *e, uint16_t port, uint8_t value);

#endif
