// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * calls SEED CHILDREN - system calls at random, with random and odd arguments, in children.
 *
 * Each child makes up to CALLS calls over the whole table and ends or is killed; what happens to it
 * is its own affair. The kernel must not panic and must not lose the parent: it prints PASS.
 * Now and then a signal's frame is changed before the kernel takes it back.
 * Left out: signals to others than the child.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "random.h"

#define CALLS     60
#define NUMBERS   460
#define WAIT_MS   40
#define AREA      (16 * 4096)

static uint8_t *area; /* AREA bytes that may be written, then nothing */
static uint8_t *constant; /* a page that may be read */

static uint64_t pointer(void)
{
    static const char *const path[] = {"/tmp/f", "/tmp/d", "/tmp", ".", "/proc/self/maps", "/dev/null",
                                       "/tmp/none/x", "", "/proc/self/fd/4", "/dev/zero"};

    switch (below(12)) {
    case 0:
        return 0;
    case 1:
        return (uint64_t)(uintptr_t)area + AREA - below(64);
    case 2:
        return (uint64_t)(uintptr_t)constant + below(4096);
    case 3:
        return 0xffff000000000000ull | next() >> 16;
    case 4:
        return next() >> below(64);
    case 5:
    case 6:
    case 7:
        return (uint64_t)(uintptr_t)path[below(10)];
    default:
        return (uint64_t)(uintptr_t)area + (below(AREA) & ~7u);
    }
}

static uint64_t number(void)
{
    static const uint64_t odd[] = {0,          1,          2,          3,
                                   8,          64,         4095,       4096,
                                   65536,      0x7fffffff, 0x80000000, 0xffffffff,
                                   UINT64_MAX, INT64_MAX,  1ull << 63, UINT64_MAX - 4095};

    return below(3) ? odd[below(16)] : next() >> below(64);
}

static uint64_t argument(void)
{
    unsigned kind = below(10);

    return kind < 3 ? below(16) : kind < 7 ? pointer() : number();
}

/* Structures in the area: words of the same kinds as arguments. */
static void fill(void)
{
    for (unsigned i = 0; i < 256; i++) {
        uint64_t word = below(3) ? argument() : next();

        memcpy(area + (below(AREA - 8) & ~7u), &word, 8);
    }
}

/*
 * What ends a child is its last call, and seldom an earlier one. reboot has magic numbers that are
 * no argument here.
 */
static int is_left_out(long nr)
{
    return nr == SYS_exit_group || (nr == SYS_exit && below(4));
}

static int is_signal(long nr)
{
    return nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill || nr == SYS_rt_sigqueueinfo ||
           nr == SYS_rt_tgsigqueueinfo || nr == SYS_setpriority || nr == SYS_ptrace ||
           nr == SYS_prlimit64 || nr == SYS_process_vm_writev;
}

static void one_call(pid_t self)
{
    uint64_t a[6];
    long nr = (long)below(NUMBERS), got;

    for (int i = 0; i < 6; i++)
        a[i] = argument();
    if (is_left_out(nr))
        return;
    if (is_signal(nr)) { /* whom it is for is no matter of chance */
        a[0] = (uint64_t)self;
        if (nr == SYS_tgkill || nr == SYS_rt_tgsigqueueinfo || nr == SYS_setpriority)
            a[1] = (uint64_t)self;
        if (nr == SYS_ptrace)
            a[0] = below(2) ? below(64) : 0x4200 + below(32), a[1] = (uint64_t)self;
    }
    if (nr == SYS_pidfd_open)
        a[0] = (uint64_t)self;
    got = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (got == 0 && syscall(SYS_getpid) != self)
        syscall(SYS_exit_group, 0); /* a child's child */
    if (got == 0 && syscall(SYS_gettid) != self)
        syscall(SYS_exit, 0);
}

/* What the kernel takes back from a signal's frame: with some of its words changed. */
static void spoil_frame(int sig, siginfo_t *info, void *frame)
{
    (void)sig;
    (void)info;
    for (unsigned i = 1 + below(6); i; i--) {
        uint64_t word = below(2) ? argument() : next() >> below(64);

        memcpy((uint8_t *)frame + (below(below(2) ? 1024 : 64 + sizeof(ucontext_t)) & ~3u), &word,
               below(2) ? 4 : 8);
    }
}

static void sigreturn_call(pid_t self)
{
    struct sigaction action = {.sa_sigaction = spoil_frame, .sa_flags = SA_SIGINFO};

    sigaction(SIGUSR1, &action, NULL);
    syscall(SYS_kill, self, SIGUSR1);
}

static void open_some(void)
{
    int pair[2];

    for (int fd = 0; fd < 3; fd++)
        dup2(open("/dev/null", O_RDWR), fd);
    (void)!open("/tmp/f", O_RDWR | O_CREAT, 0666);
    (void)!open("/tmp", O_RDONLY | O_DIRECTORY);
    (void)!pipe2(pair, O_NONBLOCK);
    (void)!socketpair(AF_UNIX, below(2) ? SOCK_STREAM : SOCK_DGRAM, 0, pair);
    (void)!socket(AF_INET, below(2) ? SOCK_STREAM : SOCK_DGRAM, 0);
    (void)!eventfd(0, 0);
    (void)!epoll_create1(0);
    (void)!timerfd_create(CLOCK_MONOTONIC, 0);
    (void)!open("/dev/ptmx", O_RDWR | O_NOCTTY);
    (void)!syscall(SYS_memfd_create, "m", 0);
}

static void child(uint64_t seed)
{
    struct rlimit limit = {64 << 20, 64 << 20};
    pid_t self = (pid_t)syscall(SYS_getpid);

    state = seed;
    setsid();
    setrlimit(RLIMIT_AS, &limit);
    open_some();
    for (int i = 0; i < CALLS; i++) {
        fill();
        one_call(self);
        if (!below(30))
            sigreturn_call(self);
    }
    syscall(SYS_exit_group, 0);
}

/* Its end, or its end by force. */
static void await(pid_t pid)
{
    struct timespec ms = {0, 1000000};

    for (int i = 0; i < WAIT_MS; i++) {
        if (waitpid(pid, NULL, WNOHANG) == pid)
            return;
        nanosleep(&ms, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    int children = argc > 2 ? atoi(argv[2]) : 20;

    area = mmap(NULL, AREA + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(area + AREA, 4096);
    constant = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < children; i++) {
        pid_t pid = fork();

        if (pid == 0)
            child(seed * 1000003 + (uint64_t)i);
        if (pid < 0) {
            printf("no child %d\n", i);
            return 1;
        }
        await(pid);
    }
    puts("PASS");
    return 0;
}
