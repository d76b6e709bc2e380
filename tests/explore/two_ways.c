// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fails in one way when a signal comes in the first half, in another when one comes in the second,
 * and in a third when both do. How is said by the argument: status, hang, panic (a kernel that was
 * made to panic by getpgid(77) and getsid(77)).
 */
#include "tests/guest/check.h"
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t half, came[3];

static void on_signal(int signo)
{
    (void)signo;
    came[half] = 1;
}

static void run_half(int which)
{
    half = which;
    getppid(); /* the test looks for this call */
    for (volatile int i = 0; i < 4000; i++)
        ;
    half = 0;
}

int main(int argc, char **argv)
{
    static const char *const words[] = {"neither", "the first", "the second", "both"};
    const char *how = argc > 1 ? argv[1] : "status";
    sigset_t none;
    int which;

    sigemptyset(&none);
    signal(SIGUSR1, on_signal);
    run_half(1);
    run_half(2);
    which = came[1] + 2 * came[2];
    printf("%d times %s\n", which, strcmp(how, "status") == 0 ? words[which] : "something");
    fflush(stdout);
    if (which == 0 || strcmp(how, "status") == 0)
        return which != 0;
    if (strcmp(how, "panic") == 0)
        return which == 3 ? getsid(77) : getpgid(77);
    return which == 3 ? sigsuspend(&none) : poll(NULL, 0, -1);
}
