/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lifecycle.h - what fork, exec, exit and wait share, inside proc/. */
#ifndef KERNEL_PROC_LIFECYCLE_H
#define KERNEL_PROC_LIFECYCLE_H

#include "kernel/include/process.h"
#include "kernel/uapi/process.h"

struct process *process_alloc(int32_t pid);     /* in the table, without threads; NULL: no memory */
void process_free(struct process *p);           /* out of the table; everything counted is gone */
void process_add_thread(struct process *p, struct thread *t);
void process_reap(struct process *p);           /* a zombie that has been waited for */

void usage_add_thread(struct usage *u, const struct thread *t);
void usage_add(struct usage *u, const struct usage *more);
void rusage_from_usage(struct rusage_k *r, const struct usage *u, uint64_t resident_pages);

void itimer_init(struct process *p);
void posix_timers_delete(struct process *p);
/* A signal of SI_TIMER has been taken by its process: info gets the overruns. */
void posix_timer_signal_taken(struct ksiginfo *info);
/* The vfork parent of t, if any, goes on. */
void vfork_release(struct thread *t);
/* Robust list and clear_child_tid: user memory still there. */
void thread_release_user_words(struct thread *t);

long clone_from(const struct clone_args_k *args);


#endif
