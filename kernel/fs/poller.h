/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poller.h - one thread that waits for any of many heads: poll and select.
 *
 * Rules of use
 *   - poller_init, then file_poll(f, &p.table) for each file, then poller_wait
 *     and a new look with table NULL, until something is ready; poller_done.
 */
#ifndef KERNEL_FS_POLLER_H
#define KERNEL_FS_POLLER_H

#include "kernel/include/file.h"

#define POLLER_FAST 8u

struct poller;
struct poller_node {
    struct poll_entry entry;
    struct poller_node *next; /* allocated ones */
};

struct poller {
    struct poll_table table;
    struct thread *thread;
    volatile bool woken;
    unsigned used;
    struct poller_node fast[POLLER_FAST];
    struct poller_node *more;
};

void poller_init(struct poller *p);
/* 0: look again; -ERESTARTSYS: signal; -ETIMEDOUT. */
int poller_wait(struct poller *p, uint64_t deadline_ns);
void poller_done(struct poller *p);
/* The caller's signal mask for the duration of a ppoll-like call: mask 0 changes nothing. */
int poller_set_mask(uint64_t mask_addr, uint64_t mask_bytes);
/* Ends it: a call that no signal interrupted has its own mask back before any is delivered. */
long poller_result(long result);
/* What is left of a timeout, to user memory, as Linux's ppoll and pselect do. */
void poller_time_left(uint64_t timespec, uint64_t deadline_ns);

#endif
