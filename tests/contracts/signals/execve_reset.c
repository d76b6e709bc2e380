// SPDX-License-Identifier: GPL-2.0-or-later
/* execve sets handlers to default, keeps ignored signals, the mask and what is pending. */
#include "contract.h"

static void handler(int signo)
{
    (void)signo;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        struct sigaction sa;
        sigset_t set;

        CHECK(sigaction(SIGUSR1, NULL, &sa) == 0);
        SAY("handled: %s", sa.sa_handler == SIG_DFL ? "default" : "other");
        V(sa.sa_flags);
        CHECK(sigaction(SIGUSR2, NULL, &sa) == 0);
        SAY("ignored: %s", sa.sa_handler == SIG_IGN ? "ignored" : "other");
        CHECK(sigaction(SIGCHLD, NULL, &sa) == 0);
        SAY("ignored child: %s", sa.sa_handler == SIG_IGN ? "ignored" : "other");
        sigprocmask(SIG_SETMASK, NULL, &set);
        V(sigismember(&set, SIGHUP));
        V(sigismember(&set, SIGTERM));
        sigpending(&set);
        V(sigismember(&set, SIGHUP));
        stack_t ss;
        R(sigaltstack(NULL, &ss));
        V(ss.ss_flags == SS_DISABLE);
        V(alarm(0));
        return verdict();
    }
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigset_t set = set_of(SIGHUP);
    static char stack[65536];
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
    char *args[] = {argv[0], "again", NULL};

    sigaddset(&sa.sa_mask, SIGTERM);
    R(sigaction(SIGUSR1, &sa, NULL));
    signal(SIGUSR2, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    R(sigaltstack(&ss, NULL));
    R(sigprocmask(SIG_BLOCK, &set, NULL));
    R(kill(getpid(), SIGHUP));
    alarm(70);
    execv("/proc/self/exe", args);
    return 1;
}
