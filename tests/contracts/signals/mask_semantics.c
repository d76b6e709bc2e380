// SPDX-License-Identifier: GPL-2.0-or-later
/* Block, unblock and set; SIGKILL and SIGSTOP cannot be blocked; errors. */
#include "contract.h"

int main(void)
{
    sigset_t set = set_of(SIGUSR1), old;

    R(sigprocmask(SIG_BLOCK, &set, &old));
    V(sigismember(&old, SIGUSR1));
    set = set_of(SIGUSR2);
    R(sigprocmask(SIG_BLOCK, &set, &old));
    V(sigismember(&old, SIGUSR1));
    V(sigismember(&old, SIGUSR2));
    R(sigprocmask(SIG_UNBLOCK, &set, NULL));
    R(sigprocmask(SIG_SETMASK, NULL, &old));
    V(sigismember(&old, SIGUSR1));
    V(sigismember(&old, SIGUSR2));
    unsigned long bits = ~0ul;
    R(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &bits, NULL, 8));
    bits = 0;
    R(syscall(SYS_rt_sigprocmask, 77, NULL, &bits, 8));
    X(bits);
    R(syscall(SYS_rt_sigprocmask, 77, &bits, NULL, 8));
    R(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &bits, NULL, 4));
    R(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &bits, NULL, 16));
    R(syscall(SYS_rt_sigprocmask, SIG_SETMASK, (void *)8, NULL, 8));
    R(syscall(SYS_rt_sigpending, &bits, 8));
    X(bits);
    R(syscall(SYS_rt_sigpending, &bits, 16));
    R(syscall(SYS_rt_sigpending, &bits, 4));
    CHILD(sigprocmask(SIG_SETMASK, NULL, &old); V(sigismember(&old, SIGTERM)));
    return verdict();
}
