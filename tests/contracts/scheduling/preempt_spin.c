// SPDX-License-Identifier: GPL-2.0-or-later
/* A process that never enters the kernel is interrupted, and killed from outside. */
#include "contract.h"

int main(void)
{
    pid_t p = fork();

    if (p == 0)
        for (;;)
            ;
    long long start = now_ns();
    sleep_ms(20);
    V(now_ns() - start >= 20000000);
    V(waitpid(p, NULL, WNOHANG));
    R(kill(p, SIGSTOP));
    int status;
    CHECK(waitpid(p, &status, WUNTRACED) == p);
    show_status("child", status);
    R(kill(p, SIGCONT));
    R(kill(p, SIGKILL));
    show_status("child", reap(p));
    return verdict();
}
