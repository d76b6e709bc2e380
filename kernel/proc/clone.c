// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clone.c - new processes and threads: fork, vfork, clone, clone3.
 *
 * The child's user frame is a copy of the caller's with result 0 and, where
 * asked, another stack and TLS. All that can fail comes before the child is
 * visible to anybody.
 */
#include "clone_abi.h"
#include "kernel/include/ktrace.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/fs.h"
#include "kernel/include/page.h"
#include "kernel/include/process.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"
#include "kernel/include/tty.h"
#include "kernel/include/vm.h"
#include "kernel/proc/cpu_timer.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/pidfd.h"
#include "kernel/proc/uts.h"

#define CLONE_NAMESPACES                                                                          \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
     CLONE_NEWNET)

static int check_flags(uint64_t flags)
{
    if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
        return -EINVAL;
    if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
        return -EINVAL;
    if ((flags & CLONE_NEWNS) && (flags & CLONE_FS))
        return -EINVAL;
    if ((flags & CLONE_PIDFD) && (flags & CLONE_THREAD))
        return -EINVAL;
    if ((flags & CLONE_NAMESPACES) && !cred_is_privileged(&current->process->cred))
        return -EPERM;
    return flags & (CLONE_NAMESPACES & ~CLONE_NEWUTS) ? -EINVAL : 0;
}

/* RLIMIT_NPROC counts the threads of the real user; root has no limit. */
static bool user_has_too_many(const struct process *me)
{
    uint64_t count = 0;
    struct process *p = NULL;

    if (cred_is_privileged(&me->cred) || me->cred.uid == 0 ||
        me->rlimit[RLIMIT_NPROC].soft == RLIM_INFINITY)
        return false;
    while ((p = process_next(p)))
        if (p->cred.uid == me->cred.uid)
            count += p->thread_count;
    return count >= me->rlimit[RLIMIT_NPROC].soft;
}

static int share_memory(struct process *child, struct process *parent, uint64_t flags)
{
    if (flags & CLONE_VM) {
        child->vm = vm_map_ref(parent->vm);
        return 0;
    }
    return vm_map_fork(parent->vm, &child->vm);
}

static int share_rest(struct process *child, struct process *parent, uint64_t flags)
{
    child->fds = flags & CLONE_FILES ? fd_table_ref(parent->fds) : fd_table_copy(parent->fds);
    child->fs = flags & CLONE_FS ? fs_context_ref(parent->fs) : fs_context_copy(parent->fs);
    if (flags & CLONE_SIGHAND) {
        child->sighand = parent->sighand;
        child->sighand->refs++;
    } else {
        child->sighand = sighand_copy(parent->sighand);
    }
    if (!child->fds || !child->fs || !child->sighand)
        return -ENOMEM;
    if (flags & CLONE_CLEAR_SIGHAND)
        for (int i = 0; i < SIGNAL_COUNT; i++)
            if (child->sighand->action[i].handler != SIG_IGN)
                child->sighand->action[i] = (struct sigaction_k){ .handler = SIG_DFL };
    if (parent->exe) {
        vnode_deny_write(parent->exe->vnode);
        child->exe = file_ref(parent->exe);
    }
    return 0;
}

static void process_unshare_failed(struct process *p)
{
    if (p->vm)
        vm_map_unref(p->vm);
    if (p->fds)
        fd_table_unref(p->fds);
    if (p->fs)
        fs_context_unref(p->fs);
    if (p->sighand)
        sighand_unref(p->sighand);
    if (p->exe) {
        vnode_allow_write(p->exe->vnode);
        file_unref(p->exe);
    }
    process_free(p);
}

static int process_fork(int32_t pid, const struct clone_args_k *args, struct process **out)
{
    struct process *parent = current->process, *p = process_alloc(pid);

    if (!p)
        return -ENOMEM;
    if (share_memory(p, parent, args->flags) || share_rest(p, parent, args->flags) ||
        ((args->flags & CLONE_NEWUTS) && uts_leave(p))) {
        process_unshare_failed(p);
        return -ENOMEM;
    }
    p->pgrp = parent->pgrp;
    p->session = parent->session;
    p->cred = parent->cred;
    memcpy(p->rlimit, parent->rlimit, sizeof(p->rlimit));
    p->personality = parent->personality;
    p->dumpable = parent->dumpable;
    p->no_new_privs = parent->no_new_privs;
    p->oom_score_adj = parent->oom_score_adj;
    if (parent->tty)
        p->tty = tty_ref(parent->tty);
    cpu_limit_update(p);
    p->exit_signal = (int32_t)args->exit_signal;
    p->parent = parent;
    if (args->flags & CLONE_PARENT) {
        p->parent = parent->parent ? parent->parent : parent;
        p->exit_signal = parent->exit_signal;
    }
    list_push_back(&p->parent->children, &p->sibling);
    *out = p;
    return 0;
}

