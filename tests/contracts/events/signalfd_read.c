// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals as records: order, fields, masks, readiness, errors. */
#include "epoll.h"

#include <sys/signalfd.h>

static void *volatile nowhere = (void *)8;

static void take(int fd)
{
    struct signalfd_siginfo s[4];
    ssize_t n = read(fd, s, sizeof(s));

    if (n < 0)
        SAY("read: %s", errno_name(errno));
    for (int i = 0; i < n / (ssize_t)sizeof(s[0]); i++)
        SAY("signal %u code %d, mine %d, uid %u, value %d, status %d", s[i].ssi_signo,
            s[i].ssi_code, s[i].ssi_pid == (uint32_t)getpid(), s[i].ssi_uid, s[i].ssi_int,
            s[i].ssi_status);
}

int main(void)
{
    sigset_t all, one;
    int fd, rt = SIGRTMIN + 1;
    struct pollfd p;
    union sigval v = {.sival_int = 42};
    char small[64];

    sigemptyset(&all);
    sigaddset(&all, SIGUSR1);
    sigaddset(&all, SIGUSR2);
    sigaddset(&all, SIGCHLD);
    sigaddset(&all, rt);
    sigaddset(&all, SIGKILL);
    CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
    fd = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
    CHECK(fd >= 0);
    V(fcntl(fd, F_GETFD));
    p = (struct pollfd){.fd = fd, .events = POLLIN};
    V(poll(&p, 1, 0));
    take(fd);
    raise(SIGUSR2);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1);
    sigqueue(getpid(), rt, v);
    v.sival_int = 43;
    sigqueue(getpid(), rt, v);
    V(poll(&p, 1, 0));
    R(read(fd, small, sizeof(small)));
    take(fd);
    take(fd);
    take(fd);
    if (fork() == 0)
        _exit(5);
    V(poll(&p, 1, 2000));
    take(fd);
    wait(NULL);
    one = set_of(SIGUSR1);
    R(signalfd(fd, &one, 0) == fd);
    raise(SIGUSR2);
    V(poll(&p, 1, 0));
    R(signalfd(fd, &all, 0) == fd);
    V(poll(&p, 1, 0));
    take(fd);
    R(signalfd(0, &all, 0));
    R(signalfd(99, &all, 0));
    R(signalfd(-1, &all, 0x10));
    R(syscall(SYS_signalfd4, -1, &all, 4, 0));
    R(syscall(SYS_signalfd4, -1, nowhere, 8, 0));
    R(write(fd, small, 8));
    if (fork() == 0) {
        sleep_ms(20);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    fd = signalfd(-1, &one, 0);
    take(fd);
    return verdict();
}
