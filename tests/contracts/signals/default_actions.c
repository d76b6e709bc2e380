// SPDX-License-Identifier: GPL-2.0-or-later
/* What each signal does to a process that did nothing about it. */
#include "contract.h"

int main(void)
{
    for (int s = 1; s <= 64; s++) {
        int status;
        pid_t p;

        if (s == 32 || s == 33 || s == 34)
            continue;
        p = fork();
        if (p == 0) {
            syscall(SYS_tkill, getpid(), s);
            _exit(0);
        }
        CHECK(waitpid(p, &status, WUNTRACED) == p);
        if (WIFSIGNALED(status))
            SAY("%d: kills with %d", s, WTERMSIG(status));
        else if (WIFEXITED(status))
            SAY("%d: nothing", s);
        else if (WIFSTOPPED(status))
            SAY("%d: stops with %d", s, WSTOPSIG(status));
        if (WIFSTOPPED(status)) {
            CHECK(kill(p, SIGKILL) == 0);
            CHECK(waitpid(p, &status, 0) == p);
            SAY("%d: then %d", s, WTERMSIG(status));
        }
    }
    return verdict();
}
