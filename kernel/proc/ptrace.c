// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ptrace.c - who traces whom: attaching, letting go, and the ends of both.
 *
 * The end of a traced thread is told to its tracer by its struct trace, which stays behind.
 * Where that is the end of a whole process and the tracer is not its parent, the parent sees
 * nothing until the tracer has waited (process->leader_trace).
 */
#include "kernel/include/ptrace.h"
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/sched.h"
#include "kernel/include/signal.h"

int trace_attach(struct thread *tracer, struct thread *t, bool seized, unsigned options)
{
    struct trace *tr = kzalloc(sizeof(*tr));

    if (!tr)
        return -ENOMEM;
    tr->tracer = tracer;
    tr->thread = t;
    tr->tid = t->tid;
    tr->pgrp = t->process->pgrp;
    tr->seized = seized;
    tr->options = options;
    list_push_back(&tracer->tracees, &tr->node);
    t->trace = tr;
    return 0;
}

void trace_free(struct trace *tr)
{
    struct process *p = process_find(tr->tid);

    if (p && p->leader_trace == tr)
        p->leader_trace = NULL;
    list_remove(&tr->node);
    kfree(tr);
}

void trace_set_step(struct thread *t, bool on)
{
    if (t->stepping == on)
        return;
    t->stepping = on;
    frame_set_step(t->frame, on);
}

void trace_update_hooks(struct thread *t)
{
    t->syscall_hooks = t->stepping || (t->trace && t->trace->syscalls);
}

void trace_resume(struct trace *tr, int signo)
{
    struct thread *t = tr->thread;

    trace_update_hooks(t);
    if (tr->notify)
        t->trap_requested = t->signal_pending = true;
    tr->notify = false;
    tr->stopped = tr->listening = false;
    t->resume_signo = signo;
    sched_continue(t);
}

void trace_detach(struct trace *tr, int signo)
{
    struct thread *t = tr->thread;
    bool stopped = tr->stopped;

    if (t) {
        t->trace = NULL;
        t->trap_requested = false;
        trace_set_step(t, false);
        trace_update_hooks(t);
        signal_recompute(t);
        t->resume_signo = signo;
        if (stopped)
            sched_continue(t);
    }
    trace_free(tr);
}

static void tell_end(const struct trace *tr, const struct process *p)
{
    int signo = tr->status & 0x7f;
    struct ksiginfo info = { .signo = SIGCHLD };

    info.code = !signo ? CLD_EXITED : (tr->status & 0x80) ? CLD_DUMPED : CLD_KILLED;
    info.child.pid = tr->tid;
    info.child.uid = p->cred.uid;
    info.child.status = signo ? signo : tr->status >> 8;
    signal_send_process(tr->tracer->process, SIGCHLD, &info);
    wait_wake_all(&tr->tracer->process->wait);
}

/* Called with the thread out of its process's list. */
void trace_thread_exit(struct thread *t, int status)
{
    struct process *p = t->process;
    struct trace *tr = t->trace;

    t->trace = NULL;
    if (tr) {
        tr->thread = NULL;
        tr->stopped = tr->wait_pending = false;
        if (tr->tid == p->pid) {
            p->leader_trace = tr;
        } else {
            tr->dead = true;
            tr->status = status;
            tell_end(tr, p);
        }
    }
    tr = p->leader_trace;
    if (!tr || p->thread_count > 0)
        return;
    if (tr->tracer->process == p->parent) {
        trace_free(tr);
        return;
    }
    tr->dead = true;
    tr->status = p->exiting ? p->exit_status : status;
    tell_end(tr, p);
}

void trace_tracer_exit(struct thread *t)
{
    list_for_each_safe (tr, &t->tracees, struct trace, node) {
        struct process *p = process_find(tr->tid);
        bool hidden = tr->dead && p && p->leader_trace == tr;

        if (tr->thread && (tr->options & PTRACE_O_EXITKILL))
            signal_send_process(tr->thread->process, SIGKILL, NULL);
        trace_detach(tr, 0);
        if (hidden && p->state == PROCESS_ZOMBIE)
            process_announce_end(p);
    }
}
