// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * restart - a read that a signal interrupts: EINTR without SA_RESTART, run
 * again with it, and the arguments of the call are what they were.
 */
#include "check.h"

#include <poll.h>
#include <sys/time.h>

static int fds[2];
static volatile sig_atomic_t rang;

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    if (++rang == 2)
        CHECK(write(fds[1], "late", 4) == 4);
}

static void arm(void)
{
    const struct itimerval t = {.it_value = {.tv_usec = 2000}};

    CHECK(setitimer(ITIMER_REAL, &t, NULL) == 0);
}

int main(void)
{
    char buf[8] = "";
    struct pollfd pfd;

    CHECK(pipe(fds) == 0);
    pfd = (struct pollfd){.fd = fds[0], .events = POLLIN};
    STEP("without SA_RESTART");
    handle(SIGALRM, on_alarm, 0);
    arm();
    CHECK(read(fds[0], buf, sizeof(buf)) == -1 && errno == EINTR && rang == 1);
    STEP("with SA_RESTART");
    handle(SIGALRM, on_alarm, SA_RESTART);
    arm();
    CHECK(read(fds[0], buf, sizeof(buf)) == 4 && memcmp(buf, "late", 4) == 0 && rang == 2);
    STEP("poll is never restarted");
    arm();
    CHECK(poll(&pfd, 1, -1) == -1 && errno == EINTR && rang == 3);
    return verdict();
}
