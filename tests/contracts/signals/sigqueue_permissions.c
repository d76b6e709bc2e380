// SPDX-License-Identifier: GPL-2.0-or-later
/* rt_sigqueueinfo forges no kernel codes for another process. */
#include "contract.h"

int main(void)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    sigset_t set = set_of(SIGUSR1);
    struct timespec zero = {0, 0};

    sigprocmask(SIG_BLOCK, &set, NULL);
    info.si_value.sival_int = 5;
    R(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info));
    R(sigtimedwait(&set, &info, &zero));
    SAY("code %d value %d", info.si_code, info.si_value.sival_int);
    info.si_code = SI_USER;
    R(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info));
    R(sigtimedwait(&set, &info, &zero));
    SAY("code %d", info.si_code);
    info.si_code = SI_TKILL;
    R(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info));
    info.si_code = 7;
    R(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info));
    info.si_code = SI_QUEUE;
    R(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info));
    R(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, &info));
    R(sigtimedwait(&set, &info, &zero));
    R(syscall(SYS_rt_tgsigqueueinfo, getpid(), 0, SIGUSR1, &info));
    R(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, (void *)8));
    return verdict();
}
