/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * thread.h - one thread of execution: a kernel stack, a user frame at its top,
 * and what Linux keeps per thread.
 *
 * Rules of use
 *   - `current` is the thread that runs. The idle thread has no process.
 *   - struct trap_frame stands at the top of the kernel stack (arch.h); it is the
 *     whole user context while the thread is in the kernel.
 *   - A thread's memory is freed by the thread that runs after its last switch.
 */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/include/arch.h"
#include "kernel/include/list.h"
#include "kernel/include/sigqueue.h"

struct context;
struct process;
struct pmap;
struct trace;
struct trap_frame;

#define KSTACK_ORDER 2 /* 16 KiB */
#define KSTACK_BYTES (4096ul << KSTACK_ORDER)
#define THREAD_NAME_BYTES 16

enum thread_state {
    THREAD_RUNNABLE, /* on the run queue, or running */
    THREAD_PARKED,   /* until unparked */
    THREAD_STOPPED,  /* job control */
    THREAD_DEAD,
};

/* nanosleep, futex and poll go on after a stop or an ignored signal: restart_syscall(2). */
struct restart {
    long (*fn)(struct restart *r);
    uint64_t arg[5];
    uint64_t deadline_ns;
};

struct sigaltstack_k {
    uint64_t sp;
    int32_t flags;
    int32_t pad;
    uint64_t size;
};

struct thread {
    /* What the assembly and arch_thread_activate() use. */
    struct context *context;   /* saved by context_switch() */
    void *kstack;              /* lowest byte */
    void *kstack_top;          /* user traps enter with the frame below it */
    struct trap_frame *frame;  /* at the top of the kernel stack; the idle thread has none */
    struct pmap *pmap;         /* NULL: the kernel's own, without a user half (idle, exiting) */

    /* Scheduler's. */
    enum thread_state state;
    bool wake_token;           /* an unpark that came before the park */
    bool park_interruptible;
    struct list run_node;
    uint64_t quantum_start_ns;
    int nice;
    unsigned policy, rt_priority;
    uint64_t timer_slack_ns;   /* kept for prctl alone */

    /* Process. */
    int32_t tid;
    struct process *process;   /* NULL: idle */
    struct list process_node;
    struct list tid_node;
    char name[THREAD_NAME_BYTES];
    vaddr_t clear_child_tid;   /* set_tid_address, CLONE_CHILD_CLEARTID */
    vaddr_t robust_list;
    struct thread *vfork_parent; /* parked until we exec or exit */
    bool vfork_done;

    /* Signals. */
    struct sigqueue pending;   /* to this thread alone */
    bool signal_pending;       /* signal_recompute() keeps it */
    bool stop_requested;
    bool exit_requested;       /* exit_group, exec or a fatal signal: die on the way out */
    uint64_t signal_mask;
    uint64_t signal_mask_saved;
    bool signal_forced;        /* a fault of its own is pending: it ends PID 1, too */
    bool signal_mask_restore;  /* sigsuspend, ppoll: signal_mask_saved comes back after delivery */
    uint64_t signal_wait;      /* rt_sigtimedwait: blocked signals that wake all the same */
    struct sigaltstack_k altstack;
    int restart_code;          /* ERESTART* of the system call that is returning, or 0 */
    struct restart restart;

    /* Tracing (ptrace.h). */
    struct trace *trace;       /* by whom; NULL: nobody */
    struct list tracees;       /* struct trace by node: whom this thread traces */
    bool trap_requested;       /* stop for the tracer on the way out */
    bool syscall_hooks;        /* trace_syscall_enter() and _exit() around each system call */
    bool stepping;             /* PTRACE_SINGLESTEP */
    int resume_signo;          /* given by the tracer with the end of the stop */

    /* Accounting. */
    uint64_t user_ns, system_ns, accounted_until_ns;
    uint64_t faults_minor, switches_voluntary, switches_involuntary;
};

extern struct thread *current;

/* A thread with a kernel stack, not yet started; NULL: no memory. fn NULL: a user thread. */
struct thread *thread_create(void (*fn)(void *), void *arg);
void thread_free(struct thread *t);
struct thread *thread_find(int32_t tid);
/* First code of a new user thread; the CPU's stub then leaves to user mode by current->frame. */
void thread_start_user(void);

#endif
