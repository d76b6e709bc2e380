// SPDX-License-Identifier: GPL-2.0-or-later
/* ppoll: the mask while it waits, the time left, signals. */
#include "contract.h"

#include <poll.h>

static void *volatile nowhere = (void *)8;
static volatile int handled;

static void handler(int signo, siginfo_t *info, void *context)
{
    (void)signo, (void)info, (void)context;
    handled++;
}

int main(void)
{
    int p[2];
    struct pollfd f;
    sigset_t block = set_of(SIGUSR1), none = set_of(0), now;
    struct timespec t = {0, 20000000};

    CHECK(pipe(p) == 0);
    f = (struct pollfd){.fd = p[0], .events = POLLIN};
    on_signal(SIGUSR1, handler, SA_RESTART);
    CHECK(sigprocmask(SIG_BLOCK, &block, NULL) == 0);
    raise(SIGUSR1);
    R(ppoll(&f, 1, &t, NULL));
    V(handled);
    R(ppoll(&f, 1, NULL, &none));
    V(handled);
    sigprocmask(SIG_SETMASK, NULL, &now);
    V(sigismember(&now, SIGUSR1));
    write(p[1], "x", 1);
    raise(SIGUSR1);
    R(ppoll(&f, 1, NULL, &none));
    V(handled);
    raise(SIGUSR1);
    R(ppoll(&f, 1, &t, &block));
    V(handled);
    t.tv_nsec = -1;
    R(ppoll(&f, 1, &t, NULL));
    t.tv_nsec = 1000000000;
    R(ppoll(&f, 1, &t, NULL));
    t = (struct timespec){-1, 0};
    R(ppoll(&f, 1, &t, NULL));
    R(syscall(SYS_ppoll, &f, 1, nowhere, NULL, 8));
    R(syscall(SYS_ppoll, &f, 1, NULL, &none, 4));
    t = (struct timespec){5, 0};
    R(syscall(SYS_ppoll, &f, 1, &t, NULL, 8));
    SAY("left: %d", t.tv_sec == 4 || t.tv_sec == 5);
    return verdict();
}
