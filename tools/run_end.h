/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/run_end.h - how a run ended, for a person at a terminal.
 *
 * Rules of use: `view` is the session's; run_end_look() while the machine is there,
 * run_end_complain() behind the run.
 */
#ifndef TRAPLINE_TOOLS_RUN_END_H
#define TRAPLINE_TOOLS_RUN_END_H

#include "sim/session.h"

struct run_end {
    struct session_view view;
    char place[200];  /* where it stands: "kernel:main+0x10", "user mode, 0x4004f0" */
    bool masked;      /* in the kernel, with interrupts off */
};

void run_end_look(struct run_end *e, struct sim *sim);
/* The exit code. `trace` is NULL where nothing was recorded; `err` is the session's. */
int run_end_complain(const struct run_end *e, const struct machine *m, const char *trace,
                     const struct sim_end *end, const char *err);
/*
 * On standard error, what a recording's kernel said of an oops, and of a panic where it did not end
 * well, and what to type next.
 */
void run_end_say_panic(const struct panic *p, const struct sim_end *end, const char *trace);
/* Not a power-off with status 0. */
bool run_end_failed(const struct sim_end *end);
/* Did the kernel panic or halt, and end by that? */
bool run_end_is_panic(const struct run_end *e, const struct sim_end *end);

#endif
