/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signal.h - signals, independent of the CPU: what is pending, blocked and
 * handled, and how they are sent.
 *
 * Rules of use
 *   - Sent from thread context only (timer callbacks and tty input run there).
 *   - struct ksiginfo and struct sigaction_k have the bytes of Linux's siginfo_t
 *     and kernel sigaction, which are the same on both CPUs.
 *   - A mask has bit signo - 1. SIGKILL and SIGSTOP are never in one.
 *   - Delivery is the last writer of the user's frame: signal_deliver() runs in
 *     trap_leave_user(), after the system call's result has been written.
 */
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/include/sigqueue.h"
#include "kernel/include/thread.h"
#include "kernel/uapi/signal.h"

struct process;
struct thread;
struct trap_frame;

struct sigaction_k {
    uint64_t handler; /* SIG_DFL, SIG_IGN or an address */
    uint64_t flags;
    uint64_t restorer;
    uint64_t mask;
};

/* The actions; shared by clone(CLONE_SIGHAND). */
struct sighand {
    uint32_t refs;
    struct sigaction_k action[SIGNAL_COUNT]; /* [signo - 1] */
};

struct sighand *sighand_create(void);
struct sighand *sighand_copy(const struct sighand *s);
void sighand_unref(struct sighand *s);
void sighand_reset_for_exec(struct sighand *s); /* handlers become SIG_DFL, SIG_IGN stays */

/* info NULL: SI_KERNEL. 0, or -EAGAIN. */
int signal_send_process(struct process *p, int signo, const struct ksiginfo *info);
int signal_send_thread(struct thread *t, int signo, const struct ksiginfo *info);
/*
 * The current thread cannot go on without this one: unblocked and set to SIG_DFL if blocked or
 * ignored.
 */
void signal_force_current(int signo, const struct ksiginfo *info);
/* Every process of the group; -ESRCH when empty. No permission check. */
int signal_send_pgrp(int32_t pgrp, int signo, const struct ksiginfo *info);
void siginfo_from_current(struct ksiginfo *info, int signo, int code);
/* kill(2)'s rule. */
bool signal_may_send(const struct process *to, int signo);

/* Something unblocked is pending for t (or it must stop or die): sleeps end with -EINTR. */
static inline bool signal_is_pending(const struct thread *t)
{
    return t->signal_pending;
}
void signal_recompute(struct thread *t);
void signal_recompute_process(struct process *p);
void signal_set_mask(sigset_k mask);       /* of the current thread */
/*
 * Until delivery the mask is `mask`; the handler's frame, or a return without one, restores the old
 * one.
 */
void signal_set_mask_temporarily(sigset_k mask);
/*
 * Delivers what is pending into f: pushes a handler frame, kills, stops or restarts the system
 * call.
 */
void signal_deliver(struct trap_frame *f);
bool signal_is_on_altstack(const struct thread *t, vaddr_t sp);
/* SIGCHLD to the parent and its wait queue, for exit, stop and continue. */
void signal_notify_parent(struct process *p, int code, int status);

#endif
