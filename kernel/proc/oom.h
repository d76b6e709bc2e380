/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oom.h - what is done when a page fault finds no memory.
 *
 * Rules of use: only for page faults, whose callers can neither wait nor fail. Everything else
 * that finds no memory returns -ENOMEM, and its caller lives on.
 */
#ifndef KERNEL_PROC_OOM_H
#define KERNEL_PROC_OOM_H

#include <stdbool.h>
#include <stdint.h>

struct process;

/* Linux's measure of a process, in pages: resident ones, and oom_score_adj thousandths of all. */
int64_t oom_badness(const struct process *p);
/*
 * Kills one process by the rule. True: memory of another one was given back at once, so the
 * fault can be tried again. False: the caller was chosen, or there is nobody to choose.
 */
bool oom_kill(void);
uint64_t oom_kills(void); /* since boot */

#endif
