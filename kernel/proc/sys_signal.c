// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_signal.c - the signal calls: actions, masks, waiting, the alternate stack. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/sched.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/signal_class.h"
#include "kernel/proc/user_time.h"

#define SIGSET_BYTES 8

SYSCALL4(rt_sigaction, int, signo, vaddr_t, unew, vaddr_t, uold, size_t, size)
{
    struct sigaction_k *slot, old, new;

    if (size != SIGSET_BYTES || signo < 1 || signo > SIGNAL_COUNT)
        return -EINVAL;
    if (unew && (signo == SIGKILL || signo == SIGSTOP))
        return -EINVAL;
    if (unew && copy_from_user(&new, unew, sizeof(new)))
        return -EFAULT;
    slot = &current->process->sighand->action[signo - 1];
    old = *slot;
    if (unew) {
        new.mask &= ~SIG_UNBLOCKABLE;
        *slot = new;
        /* POSIX: setting a pending signal to be ignored discards it. */
        if (new.handler == SIG_IGN || (new.handler == SIG_DFL && signal_default_is_ignore(signo))) {
            sigqueue_flush(&current->process->pending, sig_bit(signo));
            list_for_each (t, &current->process->threads, struct thread, process_node)
                sigqueue_flush(&t->pending, sig_bit(signo));
        }
    }
    return uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

SYSCALL4(rt_sigprocmask, int, how, vaddr_t, unew, vaddr_t, uold, size_t, size)
{
    sigset_k old = current->signal_mask, set;

    if (size != SIGSET_BYTES)
        return -EINVAL;
    if (unew) {
        if (copy_from_user(&set, unew, sizeof(set)))
            return -EFAULT;
        if (how == SIG_BLOCK)
            signal_set_mask(old | set);
        else if (how == SIG_UNBLOCK)
            signal_set_mask(old & ~set);
        else if (how == SIG_SETMASK)
            signal_set_mask(set);
        else
            return -EINVAL;
    }
    return uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

SYSCALL2(rt_sigpending, vaddr_t, u, size_t, size)
{
    sigset_k set = (current->pending.set | current->process->pending.set) & current->signal_mask;

    return size > SIGSET_BYTES ? -EINVAL : copy_to_user(u, &set, size);
}

static long wait_for_signal(void)
{
    while (!current->signal_pending)
        sched_park(NO_DEADLINE, true);
    return -ERESTARTNOHAND;
}

SYSCALL2(rt_sigsuspend, vaddr_t, u, size_t, size)
{
    sigset_k mask;

    if (size != SIGSET_BYTES)
        return -EINVAL;
    if (copy_from_user(&mask, u, sizeof(mask)))
        return -EFAULT;
    signal_set_mask_temporarily(mask);
    return wait_for_signal();
}

SYSCALL0(pause)
{
    return wait_for_signal();
}

/*
 * The flags are kept as they were given, and signal frames show them so; none is on while size is
 * 0.
 */
static int altstack_set(const struct sigaltstack_k *new)
{
    struct sigaltstack_k *s = &current->altstack;
    int mode = new->flags & ~(int)SS_AUTODISARM;

    if (signal_is_on_altstack(current, frame_sp(current->frame)))
        return -EPERM;
    if (mode != 0 && mode != SS_DISABLE && mode != SS_ONSTACK)
        return -EINVAL;
    if (mode != SS_DISABLE && new->size < arch_altstack_bytes_min)
        return -ENOMEM;
    *s = (struct sigaltstack_k){ .flags = new->flags };
    if (mode != SS_DISABLE) {
        s->sp = new->sp;
        s->size = new->size;
    }
    return 0;
}

/* Linux's arm64_notify_segfault(): any mapping above makes it a question of rights. */
static void refuse_frame(void)
{
    vaddr_t sp = frame_sp(current->frame);

    if (arch_bad_frame_is_fault)
        trap_user_signal(SIGSEGV, vm_find(current->process->vm, arch_untagged(sp)) ? SEGV_ACCERR : SEGV_MAPERR,
                         sp, 0, 0);
    else
        signal_force_current(SIGSEGV, NULL);
}

/*
 * What is wrong with the alternate stack in the frame is no error, as on Linux; and the mask is
 * that of the frame also where the rest is refused, so it may block the SIGSEGV.
 */
SYSCALL0(rt_sigreturn)
{
    struct sigaltstack_k altstack;
    sigset_k mask = current->signal_mask;

    current->restart_code = 0;
    if (sigframe_pop(current->frame, &mask, &altstack)) {
        signal_set_mask(mask);
        refuse_frame();
        return SYSCALL_FRAME_SET;
    }
    signal_set_mask(mask);
    altstack_set(&altstack);
    return SYSCALL_FRAME_SET;
}

static int take_waited(sigset_k set, struct ksiginfo *info)
{
    int signo = sigqueue_take(&current->pending, set, info);

    if (!signo)
        signo = sigqueue_take(&current->process->pending, set, info);
    if (signo && info->code == SI_TIMER)
        posix_timer_signal_taken(info);
    return signo;
}

static long timed_wait(sigset_k set, uint64_t deadline_ns, struct ksiginfo *info)
{
    int error = 0, signo = take_waited(set, info);

    while (!signo && !error) {
        current->signal_wait = set;
        signal_recompute(current);
        error = sched_park(deadline_ns, true);
        current->signal_wait = 0;
        signal_recompute(current);
        signo = take_waited(set, info);
    }
    signal_recompute(current);
    return signo ? signo : error == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

SYSCALL4(rt_sigtimedwait, vaddr_t, uset, vaddr_t, uinfo, vaddr_t, uts, size_t, size)
{
    uint64_t deadline_ns = NO_DEADLINE;
    struct timespec_k ts;
    struct ksiginfo info;
    sigset_k set;
    long signo;

    if (size != SIGSET_BYTES)
        return -EINVAL;
    if (copy_from_user(&set, uset, sizeof(set)) || (uts && timespec_from_user(uts, &ts)))
        return -EFAULT;
    if (uts) {
        if (!timespec_is_valid(&ts))
            return -EINVAL;
        deadline_ns = deadline_relative(&ts);
    }
    signo = timed_wait(set & ~SIG_UNBLOCKABLE, deadline_ns, &info);
    if (signo > 0 && uinfo && copy_to_user(uinfo, &info, sizeof(info)))
        return -EFAULT;
    return signo;
}

SYSCALL2(sigaltstack, vaddr_t, unew, vaddr_t, uold)
{
    struct sigaltstack_k old = current->altstack, new;
    int error;
    bool active = signal_is_on_altstack(current, frame_sp(current->frame));

    old.flags = (old.flags & (int)SS_AUTODISARM) |
                (!old.size ? SS_DISABLE : active ? SS_ONSTACK : 0);
    if (unew) {
        if (copy_from_user(&new, unew, sizeof(new)))
            return -EFAULT;
        error = altstack_set(&new);
        if (error)
            return error;
    }
    old.pad = 0;
    return uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}
