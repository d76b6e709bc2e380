/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pty.h - a program on a terminal of its own, driven as a person would: wait for text, type.
 *
 * Rules of use: pty_expect() looks behind what it found last. All waits end after
 * PTY_TIMEOUT_S with the whole screen in the failure message.
 */
#ifndef TESTS_INTERACTIVE_PTY_H
#define TESTS_INTERACTIVE_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#define PTY_TIMEOUT_S 60
#define PTY_SEEN_BYTES (1u << 20)

struct pty {
    int master, slave; /* the slave stays open here, so that its modes can be read at any time */
    pid_t pid;
    struct termios before;
    char seen[PTY_SEEN_BYTES];
    size_t used, mark;
};

void pty_start(struct pty *p, char *const argv[], unsigned rows, unsigned cols);
void pty_expect(struct pty *p, const char *text);
void pty_type(struct pty *p, const char *keys);
/* A moment for what shows nothing: a program that has printed and is about to read. */
void pty_pause(struct pty *p);
/* Waits for the end; a wait status. */
int pty_end(struct pty *p);
/* The terminal's modes are those from before pty_start(). */
bool pty_is_restored(const struct pty *p);
void pty_close(struct pty *p);

#endif
