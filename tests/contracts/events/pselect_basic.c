// SPDX-License-Identifier: GPL-2.0-or-later
/* pselect: the mask while it waits, signals, and a time that stays as it was. */
#include "contract.h"

#include <sys/select.h>

static volatile int handled;

static void handler(int signo, siginfo_t *info, void *context)
{
    (void)signo, (void)info, (void)context;
    handled++;
}

int main(void)
{
    int p[2];
    fd_set in;
    sigset_t block = set_of(SIGUSR1), none = set_of(0);
    struct timespec t = {0, 20000000};
    uint64_t arg[2] = {(uint64_t)(uintptr_t)&none, 4};

    CHECK(pipe(p) == 0);
    on_signal(SIGUSR1, handler, SA_RESTART);
    CHECK(sigprocmask(SIG_BLOCK, &block, NULL) == 0);
    FD_ZERO(&in);
    FD_SET(p[0], &in);
    R(pselect(p[0] + 1, &in, NULL, NULL, &t, NULL));
    V(FD_ISSET(p[0], &in));
    V(t.tv_nsec);
    raise(SIGUSR1);
    FD_SET(p[0], &in);
    R(pselect(p[0] + 1, &in, NULL, NULL, &t, NULL));
    V(handled);
    FD_SET(p[0], &in);
    R(pselect(p[0] + 1, &in, NULL, NULL, NULL, &none));
    V(handled);
    V(FD_ISSET(p[0], &in));
    write(p[1], "x", 1);
    raise(SIGUSR1);
    FD_SET(p[0], &in);
    R(pselect(p[0] + 1, &in, NULL, NULL, NULL, &none));
    V(handled);
    R(syscall(SYS_pselect6, p[0] + 1, &in, NULL, NULL, &t, arg));
    t.tv_nsec = 1000000000;
    R(pselect(p[0] + 1, &in, NULL, NULL, &t, NULL));
    return verdict();
}
