// SPDX-License-Identifier: GPL-2.0-or-later
/* The parent-death signal comes when the parent ends. */
#include "contract.h"

#include <sys/prctl.h>

int main(void)
{
    int fds[2];
    char c = 0;

    CHECK(pipe(fds) == 0);
    CHILD({
        if (fork() == 0) {
            sigset_t set = set_of(SIGUSR2);
            siginfo_t info;

            sigprocmask(SIG_BLOCK, &set, NULL);
            prctl(PR_SET_PDEATHSIG, SIGUSR2);
            CHECK(write(fds[1], "r", 1) == 1);
            int got = sigwaitinfo(&set, &info);
            sleep_ms(50);
            V(got);
            _exit(write(fds[1], "d", 1) != 1);
        }
        CHECK(read(fds[0], &c, 1) == 1);
        _exit(c);
    });
    CHECK(read(fds[0], &c, 1) == 1);
    V(c);
    return verdict();
}
