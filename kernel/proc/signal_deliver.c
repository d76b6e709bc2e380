// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signal_deliver.c - what a pending signal does on the way to user mode: nothing,
 * a stop, the end, or a handler's frame on the user's stack.
 *
 * It runs after the system call's result is in the frame and is the last that
 * writes there. An interrupted call (restart_code) is decided here: with a handler
 * it restarts only by SA_RESTART; without one always. A call with a time limit
 * (ERESTART_RESTARTBLOCK) goes on in place, so user mode never sees it.
 *
 * One handler is entered at a time: trap_leave_user() comes back while more is
 * pending and stacks the next frame on the first, as Linux does.
 */
#include "kernel/include/ktrace.h"
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/sched.h"
#include "kernel/include/signal.h"
#include "kernel/include/vm.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/oom.h"
#include "kernel/proc/signal_class.h"

static int take_next(struct ksiginfo *info)
{
    struct thread *t = current;
    sigset_k own = t->pending.set & ~t->signal_mask;
    sigset_k shared = t->process->pending.set & ~t->signal_mask;
    int signo;

    if (own & SIG_SYNCHRONOUS_SET)
        signo = sigqueue_take(&t->pending, own & SIG_SYNCHRONOUS_SET, info);
    else if (shared & sig_bit(SIGKILL))
        signo = sigqueue_take(&t->process->pending, sig_bit(SIGKILL), info);
    else if (own)
        signo = sigqueue_take(&t->pending, own, info);
    else if (shared)
        signo = sigqueue_take(&t->process->pending, shared, info);
    else
        return 0;
    if (info->code == SI_TIMER)
        posix_timer_signal_taken(info);
    return signo;
}

bool signal_is_on_altstack(const struct thread *t, vaddr_t sp)
{
    if ((t->altstack.flags & (int)SS_AUTODISARM) || !t->altstack.size)
        return false;
    return sp - t->altstack.sp <= t->altstack.size && sp != t->altstack.sp;
}

static void restart_with_handler(struct trap_frame *f, const struct sigaction_k *action)
{
    int code = current->restart_code;

    current->restart_code = 0;
    if (!code)
        return;
    if (code == ERESTARTNOINTR || (code == ERESTARTSYS && (action->flags & SA_RESTART)))
        frame_syscall_restart(f);
    else
        frame_set_result(f, -EINTR);
}

static void restart_without_handler(struct trap_frame *f)
{
    int code = current->restart_code;
    long result;

    current->restart_code = 0;
    if (!code)
        return;
    if (code != ERESTART_RESTARTBLOCK) {
        frame_syscall_restart(f);
        return;
    }
    result = current->restart.fn(&current->restart);
    if (result == -ERESTART_RESTARTBLOCK)
        current->restart_code = ERESTART_RESTARTBLOCK;
    frame_set_result(f, result);
}

static void enter_handler(struct trap_frame *f, int signo, const struct ksiginfo *info)
{
    struct thread *t = current;
    struct sigaction_k *slot = &t->process->sighand->action[signo - 1];
    struct sigaction_k action = *slot;
    sigset_k old = t->signal_mask_restore ? t->signal_mask_saved : t->signal_mask;
    bool use_altstack, stepping;

    ktrace(signal_deliver, signo, action.handler);
    restart_with_handler(f, &action);
    stepping = t->stepping;
    trace_set_step(t, false);
    use_altstack = (action.flags & SA_ONSTACK) && t->altstack.size &&
                   !signal_is_on_altstack(t, frame_sp(f));
    t->signal_mask_restore = false;
    if (action.flags & SA_RESETHAND)
        slot->handler = SIG_DFL;
    if (sigframe_push(f, info, &action, old, &t->altstack, use_altstack)) {
        if (signo == SIGSEGV)
            slot->handler = SIG_DFL;
        signal_force_current(SIGSEGV, NULL);
        signal_recompute(t);
        return;
    }
    if (t->altstack.flags & (int)SS_AUTODISARM)
        t->altstack = (struct sigaltstack_k){ .flags = SS_DISABLE };
    if (!(action.flags & SA_NODEFER))
        t->signal_mask |= sig_bit(signo);
    signal_set_mask(t->signal_mask | action.mask);
    if (stepping)
        trace_handler_entered();
}

static void stop_here(void)
{
    struct process *p = current->process;

    while (p->stopped && !(p->pending.set & sig_bit(SIGKILL)) && !current->exit_requested) {
        if (!current->trace)
            sched_stop();
        else if (!trace_group_stop())
            break;
    }
    current->stop_requested = false;
}

