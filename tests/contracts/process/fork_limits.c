// SPDX-License-Identifier: GPL-2.0-or-later
/* fork under RLIMIT_NPROC for an ordinary user, and many children at once. */
#include "contract.h"

int main(void)
{
    pid_t all[60];
    int sum = 0;

    for (int i = 0; i < 60; i++) {
        all[i] = fork();
        if (all[i] == 0)
            _exit(i);
        CHECK(all[i] > 0);
    }
    for (int i = 59; i >= 0; i--)
        sum += WEXITSTATUS(reap(all[i]));
    V(sum);
    CHILD({
        struct rlimit r = {2, 2};
        pid_t p;

        R(setrlimit(RLIMIT_NPROC, &r));
        R(setuid(4321));
        p = fork();
        if (p == 0) {
            R(fork());
            _exit(0);
        }
        show_status("grandchild", reap(p));
    });
    return verdict();
}
