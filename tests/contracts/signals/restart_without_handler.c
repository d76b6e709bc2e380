// SPDX-License-Identifier: GPL-2.0-or-later
/* A stop and continue in the middle lets a sleep and a read go on. */
#include "contract.h"

int main(void)
{
    int fds[2];

    CHECK(pipe(fds) == 0);
    for (int round = 0; round < 2; round++) {
        pid_t p = fork();

        if (p == 0) {
            struct timespec ts = {0, 300000000};
            char c;

            if (round == 0)
                R(nanosleep(&ts, NULL));
            else
                R(read(fds[0], &c, 1));
            _exit(3);
        }
        int status;

        sleep_ms(10);
        R(kill(p, SIGSTOP));
        CHECK(waitpid(p, &status, WUNTRACED) == p);
        show_status("child", status);
        sleep_ms(10);
        R(kill(p, SIGCONT));
        CHECK(waitpid(p, &status, WCONTINUED) == p);
        show_status("child", status);
        sleep_ms(5);
        CHECK(round == 0 || write(fds[1], "x", 1) == 1);
        show_status("child", reap(p));
    }
    return verdict();
}
