/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_sched_attr.c - sched_setattr and sched_getattr; I/O priorities, which are only checked. */
#include "kernel/include/errno.h"
#include "kernel/include/page.h"
#include "kernel/include/process.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"

#define SCHED_FIFO 1u
#define SCHED_RR 2u
#define SCHED_BATCH 3u
#define SCHED_IDLE 5u
#define SCHED_DEADLINE 6u
#define ATTR_BYTES_VER0 48u
#define ATTR_BYTES 56u
#define FLAG_RESET_ON_FORK 1u
#define FLAGS_KNOWN 0x7fu
#define PRIORITY_MAX 99u

struct sched_attr_k {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};
_Static_assert(sizeof(struct sched_attr_k) == ATTR_BYTES, "struct sched_attr");

static int attr_in(vaddr_t u, struct sched_attr_k *a)
{
    uint32_t size;

    memset(a, 0, sizeof(*a));
    if (copy_from_user(&size, u, sizeof(size)))
        return -EFAULT;
    if (!size)
        size = ATTR_BYTES_VER0;
    if (size < ATTR_BYTES_VER0 || size > PAGE_SIZE) {
        const uint32_t known = ATTR_BYTES;

        return copy_to_user(u, &known, sizeof(known)) ? -EFAULT : -E2BIG;
    }
    return copy_from_user(a, u, size < ATTR_BYTES ? size : ATTR_BYTES);
}

static bool attr_is_valid(const struct sched_attr_k *a)
{
    bool realtime = a->policy == SCHED_FIFO || a->policy == SCHED_RR;

    if (a->policy > SCHED_BATCH && a->policy != SCHED_IDLE)
        return false;
    if ((a->flags & ~(uint64_t)FLAGS_KNOWN) || a->priority > PRIORITY_MAX)
        return false;
    return realtime == (a->priority > 0);
}

SYSCALL3(sched_setattr, int, tid, vaddr_t, u, unsigned, flags)
{
    struct sched_attr_k a;
    struct thread *t;
    int error;

    if (!u || tid < 0 || flags)
        return -EINVAL;
    error = attr_in(u, &a);
    if (error)
        return error;
    t = tid ? thread_find(tid) : current;
    if (!t)
        return -ESRCH;
    if (!attr_is_valid(&a))
        return -EINVAL;
    if ((a.priority || a.nice < t->nice) && !cred_is_privileged(&current->process->cred))
        return -EPERM;
    t->policy = a.policy;
    t->rt_priority = a.priority;
    if (!a.priority)
        t->nice = a.nice < -20 ? -20 : a.nice > 19 ? 19 : a.nice;
    return 0;
}

SYSCALL4(sched_getattr, int, tid, vaddr_t, u, unsigned, size, unsigned, flags)
{
    struct sched_attr_k a = { .size = ATTR_BYTES };
    const struct thread *t;

    if (!u || tid < 0 || size < ATTR_BYTES_VER0 || size > PAGE_SIZE || flags)
        return -EINVAL;
    t = tid ? thread_find(tid) : current;
    if (!t)
        return -ESRCH;
    a.policy = t->policy;
    a.priority = t->rt_priority;
    a.nice = t->rt_priority ? 0 : t->nice;
    a.util_max = 0;
    if (size < a.size)
        a.size = size;
    return copy_to_user(u, &a, a.size);
}

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_WHO_USER 3
#define IOPRIO_CLASS_SHIFT 13
#define IOPRIO_CLASS_RT 1
#define IOPRIO_CLASS_BE 2
#define IOPRIO_CLASS_IDLE 3

/* Files are in memory: the priority of reading them means nothing. It is checked and forgotten. */
SYSCALL3(ioprio_set, int, which, int, who, int, priority)
{
    int class = priority >> IOPRIO_CLASS_SHIFT, data = priority & ((1 << IOPRIO_CLASS_SHIFT) - 1);

    if (class < 0 || class > IOPRIO_CLASS_IDLE)
        return -EINVAL;
    if (class == IOPRIO_CLASS_RT && !cred_is_privileged(&current->process->cred))
        return -EPERM;
    if ((class == IOPRIO_CLASS_RT || class == IOPRIO_CLASS_BE) ? data >= 8 : class == 0 && data)
        return -EINVAL;
    if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
        return -EINVAL;
    return which == IOPRIO_WHO_PROCESS && who && !thread_find(who) ? -ESRCH : 0;
}

SYSCALL2(ioprio_get, int, which, int, who)
{
    if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
        return -EINVAL;
    if (which == IOPRIO_WHO_PROCESS && who && !thread_find(who))
        return -ESRCH;
    return 0;
}
