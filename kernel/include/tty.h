/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tty.h - terminals: line discipline, job control, and the console.
 *
 * Rules of use
 *   - The interrupt side is tty_input_byte() (arch.h) alone: it puts the byte in
 *     a ring. tty_run_input() gives the ring to the line discipline, in thread
 *     context: trap_leave_user() and the idle loop call it before anything else
 *     whenever tty_input_pending() says so. So echo, signals and wake-ups never
 *     run inside an interrupt, and a program that never enters the kernel is
 *     still reached by ^C on its way back from the UART's interrupt.
 *   - struct process keeps its controlling terminal as a referenced struct tty.
 */
#ifndef KERNEL_TTY_H
#define KERNEL_TTY_H

#include <stdbool.h>
#include <stdint.h>

struct tty;
struct process;

bool tty_input_pending(void);
void tty_run_input(void);

struct tty *tty_ref(struct tty *t);
struct file;
int32_t tty_foreground(const struct file *f); /* of an open terminal; 0: none, or a pty's master */
void tty_unref(struct tty *t);
/* Device number for /proc/PID/stat, 0 for NULL; foreground process group, -1 for NULL. */
uint32_t tty_device(const struct tty *t);
int32_t tty_foreground_pgrp(const struct tty *t);
/*
 * The session leader with id session exits: the terminal is given up; SIGHUP to the foreground
 * group. Harmless where t is not this session's.
 */
void tty_session_exit(struct tty *t, int32_t session);

#endif
