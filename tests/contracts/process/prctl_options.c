// SPDX-License-Identifier: GPL-2.0-or-later
/* Dumpable, no_new_privs, securebits, timer slack and unknown options. */
#include "contract.h"

#include <sys/prctl.h>

int main(void)
{
    int v = -1;

    R(prctl(PR_GET_DUMPABLE));
    R(prctl(PR_SET_DUMPABLE, 0));
    R(prctl(PR_GET_DUMPABLE));
    R(prctl(PR_SET_DUMPABLE, 2));
    R(prctl(PR_SET_DUMPABLE, 1));
    R(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    R(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    R(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    R(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    R(prctl(PR_GET_KEEPCAPS));
    R(prctl(PR_SET_KEEPCAPS, 2));
    R(prctl(PR_GET_PDEATHSIG, &v));
    V(v);
    R(prctl(PR_SET_PDEATHSIG, SIGUSR1));
    R(prctl(PR_GET_PDEATHSIG, &v));
    V(v);
    CHILD(prctl(PR_GET_PDEATHSIG, &v); V(v));
    R(prctl(PR_SET_PDEATHSIG, 99));
    R(prctl(PR_SET_PDEATHSIG, 0));
    R(prctl(PR_GET_TIMERSLACK));
    R(prctl(PR_SET_TIMERSLACK, 1000));
    R(prctl(PR_GET_TIMERSLACK));
    R(prctl(PR_GET_SECCOMP));
    R(prctl(123456));
    return verdict();
}
