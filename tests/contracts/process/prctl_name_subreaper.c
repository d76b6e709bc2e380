// SPDX-License-Identifier: GPL-2.0-or-later
/* Names, the subreaper, the parent-death signal, and odd options. */
#include "contract.h"

#include <sys/prctl.h>

int main(void)
{
    char name[32] = {0};
    int v = -1;

    R(prctl(PR_SET_NAME, "a name that is far too long"));
    R(prctl(PR_GET_NAME, name));
    S(name);
    CHILD(prctl(PR_GET_NAME, name); S(name));
    R(prctl(PR_SET_NAME, 8));
    R(prctl(PR_GET_CHILD_SUBREAPER, &v));
    V(v);
    R(prctl(PR_SET_CHILD_SUBREAPER, 1));
    R(prctl(PR_GET_CHILD_SUBREAPER, &v));
    V(v);
    pid_t me = getpid();
    CHILD(prctl(PR_GET_CHILD_SUBREAPER, &v); V(v); if (fork() == 0) {
        while (getppid() != me)
            sleep_ms(1);
        _exit(21);
    });
    int status;
    CHECK(wait(&status) > 0);
    show_status("grandchild", status);
    return verdict();
}