static void stop_process(int signo)
{
    struct process *p = current->process;

    if (signo != SIGSTOP && pgrp_is_orphaned(p->pgrp))
        return;
    p->stopped = true;
    p->stop_signal = signo;
    p->wait_stopped = true;
    p->wait_continued = false;
    list_for_each (t, &p->threads, struct thread, process_node) {
        t->stop_requested = true;
        t->signal_pending = true;
        if (t != current && t->state == THREAD_PARKED && t->park_interruptible)
            sched_unpark(t);
    }
    signal_notify_parent(p, CLD_STOPPED, signo);
    stop_here();
}

static void default_action(int signo)
{
    struct process *p = current->process;
    bool core = (sig_bit(signo) & SIG_CORE_SET) && p->rlimit[RLIMIT_CORE].soft && p->dumpable;

    if (sig_bit(signo) & SIG_IGNORE_SET)
        return;
    /*
     * Sent while PID 1 had it blocked, so that it was kept: still no signal from outside ends it.
     */
    if (p->pid == 1 && !current->signal_forced)
        return;
    if (sig_bit(signo) & SIG_STOP_SET)
        stop_process(signo);
    else
        process_exit_group(signo | (core ? 0x80 : 0));
}

/* Takes signals until a handler is entered (true) or none is left. */
static bool deliver_one(struct trap_frame *f)
{
    struct ksiginfo info;
    int signo;

    for (;;) {
        if (current->exit_requested)
            thread_exit(current->process->exit_status);
        if (current->stop_requested)
            stop_here();
        if (current->trap_requested)
            trace_trap();
        signo = take_next(&info);
        if (!signo)
            return false;
        if (current->trace && signo != SIGKILL) {
            signo = trace_signal(signo, &info);
            if (!signo)
                continue;
        }
        switch (current->process->sighand->action[signo - 1].handler) {
        case SIG_IGN:
            break;
        case SIG_DFL:
            default_action(signo);
            break;
        default:
            enter_handler(f, signo, &info);
            return true;
        }
    }
}

void signal_deliver(struct trap_frame *f)
{
    struct thread *t = current;

    ktrace(signal_check, t->pending.set | t->process->pending.set, t->signal_mask);
    if (!deliver_one(f)) {
        if (t->signal_mask_restore) {
            t->signal_mask_restore = false;
            signal_set_mask(t->signal_mask_saved);
        }
        signal_recompute(t);
        if (t->restart_code && !t->signal_pending) {
            restart_without_handler(f);
            signal_recompute(t);
        }
    }
}

void signal_set_mask(sigset_k mask)
{
    sigset_k newly_blocked;

    mask &= ~SIG_UNBLOCKABLE;
    newly_blocked = mask & ~current->signal_mask;
    current->signal_mask = mask;
    signal_recompute(current);
    /* What was to be taken here must not wait: another thread may have it open. */
    if (current->process->pending.set & newly_blocked)
        signal_recompute_process(current->process);
}

void signal_set_mask_temporarily(sigset_k mask)
{
    current->signal_mask_saved = current->signal_mask;
    current->signal_mask_restore = true;
    signal_set_mask(mask);
}

static void signal_force_fault(int signo, int code, vaddr_t addr)
{
    struct ksiginfo info = { .signo = signo, .code = code };

    info.fault.addr = addr;
    signal_force_current(signo, &info);
}

void trap_user_signal(int signo, int code, vaddr_t addr, int trapno, uint64_t error)
{
    (void)trapno;
    (void)error;
    signal_force_fault(signo, code, addr);
}

FAULT_PATH int trap_page_fault(const struct user_fault *fault)
{
    unsigned need = fault->is_write ? PROT_W : fault->is_exec ? PROT_X : PROT_R;
    int error = -EFAULT;

    ktrace(page_fault, fault->addr, need);
    if (current->process && current->process->vm && fault->addr < USER_TOP)
        do {
            error = vm_fault(current->process->vm, fault->addr, need);
        } while (error == -ENOMEM && oom_kill());
    if (!error) {
        current->faults_minor++;
        return 0;
    }
    if (!fault->from_user)
        return -EFAULT;
    if (error == -ENOMEM)
        signal_send_process(current->process, SIGKILL, NULL); /* if oom_kill() has not */
    else if (error == -ERANGE || error == -ENOSPC)
        signal_force_fault(SIGBUS, BUS_ADRERR, fault->addr);
    else
        signal_force_fault(SIGSEGV, error == -EACCES ? SEGV_ACCERR : SEGV_MAPERR, fault->addr);
    return error;
}
