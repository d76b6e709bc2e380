// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_prctl.c - prctl, personality, membarrier, rseq. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"

#define PR_SET_PDEATHSIG 1
#define PR_GET_PDEATHSIG 2
#define PR_GET_DUMPABLE 3
#define PR_SET_DUMPABLE 4
#define PR_GET_KEEPCAPS 7
#define PR_SET_KEEPCAPS 8
#define PR_SET_NAME 15
#define PR_GET_NAME 16
#define PR_GET_SECCOMP 21
#define PR_CAPBSET_READ 23
#define PR_CAPBSET_DROP 24
#define PR_GET_SECUREBITS 27
#define PR_GET_TID_ADDRESS 40
#define PR_GET_THP_DISABLE 42
#define PR_CAP_AMBIENT 47
#define AMBIENT_IS_SET 1u
#define AMBIENT_RAISE 2u
#define AMBIENT_LOWER 3u
#define AMBIENT_CLEAR_ALL 4u
#define PR_SET_TIMERSLACK 29
#define PR_GET_TIMERSLACK 30
#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37
#define PR_SET_NO_NEW_PRIVS 38
#define PR_GET_NO_NEW_PRIVS 39
#define TIMERSLACK_NS 50000
#define CAP_LAST 40

static long set_name(vaddr_t u)
{
    char name[THREAD_NAME_BYTES];
    long n = strncpy_from_user(name, u, sizeof(name));

    if (n == -EFAULT)
        return n;
    name[sizeof(name) - 1] = '\0';
    strlcpy(current->name, name, sizeof(current->name));
    return 0;
}

static long store_int(vaddr_t u, int32_t value)
{
    return copy_to_user(u, &value, sizeof(value));
}

static long set_flag(bool *flag, uint64_t value)
{
    if (value > 1)
        return -EINVAL;
    *flag = value;
    return 0;
}

static long drop_capability(struct process *p, uint64_t cap)
{
    if (!cred_is_privileged(&p->cred))
        return -EPERM;
    if (cap > CAP_LAST)
        return -EINVAL;
    p->cred.cap_bounding &= ~(1ull << cap);
    return 0;
}

static long ambient(struct cred *c, uint64_t action, uint64_t cap, uint64_t rest)
{
    uint64_t bit = 1ull << (cap & 63);

    if (action == AMBIENT_CLEAR_ALL) {
        if (cap || rest)
            return -EINVAL;
        c->cap_ambient = 0;
        return 0;
    }
    if (rest || cap > CAP_LAST)
        return -EINVAL;
    if (action == AMBIENT_IS_SET)
        return (c->cap_ambient & bit) != 0;
    if (action != AMBIENT_RAISE && action != AMBIENT_LOWER)
        return -EINVAL;
    if (action == AMBIENT_RAISE && !(c->cap_permitted & c->cap_inheritable & bit))
        return -EPERM;
    c->cap_ambient = action == AMBIENT_RAISE ? c->cap_ambient | bit : c->cap_ambient & ~bit;
    return 0;
}

SYSCALL5(prctl, int, option, uint64_t, a2, uint64_t, a3, uint64_t, a4, uint64_t, a5)
{
    struct process *p = current->process;
    char name[THREAD_NAME_BYTES] = "";

    switch (option) {
    case PR_SET_PDEATHSIG:
        if (a2 > SIGNAL_COUNT)
            return -EINVAL;
        p->parent_death_signal = (int32_t)a2;
        return 0;
    case PR_GET_PDEATHSIG:
        return store_int(a2, p->parent_death_signal);
    case PR_GET_DUMPABLE:
        return p->dumpable;
    case PR_SET_DUMPABLE:
        return set_flag(&p->dumpable, a2);
    case PR_GET_KEEPCAPS:
        return p->keep_caps;
    case PR_SET_KEEPCAPS:
        return set_flag(&p->keep_caps, a2);
    case PR_GET_SECUREBITS:
    case PR_GET_THP_DISABLE:
        return 0;
    case PR_GET_TID_ADDRESS:
        return copy_to_user(a2, &current->clear_child_tid, sizeof(current->clear_child_tid));
    case PR_CAPBSET_DROP:
        return drop_capability(p, a2);
    case PR_CAP_AMBIENT:
        return ambient(&p->cred, a2, a3, a4 | a5);
    case PR_SET_NAME:
        return set_name(a2);
    case PR_GET_NAME:
        strlcpy(name, current->name, sizeof(name));
        return copy_to_user(a2, name, sizeof(name));
    case PR_GET_SECCOMP:
        return 0;
    case PR_CAPBSET_READ:
        return a2 > CAP_LAST ? -EINVAL : (long)(p->cred.cap_bounding >> a2 & 1);
    case PR_SET_TIMERSLACK:
        current->timer_slack_ns = (int64_t)a2 <= 0 ? 0 : a2;
        return 0;
    case PR_GET_TIMERSLACK:
        return (long)(current->timer_slack_ns ? current->timer_slack_ns : TIMERSLACK_NS);
    case PR_SET_CHILD_SUBREAPER:
        p->is_subreaper = a2 != 0;
        return 0;
    case PR_GET_CHILD_SUBREAPER:
        return store_int(a2, p->is_subreaper);
    case PR_SET_NO_NEW_PRIVS:
        if (a2 != 1 || a3 || a4 || a5)
            return -EINVAL;
        p->no_new_privs = true;
        return 0;
    case PR_GET_NO_NEW_PRIVS:
        return a2 || a3 || a4 || a5 ? -EINVAL : p->no_new_privs;
    default:
        return -EINVAL;
    }
}

SYSCALL1(personality, uint32_t, persona)
{
    uint32_t old = current->process->personality;

    if (persona != UINT32_MAX)
        current->process->personality = persona;
    return old;
}

#define MEMBARRIER_QUERY 0
#define MEMBARRIER_PRIVATE 0x28u  /* PRIVATE_EXPEDITED, and with SYNC_CORE */
#define MEMBARRIER_REGISTER 0x50u /* each one above its command */
#define MEMBARRIER_ALL_COMMANDS 0x7fu /* GLOBAL .. REGISTER_PRIVATE_EXPEDITED_SYNC_CORE */

/* On one CPU every thread switch is a barrier. */
SYSCALL3(membarrier, unsigned, command, unsigned, flags, int, cpu)
{
    struct process *p = current->process;

    if (flags)
        return -EINVAL;
    if (command == MEMBARRIER_QUERY)
        return MEMBARRIER_ALL_COMMANDS;
    if ((command & (command - 1)) || !(command & MEMBARRIER_ALL_COMMANDS))
        return -EINVAL;
    /* One CPU: every system call is a barrier. But the private ones want to be registered. */
    if (command & MEMBARRIER_REGISTER)
        p->membarrier_registered |= command;
    if ((command & MEMBARRIER_PRIVATE) && !(p->membarrier_registered & command << 1))
        return -EPERM;
    return 0;
}

/*
 * Restartable sequences are not offered; libraries ask and do without, so it is not reported as
 * missing.
 */
SYSCALL0(rseq)
{
    return -ENOSYS;
}
