// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may move whom into which group. */
#include "contract.h"

int main(void)
{
    pid_t a = fork(), b, me = getpid();

    if (a == 0)
        for (;;)
            pause();
    R(setpgid(a, 0));
    V(getpgid(a) == a);
    b = fork();
    if (b == 0)
        for (;;)
            pause();
    R(setpgid(b, a));
    V(getpgid(b) == a);
    R(setpgid(b, me));
    V(getpgid(b) == me);
    R(setpgid(b, 99999));
    R(setpgid(99999, 0));
    R(setpgid(1, 0));
    R(setpgid(-1, 0));
    R(setpgid(b, -1));
    R(setpgid(0, 0));
    R(setpgid(me, a));
    CHILD(R(setsid() == getpid()); R(setpgid(0, 0)); V(getsid(0) == getpid()));
    CHILD(setsid(); R(setpgid(0, a)));
    pid_t c = fork();
    if (c == 0) {
        char *args[] = {"sleeper", NULL};

        execve("/none", args, NULL);
        setsid();
        sleep_ms(100);
        _exit(0);
    }
    sleep_ms(30);
    R(setpgid(c, 0));
    R(getsid(c) == c);
    R(kill(-a, SIGTERM));
    show_status("a", reap(a));
    kill(b, SIGKILL);
    show_status("b", reap(b));
    show_status("c", reap(c));
    return verdict();
}
