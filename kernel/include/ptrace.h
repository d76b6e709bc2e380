/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ptrace.h - one thread traces another: what the tracee's side of the kernel calls.
 *
 * Rules of use
 *   - A traced thread has a struct trace, which also stands in its tracer's list. It outlives
 *     the thread until the tracer has waited for the end.
 *   - A trace-stop is a sleep of the tracee inside the kernel, with its whole user context in
 *     its frame in memory; the tracer works on that. Only SIGKILL ends it without the tracer.
 *   - Calls of tracees may stop, so they may sleep. Each does nothing where the current thread is
 *     not traced.
 */
#ifndef KERNEL_PTRACE_H
#define KERNEL_PTRACE_H

#include "kernel/include/process.h"
#include "kernel/uapi/ptrace.h"

enum trace_kind {
    TRACE_SIGNAL,        /* a signal is about to be delivered */
    TRACE_SYSCALL_ENTRY,
    TRACE_SYSCALL_EXIT,
    TRACE_EVENT,         /* PTRACE_EVENT_*, and stops of the whole group */
};

struct trace {
    struct list node;       /* of tracer->tracees */
    struct thread *tracer;
    struct thread *thread;  /* NULL: it has exited */
    int32_t tid, pgrp;
    unsigned options;       /* PTRACE_O_* */
    bool seized;            /* PTRACE_SEIZE, or born of a seized one */
    bool dead;              /* `status` is its end, and waits for wait */
    int status;

    /* The stop, valid while stopped. */
    bool stopped;
    bool wait_pending;      /* not yet told by wait */
    bool listening;         /* PTRACE_LISTEN: stopped, and not to be worked on */
    bool notify;            /* SIGCONT came meanwhile: stop again to tell */
    bool retrap;            /* resumed only to stop again */
    enum trace_kind kind;
    int code;               /* signal, with 0x80 or an event above it */
    struct ksiginfo info;
    uint64_t message;       /* PTRACE_GETEVENTMSG */

    /* How it was resumed. */
    bool syscalls;          /* PTRACE_SYSCALL */
    uint64_t syscall_number; /* of the call that is entered; the tracer may change it */
};

/* ---- the tracee's side ---- */
/* Before a signal is delivered: the signal to deliver instead, with *info; 0: none. */
int trace_signal(int signo, struct ksiginfo *info);
/* PTRACE_O_TRACE* of this event. */
void trace_event(int event, uint64_t message);
/* Around a system call, where current->syscall_hooks: gives the number to run, or -1 to skip it. */
uint64_t trace_syscall_enter(uint64_t number);
void trace_syscall_exit(void);
/* The whole process is stopped. False: the tracer let this thread run on. */
bool trace_group_stop(void);
/* current->trap_requested: PTRACE_INTERRUPT, SIGCONT to a seized one, a new seized thread. */
void trace_trap(void);
/* After a handler's frame was pushed under PTRACE_SINGLESTEP. */
void trace_handler_entered(void);
void trace_exec(int32_t old_tid);
/* A new thread of the current one, before it runs: true where the tracer follows it. */
bool trace_inherit(struct thread *child, int event, bool asked);
void trace_thread_exit(struct thread *t, int status);
/* SIGCONT to a traced thread. */
void trace_continued(struct thread *t);

/* ---- the tracer's side ---- */
int trace_attach(struct thread *tracer, struct thread *t, bool seized, unsigned options);
void trace_detach(struct trace *tr, int signo);
void trace_resume(struct trace *tr, int signo);
void trace_set_step(struct thread *t, bool on);
void trace_update_hooks(struct thread *t);
void trace_free(struct trace *tr);
/* t exits: what it traced goes on, or dies with PTRACE_O_EXITKILL. */
void trace_tracer_exit(struct thread *t);
/* The tracee's exit of a whole process is hidden from its parent until the tracer has waited. */
void process_announce_end(struct process *p);

#endif
