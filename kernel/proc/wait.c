// SPDX-License-Identifier: GPL-2.0-or-later
/* wait.c - wait4 and waitid: what children have to say. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/syscall.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/pidfd.h"

#define WAIT_STATUS_CONTINUED 0xffff

struct wait_for {
    int type;          /* P_* */
    int32_t id;
    unsigned options;
};

struct wait_result {
    int32_t pid;       /* 0: nothing yet */
    uint32_t uid;
    int status;        /* as wait4 gives it */
    int code;          /* CLD_* */
    struct rusage_k usage;
};

void rusage_from_usage(struct rusage_k *r, const struct usage *u, uint64_t resident_pages)
{
    *r = (struct rusage_k){ 0 };
    r->utime.sec = (int64_t)(u->user_ns / NS_PER_S);
    r->utime.usec = (int64_t)(u->user_ns % NS_PER_S / 1000);
    r->stime.sec = (int64_t)(u->system_ns / NS_PER_S);
    r->stime.usec = (int64_t)(u->system_ns % NS_PER_S / 1000);
    r->maxrss = (int64_t)resident_pages * 4;
    r->minflt = (int64_t)u->faults_minor;
    r->nvcsw = (int64_t)u->switches_voluntary;
    r->nivcsw = (int64_t)u->switches_involuntary;
}

static bool is_meant(const struct process *p, const struct wait_for *w)
{
    bool is_clone = p->exit_signal != SIGCHLD;

    if (!(w->options & WALL) && is_clone != !!(w->options & WCLONE))
        return false;
    switch (w->type) {
    case P_ALL:
        return true;
    case P_PGID:
        return p->pgrp == w->id;
    default:
        return p->pid == w->id;
    }
}

static void describe(const struct process *p, struct wait_result *r)
{
    struct usage u;

    process_usage(p, &u);
    usage_add(&u, &p->usage_children);
    rusage_from_usage(&r->usage, &u, p->max_resident_pages);
    r->pid = p->pid;
    r->uid = p->cred.uid;
}

static int code_of_end(int status)
{
    return (status & 0x7f) == 0 ? CLD_EXITED : (status & 0x80) ? CLD_DUMPED : CLD_KILLED;
}

/* Then its stops are told as a tracee's. */
static bool is_traced_by_caller(const struct process *p)
{
    const struct thread *t = thread_find(p->pid);

    return t && t->trace && t->trace->tracer->process == current->process;
}

/* Has p something to say that was asked for? Then r has it, and p is reaped unless WNOWAIT. */
static bool collect(struct process *p, const struct wait_for *w, struct wait_result *r)
{
    bool keep = w->options & WNOWAIT;

    if (p->leader_trace)
        return false; /* its tracer comes first */
    if (p->state == PROCESS_ZOMBIE && (w->options & WEXITED)) {
        describe(p, r);
        r->status = p->exit_status;
        r->code = code_of_end(r->status);
        if (!keep)
            process_reap(p);
        return true;
    }
    if (p->stopped && p->wait_stopped && (w->options & WUNTRACED) && !is_traced_by_caller(p)) {
        describe(p, r);
        r->status = (p->stop_signal << 8) | 0x7f;
        r->code = CLD_STOPPED;
        p->wait_stopped = keep;
        return true;
    }
    if (p->wait_continued && (w->options & WCONTINUED)) {
        describe(p, r);
        r->status = WAIT_STATUS_CONTINUED;
        r->code = CLD_CONTINUED;
        p->wait_continued = keep;
        return true;
    }
    return false;
}

/* Has a tracee something to say? Its stops are told whether they were asked for or not. */
static bool collect_tracee(struct trace *tr, const struct wait_for *w, struct wait_result *r)
{
    bool keep = w->options & WNOWAIT;
    struct process *p;

    if (tr->stopped && tr->wait_pending) {
        r->pid = tr->tid;
        r->uid = tr->thread->process->cred.uid;
        r->status = (tr->code << 8) | 0x7f;
        r->code = CLD_TRAPPED;
        tr->wait_pending = keep;
        return true;
    }
    if (!tr->dead || !(w->options & WEXITED))
        return false;
    r->pid = tr->tid;
    r->status = tr->status;
    r->code = code_of_end(tr->status);
    if (keep)
        return true;
    p = process_find(tr->tid);
    if (p && p->leader_trace != tr)
        p = NULL;
    trace_free(tr);
    if (p)
        process_announce_end(p);
    return true;
}

