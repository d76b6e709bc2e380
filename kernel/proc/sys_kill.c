// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_kill.c - the calls that send signals. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"

static int check_signo(int signo)
{
    return signo < 0 || signo > SIGNAL_COUNT ? -EINVAL : 0;
}

static long send_checked(struct process *p, int signo, const struct ksiginfo *info)
{
    if (!signal_may_send(p, signo))
        return -EPERM;
    return signo ? signal_send_process(p, signo, info) : 0;
}

/* Everyone in the group (pgrp > 0), or everyone but PID 1 and the caller (pgrp 0). */
static long send_many(int32_t pgrp, int signo, const struct ksiginfo *info)
{
    struct process *p = NULL, *next = process_next(NULL);
    long result = -ESRCH;

    while ((p = next)) {
        long r;

        next = process_next(p);
        if (pgrp ? p->pgrp != pgrp : p->pid == 1 || p == current->process)
            continue;
        r = send_checked(p, signo, info);
        if (r == 0 || result == -ESRCH)
            result = r;
    }
    return result;
}

SYSCALL2(kill, int, pid, int, signo)
{
    struct ksiginfo info;
    struct process *p;

    if (check_signo(signo))
        return -EINVAL;
    siginfo_from_current(&info, signo, SI_USER);
    if (pid == INT32_MIN)
        return -ESRCH;
    if (pid == -1)
        return send_many(0, signo, &info);
    if (pid <= 0)
        return send_many(pid ? -pid : current->process->pgrp, signo, &info);
    p = process_find(pid);
    return p ? send_checked(p, signo, &info) : -ESRCH;
}

static long send_thread(int tgid, int tid, int signo, const struct ksiginfo *info)
{
    struct thread *t = thread_find(tid);

    if (!t || !t->process || (tgid && t->process->pid != tgid))
        return -ESRCH;
    if (!signal_may_send(t->process, signo))
        return -EPERM;
    return signo ? signal_send_thread(t, signo, info) : 0;
}

SYSCALL2(tkill, int, tid, int, signo)
{
    struct ksiginfo info;

    if (tid <= 0 || check_signo(signo))
        return -EINVAL;
    siginfo_from_current(&info, signo, SI_TKILL);
    return send_thread(0, tid, signo, &info);
}

SYSCALL3(tgkill, int, tgid, int, tid, int, signo)
{
    struct ksiginfo info;

    if (tgid <= 0 || tid <= 0 || check_signo(signo))
        return -EINVAL;
    siginfo_from_current(&info, signo, SI_TKILL);
    return send_thread(tgid, tid, signo, &info);
}

/* Nobody may pretend to be the kernel or kill(2). */
static int info_from_user(vaddr_t u, int pid, int signo, struct ksiginfo *info)
{
    if (copy_from_user(info, u, sizeof(*info)))
        return -EFAULT;
    info->signo = signo;
    if ((info->code >= 0 || info->code == SI_TKILL) && pid != current->process->pid)
        return -EPERM;
    return 0;
}

SYSCALL3(rt_sigqueueinfo, int, pid, int, signo, vaddr_t, uinfo)
{
    struct ksiginfo info;
    struct process *p;
    int error = check_signo(signo);

    if (!error)
        error = info_from_user(uinfo, pid, signo, &info);
    if (error)
        return error;
    p = process_find(pid);
    return p ? send_checked(p, signo, &info) : -ESRCH;
}

SYSCALL4(rt_tgsigqueueinfo, int, tgid, int, tid, int, signo, vaddr_t, uinfo)
{
    struct ksiginfo info;
    int error = tgid <= 0 || tid <= 0 ? -EINVAL : check_signo(signo);

    if (!error)
        error = info_from_user(uinfo, tgid, signo, &info);
    return error ? error : send_thread(tgid, tid, signo, &info);
}
