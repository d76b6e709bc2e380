// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_ids.c - process, group and session numbers. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/include/tty.h"

SYSCALL0(getpid)
{
    return current->process->pid;
}

SYSCALL0(gettid)
{
    return current->tid;
}

SYSCALL0(getppid)
{
    const struct process *parent = current->process->parent;

    return parent ? parent->pid : 0;
}

static struct process *find_or_self(int32_t pid)
{
    return pid ? process_find(pid) : current->process;
}

SYSCALL1(getpgid, int, pid)
{
    const struct process *p = find_or_self(pid);

    return p ? p->pgrp : -ESRCH;
}

SYSCALL0(getpgrp)
{
    return current->process->pgrp;
}

SYSCALL1(getsid, int, pid)
{
    const struct process *p = find_or_self(pid);

    return p ? p->session : -ESRCH;
}

SYSCALL2(setpgid, int, pid, int, pgrp)
{
    struct process *me = current->process, *p = find_or_self(pid);

    if (pgrp < 0 || (!pgrp && pid < 0))
        return -EINVAL;
    if (!p || (p != me && p->parent != me))
        return -ESRCH;
    if (p != me && p->session != me->session)
        return -EPERM;
    if (p != me && p->did_exec)
        return -EACCES;
    if (p->session == p->pid)
        return -EPERM;
    if (!pgrp)
        pgrp = p->pid;
    if (pgrp != p->pid && !pgrp_exists_in_session(pgrp, me->session))
        return -EPERM;
    p->pgrp = pgrp;
    return 0;
}

static bool group_exists(int32_t pgrp)
{
    struct process *p = NULL;

    while ((p = process_next(p)))
        if (p->pgrp == pgrp)
            return true;
    return false;
}

SYSCALL0(setsid)
{
    struct process *p = current->process;

    if (p->session == p->pid || group_exists(p->pid))
        return -EPERM;
    p->session = p->pgrp = p->pid;
    if (p->tty)
        tty_unref(p->tty);
    p->tty = NULL;
    return p->pid;
}
