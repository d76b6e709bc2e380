// SPDX-License-Identifier: GPL-2.0-or-later
/* Events of fork, vfork and exec; seizing, interrupting and detaching; EXITKILL. */
#include "contract.h"

#include <sys/ptrace.h>

static char *args[] = {"x", "again", NULL}, *env[] = {NULL};

static int wait_any(pid_t main_pid, pid_t *who)
{
    int status = 0;

    *who = waitpid(-1, &status, __WALL);
    CHECK(*who > 0);
    if (WIFSTOPPED(status))
        SAY("%s: stopped by %d event %d", *who == main_pid ? "first" : "other", WSTOPSIG(status),
            status >> 16);
    else
        show_status(*who == main_pid ? "first" : "other", status);
    return status;
}

static void forks_and_execs(void)
{
    int status;
    pid_t p;

    CHECK(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
    raise(SIGSTOP);
    p = fork();
    if (p == 0)
        _exit(5);
    waitpid(p, &status, 0);
    execve("/proc/self/exe", args, env);
    _exit(9);
}

static void follow(void)
{
    pid_t first = fork(), other = 0, who;
    unsigned long message;
    int status, live = 1;

    if (first == 0)
        forks_and_execs();
    wait_any(first, &who);
    R(ptrace(PTRACE_SETOPTIONS, first, 0,
             PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE));
    CHECK(ptrace(PTRACE_CONT, first, 0, 0) == 0);
    /* The event and the new child's stop come in any order: take them apart. */
    CHECK(waitpid(first, &status, __WALL) == first);
    SAY("first: event %d", status >> 16);
    CHECK(ptrace(PTRACE_GETEVENTMSG, first, 0, &message) == 0);
    other = (pid_t)message;
    CHECK(waitpid(other, &status, __WALL) == other);
    SAY("other: stopped by %d", WSTOPSIG(status));
    CHECK(ptrace(PTRACE_CONT, other, 0, 0) == 0);
    CHECK(waitpid(other, &status, __WALL) == other);
    show_status("other", status);
    CHECK(ptrace(PTRACE_CONT, first, 0, 0) == 0);
    while (live) {
        status = wait_any(first, &who);
        live = WIFSTOPPED(status);
        if (live)
            CHECK(ptrace(PTRACE_CONT, who, 0, WSTOPSIG(status) == SIGCHLD ? SIGCHLD : 0) == 0);
    }
}

static void seize(void)
{
    pid_t p = fork(), who;
    int status;

    if (p == 0)
        for (;;)
            pause();
    R(ptrace(PTRACE_SEIZE, p, 0, 0));
    R(ptrace(PTRACE_CONT, p, 0, 0));
    R(ptrace(PTRACE_INTERRUPT, p, 0, 0));
    wait_any(p, &who);
    R(ptrace(PTRACE_CONT, p, 0, 0));
    kill(p, SIGSTOP);
    wait_any(p, &who);
    CHECK(ptrace(PTRACE_CONT, p, 0, SIGSTOP) == 0);
    wait_any(p, &who);
    R(ptrace(PTRACE_LISTEN, p, 0, 0));
    R(ptrace(PTRACE_CONT, p, 0, 0));
    kill(p, SIGCONT);
    wait_any(p, &who);
    R(ptrace(PTRACE_DETACH, p, 0, 0));
    kill(p, SIGTERM);
    CHECK(waitpid(p, &status, 0) == p);
    show_status("detached", status);
}

static void exit_kills(void)
{
    int fds[2];
    char c;

    CHECK(pipe(fds) == 0);
    CHILD(pid_t p = fork(); if (p == 0) {
        for (;;)
            pause();
    } close(fds[0]); CHECK(ptrace(PTRACE_SEIZE, p, 0, PTRACE_O_EXITKILL) == 0));
    close(fds[1]);
    V(read(fds[0], &c, 1)); /* the end: nobody has the other side any more */
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return 6;
    follow();
    seize();
    exit_kills();
    return verdict();
}
