// SPDX-License-Identifier: GPL-2.0-or-later
/* clone3: size and flags checked, a child made, its pidfd and ids stored. */
#include "contract.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
/* linux/sched.h */
struct clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
        set_tid_size, cgroup;
};
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
int main(void)
{
    struct clone_args a = {0};
    int pidfd = -1, tid = 0;

    R(syscall(SYS_clone3, &a, 8));
    R(syscall(SYS_clone3, NULL, sizeof(a)));
    R(syscall(SYS_clone3, &a, 5000));
    a.exit_signal = 100;
    R(syscall(SYS_clone3, &a, sizeof(a)));
    a.exit_signal = SIGCHLD;
    a.flags = CLONE_THREAD;
    R(syscall(SYS_clone3, &a, sizeof(a)));
    a.flags = 1;
    R(syscall(SYS_clone3, &a, sizeof(a)));
    a.flags = CLONE_SIGHAND;
    R(syscall(SYS_clone3, &a, sizeof(a)));
    a.flags = CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID;
    a.pidfd = (uintptr_t)&pidfd;
    a.parent_tid = a.child_tid = (uintptr_t)&tid;
    long p = syscall(SYS_clone3, &a, sizeof(a));
    if (p == 0)
        _exit(tid == getpid() ? 17 : 18);
    CHECK(p > 0);
    V(tid == p);
    V(pidfd);
    V(fcntl(pidfd, F_GETFD));
    siginfo_t info = {0};
    R(waitid(3, (id_t)pidfd, &info, WEXITED));
    SAY("code %d status %d", info.si_code, info.si_status);
    a = (struct clone_args){.stack = 4096, .exit_signal = SIGCHLD};
    R(syscall(SYS_clone3, &a, sizeof(a)));
    return verdict();
}