static void thread_inherit(struct thread *t, const struct clone_args_k *args)
{
    frame_copy(t->frame, current->frame);
    frame_set_result(t->frame, 0);
    if (args->stack)
        frame_set_sp(t->frame, args->stack + args->stack_size);
    if (args->flags & CLONE_SETTLS)
        frame_set_tls(t->frame, args->tls);
    memcpy(t->name, current->name, sizeof(t->name));
    t->signal_mask = current->signal_mask;
    if (!(args->flags & CLONE_VM) || (args->flags & CLONE_VFORK))
        t->altstack = current->altstack;
    else
        t->altstack.flags = SS_DISABLE;
    t->nice = current->nice;
    t->policy = current->policy;
    t->rt_priority = current->rt_priority;
    t->timer_slack_ns = current->timer_slack_ns;
    sigqueue_init(&t->pending);
    if (args->flags & CLONE_CHILD_CLEARTID)
        t->clear_child_tid = args->child_tid;
}

static void vfork_wait(void)
{
    while (!current->vfork_done)
        sched_park(NO_DEADLINE, false);
    current->vfork_done = false;
}

void vfork_release(struct thread *t)
{
    struct thread *parent = t->vfork_parent;

    if (!parent)
        return;
    t->vfork_parent = NULL;
    parent->vfork_done = true;
    sched_unpark(parent);
}

static int store_tids(struct thread *t, const struct clone_args_k *args)
{
    if ((args->flags & CLONE_PARENT_SETTID) &&
        copy_to_user(args->parent_tid, &t->tid, sizeof(t->tid)))
        return -EFAULT;
    if (args->flags & CLONE_CHILD_SETTID)
        vm_copy_out(t->process->vm, args->child_tid, &t->tid, sizeof(t->tid));
    return 0;
}

static int event_of(const struct clone_args_k *args)
{
    if (args->flags & CLONE_VFORK)
        return PTRACE_EVENT_VFORK;
    return args->exit_signal == SIGCHLD ? PTRACE_EVENT_FORK : PTRACE_EVENT_CLONE;
}

long clone_from(const struct clone_args_k *args)
{
    struct process *p = current->process;
    struct thread *t;
    bool followed = false;
    int32_t tid;
    int error = check_flags(args->flags), event = event_of(args);

    if (error)
        return error;
    if (user_has_too_many(p))
        return -EAGAIN;
    t = thread_create(NULL, NULL);
    if (!t)
        return -ENOMEM;
    if (!(args->flags & CLONE_THREAD)) {
        error = process_fork(t->tid, args, &p);
        if (error) {
            thread_free(t);
            return error;
        }
    }
    thread_inherit(t, args);
    process_add_thread(p, t);
    t->pmap = p->vm->pmap;
    tid = t->tid;
    store_tids(t, args);
    if (args->flags & CLONE_PIDFD)
        pidfd_open_into(p, args->pidfd);
    if (args->flags & CLONE_VFORK)
        t->vfork_parent = current;
    if (!(args->flags & CLONE_UNTRACED))
        followed = trace_inherit(t, event, args->flags & CLONE_PTRACE);
    ktrace(fork, t->tid, args->flags);
    sched_start(t);
    if (followed)
        trace_event(event, (uint64_t)tid);
    if (args->flags & CLONE_VFORK) {
        vfork_wait();
        trace_event(PTRACE_EVENT_VFORK_DONE, (uint64_t)tid);
    }
    return tid;
}

SYSCALL5(clone, uint64_t, flags, vaddr_t, stack, vaddr_t, parent_tid, uint64_t, arg3, uint64_t,
         arg4)
{
    uint64_t last[2] = { arg3, arg4 };
    struct clone_args_k args = {
        .flags = (uint32_t)flags & ~CSIGNAL,
        .exit_signal = flags & CSIGNAL,
        .stack = stack,
        .parent_tid = parent_tid,
        .pidfd = parent_tid,
        .tls = last[CLONE_ARG_TLS - 3],
        .child_tid = last[CLONE_ARG_CHILD_TID - 3],
    };

    if ((args.flags & CLONE_PIDFD) && (args.flags & CLONE_PARENT_SETTID))
        return -EINVAL;
    return clone_from(&args);
}

SYSCALL2(clone3, vaddr_t, uargs, size_t, size)
{
    struct clone_args_k args = { 0 };

    if (size < CLONE_ARGS_SIZE_VER0)
        return -EINVAL;
    if (size > PAGE_SIZE)
        return -E2BIG;
    if (copy_from_user(&args, uargs, size < sizeof(args) ? size : sizeof(args)))
        return -EFAULT;
    if (args.set_tid_size || args.exit_signal > SIGNAL_COUNT || (args.flags & CSIGNAL) ||
        !args.stack != !args.stack_size)
        return -EINVAL;
    if ((args.flags & (CLONE_THREAD | CLONE_PARENT)) && args.exit_signal)
        return -EINVAL;
    return clone_from(&args);
}

SYSCALL0(fork)
{
    return clone_from(&(struct clone_args_k){ .exit_signal = SIGCHLD });
}

SYSCALL0(vfork)
{
    return clone_from(
        &(struct clone_args_k){ .flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD });
}
