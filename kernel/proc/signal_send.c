// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signal_send.c - sending: from a number to a thread that will see it.
 *
 * What happens at once, not at delivery: a signal that would be ignored is
 * dropped unless it is blocked; SIGCONT continues the process and drops pending
 * stops; a stop drops a pending SIGCONT. Then the signal is queued, and one
 * thread that does not block it is marked and woken.
 */
#include "kernel/include/ktrace.h"
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/sched.h"
#include "kernel/include/signal.h"
#include "kernel/proc/signal_class.h"

static bool thread_wants(const struct thread *t, sigset_k set)
{
    return (set & ~t->signal_mask) || (set & t->signal_wait);
}

void signal_recompute(struct thread *t)
{
    t->signal_pending = t->stop_requested || t->exit_requested || t->trap_requested ||
                        thread_wants(t, t->pending.set | t->process->pending.set);
}

/* The thread looks at its signals soon: now if it sleeps, else on its way to user mode. */
static void thread_notify(struct thread *t)
{
    t->signal_pending = true;
    if (t->state == THREAD_PARKED && t->park_interruptible)
        sched_unpark(t);
}

/* A thread of the process that can take `set`: the current one, the leader, any. */
static struct thread *choose_thread(struct process *p, sigset_k set)
{
    if (current->process == p && !current->exit_requested && thread_wants(current, set))
        return current;
    list_for_each (t, &p->threads, struct thread, process_node)
        if (t->state != THREAD_DEAD && thread_wants(t, set))
            return t;
    return NULL;
}

void signal_recompute_process(struct process *p)
{
    struct thread *t = p->pending.set ? choose_thread(p, p->pending.set) : NULL;

    if (t)
        thread_notify(t);
}

static void continue_process(struct process *p)
{
    list_for_each (t, &p->threads, struct thread, process_node) {
        t->stop_requested = false;
        trace_continued(t);
        signal_recompute(t);
        sched_continue(t);
    }
    if (!p->stopped)
        return;
    p->stopped = false;
    p->wait_stopped = false;
    p->wait_continued = true;
    signal_notify_parent(p, CLD_CONTINUED, SIGCONT);
}

static void flush_everywhere(struct process *p, sigset_k which)
{
    sigqueue_flush(&p->pending, which);
    list_for_each (t, &p->threads, struct thread, process_node)
        sigqueue_flush(&t->pending, which);
}

static bool is_ignored(const struct process *p, const struct thread *t, int signo)
{
    uint64_t handler = p->sighand->action[signo - 1].handler;

    if (t && ((t->signal_mask | t->signal_wait) & sig_bit(signo)))
        return false;
    if (t && t->trace && signo != SIGKILL)
        return false; /* its tracer wants to know */
    if (handler == SIG_IGN)
        return true;
    if (handler != SIG_DFL)
        return false;
    /* PID 1 is never killed or stopped by a signal that it does not handle. */
    return signal_default_is_ignore(signo) || p->pid == 1;
}

/* False: the signal has done all it does. */
static bool prepare(struct process *p, const struct thread *t, int signo)
{
    if (signo == SIGCONT) {
        flush_everywhere(p, SIG_STOP_SET);
        continue_process(p);
    } else if (sig_bit(signo) & SIG_STOP_SET) {
        flush_everywhere(p, sig_bit(SIGCONT));
    }
    return !is_ignored(p, t, signo);
}

static void kill_all_threads(struct process *p)
{
    list_for_each (t, &p->threads, struct thread, process_node) {
        t->signal_pending = true;
        sched_continue(t);
        if (t->state == THREAD_PARKED && t->park_interruptible)
            sched_unpark(t);
    }
}

/* The sender's info where it has one for this number, else `k`, filled. */
static const struct ksiginfo *info_or_kernel(int signo, const struct ksiginfo *info,
                                             struct ksiginfo *k)
{
    if (info && info->signo == signo)
        return info;
    if (info)
        *k = *info;
    else
        *k = (struct ksiginfo){ .code = SI_KERNEL };
    k->signo = signo;
    return k;
}

/*
 * RLIMIT_SIGPENDING, counted for the process: beyond it real-time signals that were queued on
 * purpose are refused, others are only noted in the set.
 */
