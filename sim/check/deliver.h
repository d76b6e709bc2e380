/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/deliver.h - a signal that the kernel has taken reaches its handler: part of the check
 * sigframe.
 *
 * What is reported: a thread has sent itself a signal (kill of its own process when it is the one
 * thread there, tkill, tgkill, rt_sigqueueinfo), has a handler for it and does not block it, and
 * is back in user mode where it was instead of in the handler (POSIX, kill(): delivered before it
 * returns).
 *
 * What is not judged: signals from others; a mask that does not show (masks.h); programs that take
 * signals in another way (rt_sigtimedwait, signalfd), or where ptrace is used.
 *
 * Rules of use: deliver_event() with every event; deliver_name() for its findings, whose value is
 * DELIVER_SIGNAL.
 */
#ifndef TRAPLINE_SIM_CHECK_DELIVER_H
#define TRAPLINE_SIM_CHECK_DELIVER_H

#include "sim/check/check.h"
#include "sim/check/ustate.h"

#define DELIVER_SIGNAL USTATE_VALUES_MAX /* `findings->value`: no register */

struct deliver;
/* NULL when out of memory. */
struct deliver *deliver_create(enum arch arch, struct findings *findings);
void deliver_destroy(struct deliver *l);
void deliver_event(struct deliver *l, const struct derived *d);
/* Where the kernel's way parts from the last one that led to a handler. */
void deliver_name(struct timeline *t, struct places *places, struct finding *f);

#endif
