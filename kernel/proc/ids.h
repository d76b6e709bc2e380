/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ids.h - process and thread numbers, inside proc/. Thread, process, group and session numbers are
 * one space.
 */
#ifndef KERNEL_PROC_IDS_H
#define KERNEL_PROC_IDS_H

#include <stdbool.h>
#include <stdint.h>

struct thread;

int32_t tid_allocate(void);
int32_t tid_latest(void);          /* the last one given out (/proc/loadavg) */
bool id_is_taken(int32_t id);      /* by a process (zombies too), a group or a session */
void thread_unhash(struct thread *t); /* no longer found by thread_find() */
void thread_renumber(struct thread *t, int32_t tid);

#endif
