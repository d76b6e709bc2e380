/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - a process: threads that share an address space, descriptors and
 * signal actions, and its place in the family, group and session.
 *
 * Rules of use
 *   - A process is found by its pid (that of its first thread) until its parent
 *     has waited for it. Zombies have no vm, fds or fs (NULL).
 *   - Every process but PID 1 has a parent; orphans go to the nearest
 *     subreaper, at last to PID 1.
 */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include "kernel/include/list.h"
#include "kernel/include/poll.h"
#include "kernel/include/signal.h"
#include "kernel/include/thread.h"
#include "kernel/include/timer.h"
#include "kernel/include/wait.h"

struct fd_table;
struct file;
struct fs_context;
struct tty;
struct trace;
struct vm_map;

#define CRED_GROUPS_MAX 64
struct cred {
    uint32_t uid, euid, suid, fsuid;
    uint32_t gid, egid, sgid, fsgid;
    unsigned group_count;
    uint32_t groups[CRED_GROUPS_MAX];
    uint64_t cap_effective, cap_permitted, cap_inheritable, cap_bounding, cap_ambient;
};

#define RLIM_COUNT 16
#define RLIM_INFINITY UINT64_MAX
struct rlimit_k {
    uint64_t soft, hard;
};
enum {
    RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC,
    RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_LOCKS, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE,
    RLIMIT_NICE, RLIMIT_RTPRIO, RLIMIT_RTTIME,
};

struct usage {
    uint64_t user_ns, system_ns;
    uint64_t faults_minor, switches_voluntary, switches_involuntary;
};

struct itimer {
    struct timer timer;
    uint64_t interval_ns;
    struct process *process;
};

/* On the CPU time of a process or of one of its threads (proc/cpu_timer.h). */
struct cpu_timer {
    struct list node; /* process.cpu_timers while it runs */
    struct process *process;
    int32_t tid;      /* 0: all of the process */
    uint64_t deadline_ns;
    void (*fn)(struct cpu_timer *ct);
};

struct cpu_itimer {
    struct cpu_timer timer;
    uint64_t interval_ns;
};

enum process_state { PROCESS_ALIVE, PROCESS_ZOMBIE };

struct process {
    int32_t pid;
    enum process_state state;
    struct list all_node;           /* every process, by pid */
    struct process *parent;
    struct list children, sibling;  /* by sibling */
    struct list threads;            /* by process_node; the first is the leader until it exits */
    unsigned thread_count;
    int32_t pgrp, session;
    bool did_exec;                  /* setpgid of a child is refused then */
    bool is_subreaper;
    unsigned membarrier_registered; /* commands */
    int32_t exit_signal;            /* to the parent; 0: none */
    int32_t parent_death_signal;

    struct vm_map *vm;              /* counted */
    struct fd_table *fds;           /* counted */
    struct fs_context *fs;          /* counted */
    struct tty *tty;                /* controlling terminal, counted; NULL: none */
    struct file *exe;               /* the program, counted; NULL: kernel */
    struct cred cred;
    struct rlimit_k rlimit[RLIM_COUNT];

    struct sighand *sighand;        /* counted */
    struct sigqueue pending;        /* to any thread */
    struct poll_head signal_poll;   /* signalfd */
    bool stopped;                   /* all threads stopped or about to */
    bool wait_stopped, wait_continued; /* not yet told to the parent by wait */
    int stop_signal;
    bool exiting;                   /* exit_group or a fatal signal under way */
    int exit_status;                /* as wait gives it */
    char name[THREAD_NAME_BYTES];   /* of the thread that ended it: what a zombie is called */
    struct wait_queue wait;         /* wait4 of this process's threads */
    struct wait_queue thread_exit;  /* exec waits for the other threads */
    struct poll_head exit_poll;     /* pidfd */

    struct itimer itimer_real;
    struct cpu_itimer itimer_cpu[2]; /* ITIMER_VIRTUAL, ITIMER_PROF */
    struct cpu_timer cpu_limit;     /* RLIMIT_CPU */
    struct list cpu_timers;         /* by node */
    struct timer cpu_clock;         /* for the earliest of them, while the process runs */
    struct list posix_timers;       /* timer_create */
    struct usage usage, usage_children; /* usage: of threads that are gone */
    uint64_t start_ns;              /* monotonic */
    uint64_t max_resident_pages;
    /* Of the first thread, which is gone: its tracer waits for the end. */
    struct trace *leader_trace;
    uint32_t personality;
    bool dumpable, no_new_privs, keep_caps;
    int oom_score_adj;
};

#define process_current() (current->process)

struct process *process_find(int32_t pid);          /* zombies too; NULL */
struct process *process_next(const struct process *p); /* by pid; NULL begins, NULL ends */
struct process *process_init(void);                 /* PID 1 */
bool pgrp_exists_in_session(int32_t pgrp, int32_t session);
/* No member has a parent outside the group but inside the session. */
bool pgrp_is_orphaned(int32_t pgrp);
void process_usage(const struct process *p, struct usage *u);
bool cred_in_group(const struct cred *c, uint32_t gid);
bool cred_is_privileged(const struct cred *c);

/* Creates PID 1 with the program `path` (kernel.c). */
void process_start_init(const struct boot_info *bi);
const char *kernel_cmdline(void);
_Noreturn void process_exit_group(int status);      /* wait status */
_Noreturn void thread_exit(int status);             /* this thread; the last one ends the process */
/* Every other thread of the current process dies; returns when they are gone (exec). */
void process_kill_other_threads(void);

/* The CPU goes from one process to another (NULL: the idle thread). */
void cpu_timers_switch(struct process *prev, struct process *next);

/* The system's names (uname); those that can be set are in proc/uts.h. */
extern const char system_release[], system_version[];

#endif