static bool tracee_is_meant(const struct trace *tr, const struct wait_for *w)
{
    return w->type == P_ALL || w->id == (w->type == P_PGID ? tr->pgrp : tr->tid);
}

/* True: r has it. *any: there is one that is meant. */
static bool wait_for_tracee(const struct wait_for *w, struct wait_result *r, bool *any)
{
    list_for_each (t, &current->process->threads, struct thread, process_node) {
        if ((w->options & WNOTHREAD) && t != current)
            continue;
        list_for_each_safe (tr, &t->tracees, struct trace, node) {
            if (!tracee_is_meant(tr, w))
                continue;
            *any = true;
            if (collect_tracee(tr, w, r))
                return true;
        }
    }
    return false;
}

static int wait_for_child(const struct wait_for *w, struct wait_result *r)
{
    struct process *me = current->process;

    *r = (struct wait_result){ 0 };
    for (;;) {
        bool any = false;

        list_for_each_safe (p, &me->children, struct process, sibling) {
            if (!is_meant(p, w))
                continue;
            any = true;
            if (collect(p, w, r))
                return 0;
        }
        if (wait_for_tracee(w, r, &any))
            return 0;
        if (!any)
            return -ECHILD;
        if (w->options & WNOHANG)
            return 0;
        if (wait_sleep(&me->wait, NO_DEADLINE, true))
            return -ERESTARTSYS;
    }
}

SYSCALL4(wait4, int, pid, vaddr_t, ustatus, unsigned, options, vaddr_t, urusage)
{
    struct wait_for w = { .type = P_PID, .id = pid, .options = options | WEXITED };
    struct wait_result r;
    int error;

    if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WCLONE | WALL))
        return -EINVAL;
    if (pid == INT32_MIN)
        return -ESRCH;
    if (pid == -1) {
        w.type = P_ALL;
    } else if (pid <= 0) {
        w.type = P_PGID;
        w.id = pid ? -pid : current->process->pgrp;
    }
    error = wait_for_child(&w, &r);
    if (error || !r.pid)
        return error;
    if (ustatus && copy_to_user(ustatus, &r.status, sizeof(r.status)))
        return -EFAULT;
    if (urusage && copy_to_user(urusage, &r.usage, sizeof(r.usage)))
        return -EFAULT;
    return r.pid;
}

static int waitid_target(struct wait_for *w)
{
    switch (w->type) {
    case P_ALL:
        return 0;
    case P_PID:
        return w->id > 0 ? 0 : -EINVAL;
    case P_PGID:
        if (w->id == 0)
            w->id = current->process->pgrp;
        return w->id > 0 ? 0 : -EINVAL;
    case P_PIDFD:
        w->id = pidfd_pid(w->id);
        return w->id > 0 ? 0 : -EBADF;
    default:
        return -EINVAL;
    }
}

static int wait_status_of(const struct wait_result *r)
{
    switch (r->code) {
    case CLD_EXITED:
        return r->status >> 8;
    case CLD_STOPPED:
    case CLD_TRAPPED:
        return r->status >> 8;
    case CLD_CONTINUED:
        return SIGCONT;
    default:
        return r->status & 0x7f;
    }
}

SYSCALL5(waitid, int, type, int, id, vaddr_t, uinfo, unsigned, options, vaddr_t, urusage)
{
    struct wait_for w = { .type = type, .id = id, .options = options };
    struct ksiginfo info = { 0 };
    struct wait_result r = { 0 };
    int error = 0;

    if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WUNTRACED | WCONTINUED | WNOTHREAD | WCLONE |
                     WALL)) ||
        !(options & (WEXITED | WUNTRACED | WCONTINUED)))
        error = -EINVAL;
    if (!error)
        error = waitid_target(&w);
    if (!error)
        error = wait_for_child(&w, &r);
    if (!error && r.pid) {
        info.signo = SIGCHLD;
        info.code = r.code;
        info.child.pid = r.pid;
        info.child.uid = r.uid;
        info.child.status = wait_status_of(&r);
        if (urusage && copy_to_user(urusage, &r.usage, sizeof(r.usage)))
            return -EFAULT;
    }
    /* Written with an error too, as zeroes. */
    return uinfo && copy_to_user(uinfo, &info, sizeof(info)) ? -EFAULT : error;
}
