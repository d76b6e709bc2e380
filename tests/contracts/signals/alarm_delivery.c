// SPDX-License-Identifier: GPL-2.0-or-later
/* alarm() sends SIGALRM once, gives back what was left, and 0 takes it away. */
#include "contract.h"

static volatile int got;

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)context;
    got++;
    SAY("signal %d code %d", signo, info->si_code);
}

int main(void)
{
    struct itimerval it = {{0, 0}, {0, 20000}}, now;

    on_signal(SIGALRM, on_alarm, 0);
    R(alarm(100));
    R(alarm(50));
    R(alarm(0));
    R(alarm(0));
    R(setitimer(ITIMER_REAL, &it, NULL));
    R(pause());
    V(got);
    R(getitimer(ITIMER_REAL, &now));
    V(now.it_value.tv_sec + now.it_value.tv_usec);
    R(alarm(3));
    CHILD(V(alarm(0)));
    V(alarm(0));
    CHILD(signal(SIGALRM, SIG_DFL); it.it_value.tv_usec = 5000; setitimer(ITIMER_REAL, &it, NULL);
          for (;;) pause());
    return verdict();
}
