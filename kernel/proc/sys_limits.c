// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_limits.c - resource limits and usage. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"
#include "kernel/proc/cpu_timer.h"
#include "kernel/proc/lifecycle.h"

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD 1

static long limit_set(struct process *p, unsigned which, const struct rlimit_k *new)
{
    if (new->soft > new->hard)
        return -EINVAL;
    if (new->hard > p->rlimit[which].hard && !cred_is_privileged(&current->process->cred))
        return -EPERM;
    if (which == RLIMIT_NOFILE && new->hard > (1u << 20))
        return -EPERM;
    p->rlimit[which] = *new;
    if (which == RLIMIT_CPU)
        cpu_limit_update(p);
    if (which == RLIMIT_STACK && p->vm)
        p->vm->stack_bytes_max = new->soft;
    return 0;
}

static bool may_see_limits(const struct process *p)
{
    const struct cred *mine = &current->process->cred, *its = &p->cred;

    return p == current->process || cred_is_privileged(mine) ||
           (mine->uid == its->euid && mine->uid == its->suid && mine->uid == its->uid &&
            mine->gid == its->egid && mine->gid == its->sgid && mine->gid == its->gid);
}

SYSCALL4(prlimit64, int, pid, unsigned, which, vaddr_t, unew, vaddr_t, uold)
{
    struct process *p = pid ? process_find(pid) : current->process;
    struct rlimit_k old, new;
    long error = 0;

    if (which >= RLIM_COUNT)
        return -EINVAL;
    if (!p)
        return -ESRCH;
    if (!may_see_limits(p))
        return -EPERM;
    if (unew && copy_from_user(&new, unew, sizeof(new)))
        return -EFAULT;
    old = p->rlimit[which];
    if (unew)
        error = limit_set(p, which, &new);
    if (!error && uold && copy_to_user(uold, &old, sizeof(old)))
        return -EFAULT;
    return error;
}

SYSCALL2(getrlimit, unsigned, which, vaddr_t, u)
{
    if (which >= RLIM_COUNT)
        return -EINVAL;
    return copy_to_user(u, &current->process->rlimit[which], sizeof(struct rlimit_k));
}

SYSCALL2(setrlimit, unsigned, which, vaddr_t, u)
{
    struct rlimit_k new;

    if (which >= RLIM_COUNT)
        return -EINVAL;
    if (copy_from_user(&new, u, sizeof(new)))
        return -EFAULT;
    return limit_set(current->process, which, &new);
}

static uint64_t resident_peak(const struct process *p)
{
    uint64_t now = vm_resident_pages(p->vm);

    return now > p->max_resident_pages ? now : p->max_resident_pages;
}

SYSCALL2(getrusage, int, who, vaddr_t, u)
{
    const struct process *p = current->process;
    struct usage usage = { 0 };
    struct rusage_k r;

    if (who == RUSAGE_SELF)
        process_usage(p, &usage);
    else if (who == RUSAGE_CHILDREN)
        usage = p->usage_children;
    else if (who == RUSAGE_THREAD)
        usage_add_thread(&usage, current);
    else
        return -EINVAL;
    rusage_from_usage(&r, &usage, who == RUSAGE_CHILDREN ? 0 : resident_peak(p));
    return copy_to_user(u, &r, sizeof(r));
}

#define TICK_NS (NS_PER_S / 100)

SYSCALL1(times, vaddr_t, u)
{
    const struct process *p = current->process;
    struct usage usage;
    int64_t t[4];

    process_usage(p, &usage);
    t[0] = (int64_t)(usage.user_ns / TICK_NS);
    t[1] = (int64_t)(usage.system_ns / TICK_NS);
    t[2] = (int64_t)(p->usage_children.user_ns / TICK_NS);
    t[3] = (int64_t)(p->usage_children.system_ns / TICK_NS);
    if (u && copy_to_user(u, t, sizeof(t)))
        return -EFAULT;
    return (long)(clock_monotonic_ns() / TICK_NS);
}
