// SPDX-License-Identifier: GPL-2.0-or-later
/* wait.c - wait4 and waitid: what children have to say. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
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

/* Has p something to say that was asked for? Then r has it, and p is reaped unless WNOWAIT. */
static bool collect(struct process *p, const struct wait_for *w, struct wait_result *r)
{
    bool keep = w->options & WNOWAIT;

    if (p->state == PROCESS_ZOMBIE && (w->options & WEXITED)) {
        describe(p, r);
        r->status = p->exit_status;
        r->code = (r->status & 0x7f) == 0 ? CLD_EXITED
                                          : (r->status & 0x80) ? CLD_DUMPED : CLD_KILLED;
        if (!keep)
            process_reap(p);
        return true;
    }
    if (p->stopped && p->wait_stopped && (w->options & WUNTRACED)) {
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
    struct wait_result r;
    int error;

    if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WUNTRACED | WCONTINUED | WNOTHREAD | WCLONE |
                     WALL)) ||
        !(options & (WEXITED | WUNTRACED | WCONTINUED)))
        return -EINVAL;
    error = waitid_target(&w);
    if (!error)
        error = wait_for_child(&w, &r);
    if (error)
        return error;
    if (r.pid) {
        info.signo = SIGCHLD;
        info.code = r.code;
        info.child.pid = r.pid;
        info.child.uid = r.uid;
        info.child.status = wait_status_of(&r);
        if (urusage && copy_to_user(urusage, &r.usage, sizeof(r.usage)))
            return -EFAULT;
    }
    return uinfo && copy_to_user(uinfo, &info, sizeof(info)) ? -EFAULT : 0;
}
