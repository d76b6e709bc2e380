// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ptrace_stop.c - the tracee's side of ptrace: where a traced thread stops, and what it does
 * when it is let go.
 *
 * trace_stop() is the one place where a tracee sleeps. It tells the tracer (SIGCHLD and
 * wait), and goes on when `stopped` is cleared, when the tracer is gone, or to die.
 */
#include "kernel/include/ptrace.h"
#include "kernel/include/sched.h"
#include "kernel/include/signal.h"

static bool must_die(const struct thread *t)
{
    return t->exit_requested || (t->process->pending.set & sig_bit(SIGKILL));
}

static void tell_tracer(const struct trace *tr, int signo)
{
    struct process *tracer = tr->tracer->process;
    const struct sigaction_k *action = &tracer->sighand->action[SIGCHLD - 1];
    struct ksiginfo info = { .signo = SIGCHLD, .code = CLD_TRAPPED };

    info.child.pid = tr->tid;
    info.child.uid = current->process->cred.uid;
    info.child.status = signo;
    if (action->handler != SIG_IGN && !(action->flags & SA_NOCLDSTOP))
        signal_send_process(tracer, SIGCHLD, &info);
    wait_wake_all(&tracer->wait);
}

/* The signal that the tracer wants delivered. info NULL: that of a stop without a signal. */
static int trace_stop(enum trace_kind kind, int code, const struct ksiginfo *info)
{
    struct thread *t = current;
    struct trace *tr = t->trace;

    trace_set_step(t, false);
    tr->kind = kind;
    tr->code = code;
    if (info) {
        tr->info = *info;
    } else {
        siginfo_from_current(&tr->info, SIGTRAP, code);
        tr->info.rt.pid = t->tid;
    }
    t->resume_signo = 0;
    tr->stopped = tr->wait_pending = true;
    tell_tracer(tr, code & 0x7f);
    while (t->trace && t->trace->stopped && !must_die(t))
        sched_stop();
    if (t->trace)
        t->trace->stopped = t->trace->wait_pending = t->trace->listening = false;
    return must_die(t) ? 0 : t->resume_signo;
}

/* The tracer gave a signal at a stop that was for none. */
static void send_given(int signo)
{
    struct ksiginfo info;

    if (!signo)
        return;
    siginfo_from_current(&info, signo, SI_KERNEL);
    signal_send_thread(current, signo, &info);
}

int trace_signal(int signo, struct ksiginfo *info)
{
    const struct process *tracer = current->trace->tracer->process;
    int given = trace_stop(TRACE_SIGNAL, signo, info);

    if (!given)
        return 0;
    if (current->trace)
        *info = current->trace->info;
    if (info->signo != given) {
        *info = (struct ksiginfo){ .signo = given, .code = SI_USER };
        if (current->trace) {
            info->rt.pid = tracer->pid;
            info->rt.uid = tracer->cred.uid;
        }
    }
    if (!(current->signal_mask & sig_bit(given)))
        return given;
    sigqueue_add(&current->pending, info);
    return 0;
}

void trace_event(int event, uint64_t message)
{
    struct trace *tr = current->trace;

    if (!tr || !(tr->options & (1u << event)))
        return;
    tr->message = message;
    trace_stop(TRACE_EVENT, SIGTRAP | event << 8, NULL);
}

static int syscall_code(const struct trace *tr)
{
    return SIGTRAP | (tr->options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0);
}

uint64_t trace_syscall_enter(uint64_t number)
{
    struct trace *tr = current->trace;
    uint64_t mark;

    if (!tr || !tr->syscalls)
        return number;
    tr->syscall_number = number;
    tr->message = 1;
    mark = frame_begin_syscall_stop(current->frame, false);
    send_given(trace_stop(TRACE_SYSCALL_ENTRY, syscall_code(tr), NULL));
    frame_end_syscall_stop(current->frame, mark);
    if (must_die(current))
        return UINT64_MAX;
    return current->trace ? current->trace->syscall_number : number;
}

void trace_syscall_exit(void)
{
    struct trace *tr = current->trace;
    struct ksiginfo step = { .signo = SIGTRAP, .code = TRAP_BRKPT };
    uint64_t mark;

    if (!tr || must_die(current))
        return;
    if (!tr->syscalls) {
        if (current->stepping)
            signal_send_thread(current, SIGTRAP, &step);
        return;
    }
    tr->message = 2;
    mark = frame_begin_syscall_stop(current->frame, true);
    send_given(trace_stop(TRACE_SYSCALL_EXIT, syscall_code(tr), NULL));
    frame_end_syscall_stop(current->frame, mark);
}

/* A stop of the group, or a trap that the tracer of a seized thread asked for. */
static void stop_for_tracer(void)
{
    const struct process *p = current->process;
    struct trace *tr;

    do {
        int signo = p->stopped ? p->stop_signal : SIGTRAP;

        tr = current->trace;
        tr->retrap = false;
        trace_stop(TRACE_EVENT, tr->seized ? signo | PTRACE_EVENT_STOP << 8 : signo, NULL);
        tr = current->trace;
    } while (tr && tr->retrap && !must_die(current));
}

bool trace_group_stop(void)
{
    stop_for_tracer();
    return !current->trace;
}

void trace_trap(void)
{
    current->trap_requested = false;
    if (current->trace && current->trace->seized)
        stop_for_tracer();
}

void trace_handler_entered(void)
{
    struct ksiginfo info;

    siginfo_from_current(&info, SIGTRAP, SIGTRAP);
    if (current->trace)
        trace_stop(TRACE_SIGNAL, SIGTRAP, &info);
}

void trace_exec(int32_t old_tid)
{
    struct ksiginfo info;
    struct trace *tr = current->trace;

    if (!tr)
        return;
    if (tr->options & (1u << PTRACE_EVENT_EXEC)) {
        trace_event(PTRACE_EVENT_EXEC, (uint64_t)old_tid);
    } else if (!tr->seized) {
        siginfo_from_current(&info, SIGTRAP, SI_USER);
        signal_send_thread(current, SIGTRAP, &info);
    }
}

bool trace_inherit(struct thread *child, int event, bool asked)
{
    const struct trace *tr = current->trace;
    struct ksiginfo stop;

    if (!tr || !((tr->options & (1u << event)) || asked) ||
        trace_attach(tr->tracer, child, tr->seized, tr->options))
        return false;
    if (tr->seized) {
        child->trap_requested = true;
    } else {
        siginfo_from_current(&stop, SIGSTOP, SI_USER);
        sigqueue_add(&child->pending, &stop);
    }
    child->signal_pending = true;
    return true;
}

void trace_continued(struct thread *t)
{
    struct trace *tr = t->trace;

    if (!tr || !tr->seized)
        return;
    if (!tr->stopped) {
        t->trap_requested = true;
    } else if (tr->listening) {
        tr->retrap = true;
        tr->stopped = false;
        sched_continue(t);
    } else {
        tr->notify = true;
    }
}
