// SPDX-License-Identifier: GPL-2.0-or-later
/* SIGCONT discards pending stops, a stop discards SIGCONT, and SIGKILL ends a stopped process. */
#include "contract.h"

static void on_cont(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    SAY("in %d", signo);
}

int main(void)
{
    int status;
    pid_t p = fork();

    if (p == 0) {
        on_signal(SIGCONT, on_cont, 0);
        raise(SIGSTOP);
        SAY("goes on");
        sigset_t set = set_of(SIGTSTP), pending;
        sigprocmask(SIG_BLOCK, &set, NULL);
        raise(SIGTSTP);
        sigpending(&pending);
        V(sigismember(&pending, SIGTSTP));
        raise(SIGCONT);
        sigpending(&pending);
        V(sigismember(&pending, SIGTSTP));
        raise(SIGSTOP);
        _exit(1);
    }
    CHECK(waitpid(p, &status, WUNTRACED) == p);
    show_status("child", status);
    R(waitpid(p, &status, WNOHANG | WUNTRACED));
    R(kill(p, SIGCONT));
    CHECK(waitpid(p, &status, WUNTRACED) == p);
    show_status("child", status);
    R(kill(p, SIGTERM));
    sleep_ms(2);
    R(waitpid(p, &status, WNOHANG));
    R(kill(p, SIGKILL));
    show_status("child", reap(p));
    return verdict();
}
