/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/host_terminal.h - the host's terminal as the guest's console line, inside the gateway.
 *
 * Purpose: every key goes to the guest, Ctrl-C too. One key stays ours, HOST_ESCAPE_KEY: followed
 * by 'q' it ends the run, twice it is given to the guest once, else both keys are given.
 *
 * Rules of use
 *   - From terminal_enter() to terminal_leave() the terminal is raw. A guard process waits for
 *     our end and puts the terminal back, so that it is restored however we end.
 *   - terminal_pump() never blocks. Typed bytes wait here until the guest's UART has room, so
 *     that the escape key works while the guest takes nothing.
 */
#ifndef TRAPLINE_SIM_HOST_TERMINAL_H
#define TRAPLINE_SIM_HOST_TERMINAL_H

#include "sim/bytes.h"

#include <sys/types.h>
#include <termios.h>

#define HOST_ESCAPE_KEY  0x1d /* Ctrl-] */
#define HOST_TYPED_BYTES 65536u

struct host_terminal {
    bool active;  /* raw */
    bool escape;  /* HOST_ESCAPE_KEY was the last key */
    bool leave;   /* the user asked for the end */
    bool ended;   /* the terminal is gone */
    struct termios old;
    pid_t guard;
    int guard_fd; /* closed at our end */
    size_t head, used;
    uint8_t typed[HOST_TYPED_BYTES];
};

/* Standard input, where it is a terminal; else nothing happens. */
void terminal_enter(struct host_terminal *t);
void terminal_leave(struct host_terminal *t);
/* Take what was typed since. */
void terminal_pump(struct host_terminal *t);
size_t terminal_take(struct host_terminal *t, uint8_t *bytes, size_t len);
/* One key as the rules above say (terminal_pump() does it for each). */
void terminal_key(struct host_terminal *t, uint8_t key);

#endif
