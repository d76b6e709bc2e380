/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit ports. The keyboard controller has no keyboard: it takes commands,
 * shows an empty buffer, and pulses the reset line on 0xfe.
 */
#include "cpu/dev/debug_exit.h"

bool exit_port_owns(uint16_t port)
{
    return port == PORT_DEBUG_EXIT || port == PORT_KEYBOARD_DATA || port == PORT_KEYBOARD ||
           port == PORT_RESET_CONTROL || port == PORT_FAST_A20;
}

uint8_t exit_port_read(struct exit_port *e, uint16_t port)
{
    switch (port) {
    case PORT_RESET_CONTROL:
        return e->reset_control;
    case PORT_KEYBOARD:
        return 0x1c; /* self-test passed, keyboard not locked, both buffers empty */
    case PORT_FAST_A20:
        return 2;
    default:
        return 0;
    }
}

enum exit_port_effect exit_port_write(struct exit_port *e, uint16_t port, uint8_t value)
{
    switch (port) {
    case PORT_DEBUG_EXIT:
        return EXIT_PORT_POWEROFF;
    case PORT_KEYBOARD:
        e->keyboard_command = value;
        return value == 0xfe ? EXIT_PORT_RESET : EXIT_PORT_NONE;
    case PORT_RESET_CONTROL:
        e->reset_control = value & 0xe;
        return value & 4 ? EXIT_PORT_RESET : EXIT_PORT_NONE;
    case PORT_FAST_A20:
        return value & 1 ? EXIT_PORT_RESET : EXIT_PORT_NONE;
    default:
        return EXIT_PORT_NONE;
    }
}
