// SPDX-License-Identifier: GPL-2.0-or-later
/* Real-time signals queue with their values in order; others are one bit. */
#include "contract.h"

static void on_rt(int signo, siginfo_t *info, void *context)
{
    (void)context;
    SAY("%d code %d value %d", signo, info->si_code, info->si_value.sival_int);
    CHECK(info->si_code != SI_QUEUE || (info->si_pid == getpid() && info->si_uid == 0));
}

int main(void)
{
    sigset_t full, old;
    union sigval v;

    sigfillset(&full);
    on_signal(SIGRTMIN + 1, on_rt, 0);
    on_signal(SIGRTMIN + 3, on_rt, 0);
    on_signal(SIGUSR1, on_rt, 0);
    sigprocmask(SIG_SETMASK, &full, &old);
    for (v.sival_int = 1; v.sival_int <= 5; v.sival_int++) {
        CHECK(sigqueue(getpid(), SIGRTMIN + 3, v) == 0);
        CHECK(sigqueue(getpid(), SIGRTMIN + 1, v) == 0);
        CHECK(sigqueue(getpid(), SIGUSR1, v) == 0);
    }
    sigprocmask(SIG_SETMASK, &old, NULL);
    R(sigqueue(getpid(), 0, v));
    R(sigqueue(getpid(), 65, v));
    R(sigqueue(getpid(), -1, v));
    R(sigqueue(999999, SIGUSR1, v));
    struct rlimit r = {3, 3};
    CHILD({
        R(setuid(1234));
        R(setrlimit(RLIMIT_SIGPENDING, &r));
        sigprocmask(SIG_SETMASK, &full, &old);
        for (v.sival_int = 1; v.sival_int <= 5; v.sival_int++)
            R(sigqueue(getpid(), SIGRTMIN + 1, v));
        R(kill(getpid(), SIGRTMIN + 3));
    });
    return verdict();
}
