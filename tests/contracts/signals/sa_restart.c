// SPDX-License-Identifier: GPL-2.0-or-later
/* Which interrupted calls go on with SA_RESTART, and which give EINTR all the same. */
#include "contract.h"

static volatile int got;
static int fds[2];

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    got++;
    CHECK(write(fds[1], "x", 1) == 1);
}

static void arm(void)
{
    struct itimerval it = {{0, 0}, {0, 5000}};

    setitimer(ITIMER_REAL, &it, NULL);
}

static void all(void)
{
    char c[4];
    struct timespec ts = {0, 20000000}, left = {0, 0};

    arm();
    R(read(fds[0], c, 1));
    if (got > 0 && errno == EINTR)
        R(read(fds[0], c, 1));
    arm();
    R(nanosleep(&ts, &left));
    V(left.tv_nsec > 0 && left.tv_nsec < 20000000);
    R(read(fds[0], c, 1));
    arm();
    R(syscall(SYS_ppoll, NULL, 0, &ts, NULL, 8));
    R(read(fds[0], c, 1));
    arm();
    pid_t p = fork();
    if (p == 0) {
        sleep_ms(20);
        _exit(4);
    }
    int status = 0;
    R(waitpid(p, &status, 0) == p);
    if (status == 0)
        reap(p);
    R(read(fds[0], c, 1));
    V(got);
}

int main(void)
{
    CHECK(pipe(fds) == 0);
    on_signal(SIGALRM, on_alarm, SA_RESTART);
    all();
    on_signal(SIGALRM, on_alarm, 0);
    all();
    return verdict();
}