static int enqueue(struct process *p, struct sigqueue *q, const struct ksiginfo *k)
{
    uint64_t count = p->pending.count;

    ktrace(signal_send, k->signo, p->pid);
    list_for_each (t, &p->threads, struct thread, process_node)
        count += t->pending.count;
    if (count < p->rlimit[RLIMIT_SIGPENDING].soft || (k->signo < SIGRTMIN && k->code >= 0))
        return sigqueue_add(q, k);
    if (k->signo >= SIGRTMIN && k->code != SI_USER)
        return -EAGAIN;
    q->set |= sig_bit(k->signo);
    return 0;
}

int signal_send_process(struct process *p, int signo, const struct ksiginfo *info)
{
    struct ksiginfo k;
    struct thread *t;
    int error;

    if (p->state == PROCESS_ZOMBIE || list_is_empty(&p->threads))
        return 0;
    t = list_first(&p->threads, struct thread, process_node);
    if (!prepare(p, t, signo))
        return 0;
    error = enqueue(p, &p->pending, info_or_kernel(signo, info, &k));
    if (error)
        return error;
    poll_wake(&p->signal_poll, POLL_READABLE);
    if (signo == SIGKILL) {
        kill_all_threads(p);
        return 0;
    }
    t = choose_thread(p, sig_bit(signo));
    if (t)
        thread_notify(t);
    return 0;
}

int signal_send_thread(struct thread *t, int signo, const struct ksiginfo *info)
{
    struct ksiginfo k;
    int error;

    if (t->process->state == PROCESS_ZOMBIE || t->state == THREAD_DEAD)
        return 0;
    if (signo == SIGKILL)
        return signal_send_process(t->process, signo, info);
    if (!prepare(t->process, t, signo))
        return 0;
    error = enqueue(t->process, &t->pending, info_or_kernel(signo, info, &k));
    if (error)
        return error;
    poll_wake(&t->process->signal_poll, POLL_READABLE);
    if (thread_wants(t, sig_bit(signo)))
        thread_notify(t);
    return 0;
}

void signal_force_current(int signo, const struct ksiginfo *info)
{
    struct sigaction_k *action = &current->process->sighand->action[signo - 1];
    bool blocked = current->signal_mask & sig_bit(signo);
    struct ksiginfo k;

    if (blocked || action->handler == SIG_IGN) {
        action->handler = SIG_DFL;
        current->signal_mask &= ~sig_bit(signo);
    }
    sigqueue_add(&current->pending, info_or_kernel(signo, info, &k));
    current->signal_pending = true;
    current->signal_forced = true;
}

int signal_send_pgrp(int32_t pgrp, int signo, const struct ksiginfo *info)
{
    struct process *p = NULL;
    int result = -ESRCH;

    while ((p = process_next(p))) {
        if (p->pgrp != pgrp)
            continue;
        result = 0;
        if (signo)
            signal_send_process(p, signo, info);
    }
    return result;
}

void siginfo_from_current(struct ksiginfo *info, int signo, int code)
{
    *info = (struct ksiginfo){ .signo = signo, .code = code };
    info->rt.pid = current->process->pid;
    info->rt.uid = current->process->cred.uid;
}

bool signal_may_send(const struct process *to, int signo)
{
    const struct cred *mine = &current->process->cred, *its = &to->cred;

    if (to == current->process || cred_is_privileged(mine))
        return true;
    if (mine->euid == its->suid || mine->euid == its->uid || mine->uid == its->suid ||
        mine->uid == its->uid)
        return true;
    return signo == SIGCONT && to->session == current->process->session;
}

void signal_notify_parent(struct process *p, int code, int status)
{
    bool exited = code == CLD_EXITED || code == CLD_KILLED || code == CLD_DUMPED;
    struct process *parent = p->parent;
    const struct sigaction_k *action;
    int signo = exited ? p->exit_signal : SIGCHLD;
    struct ksiginfo info = { .signo = signo, .code = code };
    struct usage u;

    if (!parent)
        return;
    process_usage(p, &u);
    info.child.pid = p->pid;
    info.child.uid = p->cred.uid;
    info.child.status = status;
    info.child.utime = (int64_t)(u.user_ns / (NS_PER_S / 100));
    info.child.stime = (int64_t)(u.system_ns / (NS_PER_S / 100));
    action = &parent->sighand->action[SIGCHLD - 1];
    /* clone() takes any byte for the signal of an exit. */
    if (signo > 0 && signo <= SIGNAL_COUNT && (exited || !(action->flags & SA_NOCLDSTOP)))
        signal_send_process(parent, signo, &info);
    wait_wake_all(&parent->wait);
}
