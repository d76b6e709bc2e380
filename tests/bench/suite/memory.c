// SPDX-License-Identifier: GPL-2.0-or-later
/* memory.c - memory, signals, and processes without a program of their own. */
#include "suite.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_BYTES 4096ul
#define FAULT_PAGES 256
#define FUTEX_WAKE_PRIVATE (1 | 128) /* linux/futex.h */

static int there[2], back[2];
static char *scratch;
static volatile unsigned handled;
static uint32_t word;

static void *map_pages(size_t pages)
{
    return (void *)need(sys6(SYS_mmap, 0, pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                        "mmap");
}

/* n is FAULT_PAGES: each is touched once. */
static void fault_setup(void)
{
    scratch = map_pages(2 * FAULT_PAGES);
}

static void mmap_fault_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        *(volatile char *)(scratch + i * PAGE_BYTES) = 1;
    scratch += n * PAGE_BYTES;
}

static void mmap_munmap_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        need(sys2(SYS_munmap, map_pages(16), 16 * PAGE_BYTES), "munmap");
}

static void mprotect_setup(void)
{
    scratch -= 2 * FAULT_PAGES * PAGE_BYTES; /* a small process again */
    need(sys2(SYS_munmap, scratch, 2 * FAULT_PAGES * PAGE_BYTES), "munmap");
    scratch = map_pages(4);
    memset(scratch, 1, 4 * PAGE_BYTES);
}

static void mprotect_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        need(sys3(SYS_mprotect, scratch, 4 * PAGE_BYTES,
                  i % 2 ? PROT_READ | PROT_WRITE : PROT_READ),
             "mprotect");
}

static void brk_run(unsigned n)
{
    long end = need(sys1(SYS_brk, 0), "brk");

    for (unsigned i = 0; i < n; i++)
        need(sys1(SYS_brk, end + (i % 2 ? 0 : 4 * (long)PAGE_BYTES)), "brk");
}

/* ---- signals ---- */

static void on_signal(int signo)
{
    (void)signo;
    handled++;
}

static void signal_setup(void)
{
    struct sigaction act = { .sa_handler = on_signal };

    need(sys2(SYS_munmap, scratch, 4 * PAGE_BYTES), "munmap");
    need(sigaction(SIGUSR1, &act, NULL), "sigaction");
}

/* The call that sends, the delivery, the handler's two lines and rt_sigreturn. */
static void signal_delivery_run(unsigned n)
{
    long pid = sys0(SYS_getpid);

    handled = 0;
    for (unsigned i = 0; i < n; i++)
        need(sys3(SYS_tgkill, pid, pid, SIGUSR1), "tgkill");
    need(handled == n ? 0 : -1, "signals are handled at once");
}

static void sigaction_run(unsigned n)
{
    char old[64];

    for (unsigned i = 0; i < n; i++)
        need(sys4(SYS_rt_sigaction, SIGUSR1, 0, old, 8), "rt_sigaction");
}

static void sigprocmask_run(unsigned n)
{
    uint64_t set = 1u << (SIGUSR2 - 1);

    for (unsigned i = 0; i < n; i++)
        need(sys4(SYS_rt_sigprocmask, i % 2 ? SIG_UNBLOCK : SIG_BLOCK, &set, 0, 8),
             "rt_sigprocmask");
}

static void futex_wake_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        need(sys3(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1), "futex");
}

/* ---- processes ---- */

static long fork_raw(void)
{
    return need(sys1(SYS_clone, SIGCHLD), "clone");
}

static void fork_exit_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        long pid = fork_raw();

        if (!pid)
            sys1(SYS_exit_group, 0);
        need(sys4(SYS_wait4, pid, 0, 0, 0), "wait4");
    }
}

/* The same, waited for by waitid with its siginfo. */
static void waitid_run(unsigned n)
{
    char info[128];

    for (unsigned i = 0; i < n; i++) {
        long pid = fork_raw();

        if (!pid)
            sys1(SYS_exit_group, 0);
        need(sys5(SYS_waitid, P_PID, pid, info, WEXITED, 0), "waitid");
    }
}

/* A child that sends each byte back, until there is no more. */
static void echo_setup(void)
{
    char byte;

    need(sys2(SYS_pipe2, there, 0), "pipe2");
    need(sys2(SYS_pipe2, back, 0), "pipe2");
    if (fork_raw())
        return;
    sys1(SYS_close, there[1]);
    while (sys3(SYS_read, there[0], &byte, 1) == 1)
        sys3(SYS_write, back[1], &byte, 1);
    sys1(SYS_exit_group, 0);
}

static void pipe_pingpong_run(unsigned n)
{
    char byte = 'x';

    for (unsigned i = 0; i < n; i++) {
        need(sys3(SYS_write, there[1], &byte, 1), "ping");
        need(sys3(SYS_read, back[0], &byte, 1), "pong");
    }
}

/* A child that does nothing but give way, as we do: two switches in one operation. */
static void yielder_setup(void)
{
    long parent = sys0(SYS_getpid);

    sys1(SYS_close, there[1]); /* the echo ends */
    need(sys4(SYS_wait4, -1, 0, 0, 0), "wait4");
    if (fork_raw())
        return;
    for (unsigned i = 0; i < 4000 && sys0(SYS_getppid) == parent; i++)
        sys0(SYS_sched_yield);
    sys1(SYS_exit_group, 0);
}

static void context_switch_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        need(sys0(SYS_sched_yield), "sched_yield");
}

const struct row memory[] = {
    { "mmap_fault", FAULT_PAGES, fault_setup, mmap_fault_run },
    { "mmap_munmap", 500, NULL, mmap_munmap_run },
    { "mprotect", 500, mprotect_setup, mprotect_run },
    { "brk", 500, NULL, brk_run },
    { "signal_delivery", 500, signal_setup, signal_delivery_run },
    { "sigaction", 1000, NULL, sigaction_run },
    { "sigprocmask", 1000, NULL, sigprocmask_run },
    { "futex_wake", 1000, NULL, futex_wake_run },
    { "fork_exit", 32, NULL, fork_exit_run },
    { "waitid", 32, NULL, waitid_run },
    { "pipe_pingpong", 200, echo_setup, pipe_pingpong_run },
    { "context_switch", 500, yielder_setup, context_switch_run },
    { NULL, 0, NULL, NULL },
};
