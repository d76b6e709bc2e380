// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exit.c - the end of threads and processes.
 *
 * thread_exit() is where every thread ends. The last one of a process gives back
 * what the process holds, passes its children on, and leaves a zombie for its
 * parent. When PID 1 ends, the machine is switched off with its status.
 */
#include "kernel/include/ktrace.h"
#include "kernel/include/arch.h"
#include "kernel/include/file.h"
#include "kernel/include/fs.h"
#include "kernel/include/process.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/sched.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"
#include "kernel/include/tty.h"
#include "kernel/include/vm.h"
#include "kernel/ipc/ipc.h"
#include "kernel/proc/cpu_timer.h"
#include "kernel/proc/ids.h"
#include "kernel/proc/lifecycle.h"

static struct process *reaper_of(struct process *p)
{
    for (struct process *a = p->parent; a; a = a->parent)
        if (a->is_subreaper && a->state == PROCESS_ALIVE)
            return a;
    return process_init();
}

static bool group_has_stopped(int32_t pgrp)
{
    struct process *p = NULL;

    while ((p = process_next(p)))
        if (p->pgrp == pgrp && p->stopped)
            return true;
    return false;
}

/* POSIX: a group that becomes orphaned with a stopped member gets SIGHUP and SIGCONT. */
static void hang_up_if_orphaned(int32_t pgrp, bool was_orphaned)
{
    if (was_orphaned || !pgrp_is_orphaned(pgrp) || !group_has_stopped(pgrp))
        return;
    signal_send_pgrp(pgrp, SIGHUP, NULL);
    signal_send_pgrp(pgrp, SIGCONT, NULL);
}

static void reparent_children(struct process *p)
{
    struct process *reaper = reaper_of(p);

    list_for_each_safe (c, &p->children, struct process, sibling) {
        bool was_orphaned = pgrp_is_orphaned(c->pgrp);

        list_remove(&c->sibling);
        c->parent = reaper;
        list_push_back(&reaper->children, &c->sibling);
        if (c->parent_death_signal && c->state == PROCESS_ALIVE)
            signal_send_process(c, c->parent_death_signal, NULL);
        hang_up_if_orphaned(c->pgrp, was_orphaned);
        if (c->state == PROCESS_ZOMBIE) {
            c->exit_signal = SIGCHLD;
            wait_wake_all(&reaper->wait);
        }
    }
}

static void release_resources(struct process *p)
{
    struct vm_map *vm = p->vm;
    struct fd_table *fds = p->fds;

    timer_cancel(&p->itimer_real.timer);
    posix_timers_delete(p);
    cpu_timers_exit(p);
    p->max_resident_pages = vm_resident_pages(vm);
    p->fds = NULL;
    fd_table_unref(fds);
    ipc_process_exit(p);
    fs_context_unref(p->fs);
    p->fs = NULL;
    if (p->exe) {
        vnode_allow_write(p->exe->vnode);
        file_unref(p->exe);
        p->exe = NULL;
    }
    p->vm = NULL;
    current->pmap = NULL;
    arch_thread_activate(current);
    vm_map_unref(vm);
}

static void leave_session(struct process *p)
{
    if (p->tty && p->session == p->pid)
        tty_session_exit(p->tty, p->session);
    if (p->tty)
        tty_unref(p->tty);
    p->tty = NULL;
}

static int cld_code(int status)
{
    return (status & 0x7f) == 0 ? CLD_EXITED : (status & 0x80) ? CLD_DUMPED : CLD_KILLED;
}

void process_reap(struct process *p)
{
    struct process *parent = p->parent;

    if (parent) {
        usage_add(&parent->usage_children, &p->usage);
        usage_add(&parent->usage_children, &p->usage_children);
    }
    sighand_unref(p->sighand);
    process_free(p);
}

/* The parent learns of the end; where it does not want to, the zombie goes at once. */
void process_announce_end(struct process *p)
{
    const struct sigaction_k *action = &p->parent->sighand->action[SIGCHLD - 1];
    int status = p->exit_status;
    bool unwanted = p->exit_signal == SIGCHLD &&
                    (action->handler == SIG_IGN || (action->flags & SA_NOCLDWAIT));

    signal_notify_parent(p, cld_code(status), (status & 0x7f) ? status & 0x7f : status >> 8);
    if (unwanted)
        process_reap(p);
}

static void process_end(struct process *p, int status)
{
    bool was_orphaned = pgrp_is_orphaned(p->pgrp);

    if (p->pid == 1)
        arch_poweroff((status & 0x7f) ? 128 + (status & 0x7f) : status >> 8);
    memcpy(p->name, current->name, sizeof(p->name));
    leave_session(p);
    reparent_children(p);
    release_resources(p);
    p->exit_status = status;
    p->state = PROCESS_ZOMBIE;
    p->stopped = false;
    hang_up_if_orphaned(p->pgrp, was_orphaned);
    poll_wake(&p->exit_poll, POLL_READABLE);
    if (!p->leader_trace)
        process_announce_end(p);
}

_Noreturn void thread_exit(int status)
{
    struct thread *t = current;
    struct process *p = t->process;

    ktrace(exit, status, 0);
    trace_event(PTRACE_EVENT_EXIT, (uint64_t)status);
    thread_release_user_words(t);
    vfork_release(t);
    usage_add_thread(&p->usage, t);
    t->accounted_until_ns = clock_monotonic_ns();
    sigqueue_flush(&t->pending, ~0ull);
    list_remove(&t->process_node);
    thread_unhash(t);
    t->state = THREAD_DEAD;
    p->thread_count--;
    trace_thread_exit(t, p->exiting ? p->exit_status : status);
    trace_tracer_exit(t);
    if (p->thread_count == 0) {
        process_end(p, p->exiting ? p->exit_status : status);
    } else {
        wait_wake_all(&p->thread_exit);
        signal_recompute_process(p);
        t->pmap = NULL;
    }
    t->process = NULL;
    sched_exit();
}

static void request_exit_of_others(struct process *p)
{
    list_for_each (t, &p->threads, struct thread, process_node) {
        if (t == current)
            continue;
        t->exit_requested = true;
        t->signal_pending = true;
        sched_continue(t);
        if (t->state == THREAD_PARKED && t->park_interruptible)
            sched_unpark(t);
    }
}

_Noreturn void process_exit_group(int status)
{
    struct process *p = current->process;

    if (!p->exiting) {
        p->exiting = true;
        p->exit_status = status;
        request_exit_of_others(p);
    }
    thread_exit(p->exit_status);
}

void process_kill_other_threads(void)
{
    struct process *p = current->process;

    request_exit_of_others(p);
    while (p->thread_count > 1 && !current->exit_requested)
        wait_sleep(&p->thread_exit, NO_DEADLINE, false);
}

SYSCALL1(exit, int, status)
{
    thread_exit((status & 0xff) << 8);
}

SYSCALL1(exit_group, int, status)
{
    process_exit_group((status & 0xff) << 8);
}
