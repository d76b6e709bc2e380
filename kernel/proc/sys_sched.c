// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sys_sched.c - scheduling parameters. They are kept and given back as Linux does;
 * the scheduler itself is plain round robin on one CPU.
 */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/sched.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"
#include "kernel/proc/user_time.h"

#define SCHED_OTHER 0u
#define SCHED_FIFO 1u
#define SCHED_RR 2u
#define SCHED_BATCH 3u
#define SCHED_IDLE 5u
#define SCHED_DEADLINE 6u
#define SCHED_RESET_ON_FORK 0x40000000u
#define RT_PRIORITY_MAX 99
#define PRIO_PROCESS 0
#define PRIO_USER 2
#define NICE_MIN (-20)
#define NICE_MAX 19

static struct thread *find_or_self(int32_t tid)
{
    return tid ? thread_find(tid) : current;
}

SYSCALL0(sched_yield)
{
    sched_yield();
    return 0;
}

static bool policy_is_realtime(unsigned policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool policy_is_known(unsigned policy)
{
    return policy <= SCHED_BATCH || policy == SCHED_IDLE;
}

SYSCALL1(sched_get_priority_max, unsigned, policy)
{
    if (!policy_is_known(policy) && policy != SCHED_DEADLINE)
        return -EINVAL;
    return policy_is_realtime(policy) ? RT_PRIORITY_MAX : 0;
}

SYSCALL1(sched_get_priority_min, unsigned, policy)
{
    if (!policy_is_known(policy) && policy != SCHED_DEADLINE)
        return -EINVAL;
    return policy_is_realtime(policy) ? 1 : 0;
}

static long set_policy(int tid, unsigned policy, int priority)
{
    struct thread *t = find_or_self(tid);

    if (tid < 0)
        return -EINVAL;
    if (!t)
        return -ESRCH;
    if (!policy_is_known(policy) || priority < 0 || priority > RT_PRIORITY_MAX ||
        policy_is_realtime(policy) != (priority > 0))
        return -EINVAL;
    if (policy_is_realtime(policy) && !cred_is_privileged(&current->process->cred))
        return -EPERM;
    t->policy = policy;
    t->rt_priority = (unsigned)priority;
    return 0;
}

SYSCALL3(sched_setscheduler, int, tid, unsigned, policy, vaddr_t, uparam)
{
    int32_t priority;

    if (!uparam)
        return -EINVAL;
    if (copy_from_user(&priority, uparam, sizeof(priority)))
        return -EFAULT;
    return set_policy(tid, policy & ~SCHED_RESET_ON_FORK, priority);
}

SYSCALL1(sched_getscheduler, int, tid)
{
    const struct thread *t = find_or_self(tid);

    return tid < 0 ? -EINVAL : t ? (long)t->policy : -ESRCH;
}

SYSCALL2(sched_setparam, int, tid, vaddr_t, uparam)
{
    const struct thread *t = find_or_self(tid);
    int32_t priority;

    if (tid < 0 || !uparam)
        return -EINVAL;
    if (!t)
        return -ESRCH;
    if (copy_from_user(&priority, uparam, sizeof(priority)))
        return -EFAULT;
    return set_policy(tid, t->policy, priority);
}

SYSCALL2(sched_getparam, int, tid, vaddr_t, uparam)
{
    const struct thread *t = find_or_self(tid);

    if (tid < 0 || !uparam)
        return -EINVAL;
    return t ? copy_to_user(uparam, &t->rt_priority, sizeof(t->rt_priority)) : -ESRCH;
}

SYSCALL2(sched_rr_get_interval, int, tid, vaddr_t, uts)
{
    const struct thread *t = find_or_self(tid);
    struct timespec_k ts = { 0, (int64_t)SCHED_QUANTUM_NS };

    if (tid < 0)
        return -EINVAL;
    return t ? copy_to_user(uts, &ts, sizeof(ts)) : -ESRCH;
}

SYSCALL3(sched_getaffinity, int, tid, size_t, len, vaddr_t, umask)
{
    const uint64_t cpus = 1;

    if (len < sizeof(cpus) || (len & 7))
        return -EINVAL;
    if (!find_or_self(tid))
        return -ESRCH;
    return copy_to_user(umask, &cpus, sizeof(cpus)) ? -EFAULT : (long)sizeof(cpus);
}

SYSCALL3(sched_setaffinity, int, tid, size_t, len, vaddr_t, umask)
{
    uint64_t cpus = 0;

    if (!find_or_self(tid))
        return -ESRCH;
    if (copy_from_user(&cpus, umask, len < sizeof(cpus) ? len : sizeof(cpus)))
        return -EFAULT;
    return cpus & 1 ? 0 : -EINVAL;
}

SYSCALL3(getcpu, vaddr_t, ucpu, vaddr_t, unode, vaddr_t, unused)
{
    const uint32_t zero = 0;

    if ((ucpu && copy_to_user(ucpu, &zero, 4)) || (unode && copy_to_user(unode, &zero, 4)))
        return -EFAULT;
    return 0;
}

/* Calls fn for each thread that (which, who) means; false: none. */
static bool for_each_target(int which, int who, void (*fn)(struct thread *t, int *arg), int *arg)
{
    struct process *p = NULL;
    bool any = false;

    if (which == PRIO_PROCESS) {
        struct thread *t = find_or_self(who);

        if (t)
            fn(t, arg);
        return t;
    }
    while ((p = process_next(p))) {
        int32_t own = which == PRIO_USER ? (int32_t)current->process->cred.uid
                                         : current->process->pgrp;
        int32_t its = which == PRIO_USER ? (int32_t)p->cred.uid : p->pgrp;

        if (its != (who ? who : own))
            continue;
        list_for_each (t, &p->threads, struct thread, process_node) {
            fn(t, arg);
            any = true;
        }
    }
    return any;
}

static void nice_least(struct thread *t, int *least)
{
    if (t->nice < *least)
        *least = t->nice;
}

/* arg: the value, and the error of the last thread that could not have it. */
static void nice_assign(struct thread *t, int *arg)
{
    const struct cred *own = &current->process->cred, *its = &t->process->cred;

    if (cred_is_privileged(own) ||
        ((own->euid == its->uid || own->euid == its->euid) && arg[0] >= t->nice))
        t->nice = arg[0];
    else
        arg[1] = own->euid == its->uid || own->euid == its->euid ? -EACCES : -EPERM;
}

SYSCALL2(getpriority, int, which, int, who)
{
    int least = NICE_MAX;

    if (which < PRIO_PROCESS || which > PRIO_USER)
        return -EINVAL;
    return for_each_target(which, who, nice_least, &least) ? 20 - least : -ESRCH;
}

SYSCALL3(setpriority, int, which, int, who, int, nice)
{
    int arg[2] = { nice < NICE_MIN ? NICE_MIN : nice > NICE_MAX ? NICE_MAX : nice, 0 };

    if (which < PRIO_PROCESS || which > PRIO_USER)
        return -EINVAL;
    return for_each_target(which, who, nice_assign, arg) ? arg[1] : -ESRCH;
}
