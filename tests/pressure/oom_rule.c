// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who dies: the largest by resident memory and oom_score_adj, not whoever needed the last page;
 * neither in a fault of user mode nor in a copy inside a system call.
 */
#include "pressure.h"
#include <sched.h>

/* Takes all memory but `leave`, says so, and sleeps. */
static pid_t start_hog(size_t leave, const char *adj)
{
    int ready[2];
    pid_t pid;
    char c;

    CHECK(pipe(ready) == 0);
    pid = fork_victim();
    if (pid == 0) {
        size_t bytes = free_bytes() - leave;
        unsigned char *p = map(bytes, PROT_READ | PROT_WRITE);

        set_oom_score_adj(adj);
        for (size_t i = 0; i < bytes; i += PAGE)
            p[i] = 1;
        if (write(ready[1], "r", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    CHECK(read(ready[0], &c, 1) == 1);
    close(ready[0]);
    return pid;
}

static void touch(size_t bytes)
{
    unsigned char *p = map(bytes, PROT_READ | PROT_WRITE);

    for (size_t i = 0; i < bytes; i += PAGE)
        p[i] = 1;
    _exit(0);
}

/* The kernel is the one that touches the pages. */
static void read_zeros(size_t bytes)
{
    char *p = map(bytes, PROT_READ | PROT_WRITE);
    int fd = open("/dev/zero", O_RDONLY);

    _exit(read(fd, p, bytes) == (ssize_t)bytes ? 0 : 1);
}

static void run_beside_hog(void (*fn)(size_t bytes), const char *what)
{
    pid_t hog = start_hog(256 * PAGE, "0"), small = fork_victim();

    if (small == 0)
        fn(1024 * PAGE);
    CHECK(status_of(small) == 0);
    CHECK(is_killed(status_of(hog)));
    memory_is_back();
    STEP(what);
}

/* A hog that must not be chosen: the small one dies. */
static void run_beside_protected(void)
{
    pid_t hog = start_hog(256 * PAGE, "-1000"), small = fork_victim();
    int status;

    if (small == 0)
        touch(1024 * PAGE);
    CHECK(is_killed(status_of(small)));
    CHECK(waitpid(hog, &status, WNOHANG) == 0);
    kill(hog, SIGKILL);
    CHECK(is_killed(status_of(hog)));
    memory_is_back();
    STEP("oom_score_adj keeps the largest");
}

/* Threads of one address space die together: here two processes by clone(CLONE_VM). */
_Noreturn static int sleeper(void *arg)
{
    (void)arg;
    for (;;)
        pause();
}

static void run_shared(void)
{
    pid_t hog = fork_victim();
    int status;

    if (hog == 0) {
        char *stack = map(16 * PAGE, PROT_READ | PROT_WRITE);

        if (clone(sleeper, stack + 16 * PAGE, 0x100 /* CLONE_VM */ | SIGCHLD, NULL) < 0)
            _exit(1);
        touch(1ul << 32);
    }
    CHECK(is_killed(status_of(hog)));
    CHECK(waitpid(-1, &status, 0) > 0 && is_killed(status));
    memory_is_back();
    STEP("all that share the memory die");
}

int main(void)
{
    begin();
    run_beside_hog(touch, "a fault: the largest died");
    run_beside_hog(read_zeros, "a copy inside a system call: the largest died");
    run_beside_protected();
    run_shared();
    return verdict();
}
