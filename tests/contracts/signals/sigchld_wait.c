// SPDX-License-Identifier: GPL-2.0-or-later
/* SIGCHLD tells who ended and how; SA_NOCLDSTOP leaves stops out. */
#include "contract.h"

static volatile int got;
static pid_t child;

static void on_chld(int signo, siginfo_t *info, void *context)
{
    (void)context;
    got++;
    SAY("signal %d code %d status %d of the child %d", signo, info->si_code, info->si_status,
        info->si_pid == child);
}

static void one(int how)
{
    sigset_t set = set_of(SIGCHLD), old;
    int seen = got;

    sigprocmask(SIG_BLOCK, &set, &old);
    child = fork();
    if (child == 0) {
        if (how < 0)
            raise(-how);
        _exit(how);
    }
    while (got == seen)
        sigsuspend(&old);
    if (how == -SIGSTOP) {
        seen = got;
        CHECK(kill(child, SIGCONT) == 0);
        while (got == seen)
            sigsuspend(&old);
        seen = got;
        while (got == seen)
            sigsuspend(&old);
    }
    sigprocmask(SIG_SETMASK, &old, NULL);
    show_status("child", reap(child));
}

int main(void)
{
    on_signal(SIGCHLD, on_chld, 0);
    one(0);
    one(42);
    one(-SIGKILL);
    one(-SIGTERM);
    one(-SIGSTOP);
    on_signal(SIGCHLD, on_chld, SA_NOCLDSTOP);
    child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        _exit(9);
    }
    int status;
    CHECK(waitpid(child, &status, WUNTRACED) == child);
    show_status("child", status);
    V(got);
    kill(child, SIGCONT);
    while (got < 8)
        sleep_ms(1);
    show_status("child", reap(child));
    return verdict();
}
