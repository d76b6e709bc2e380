// SPDX-License-Identifier: GPL-2.0-or-later
/* A descriptor for a process: polling, signalling, waiting. */
#include "contract.h"

#include <poll.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
int main(void)
{
    pid_t p = fork();
    siginfo_t info = {0};

    if (p == 0) {
        CHECK(dup2(file_with("/tmp/f", "of the child"), 20) == 20);
        for (;;)
            pause();
    }
    sleep_ms(50);
    int fd = (int)R(syscall(SYS_pidfd_open, p, 0));
    struct pollfd pf = {fd, POLLIN, 0};
    V(fcntl(fd, F_GETFD));
    R(poll(&pf, 1, 0));
    char text[32] = {0};
    int got = (int)syscall(SYS_pidfd_getfd, fd, 20, 0);
    V(got >= 0);
    R(pread(got, text, 31, 0));
    S(text);
    R(syscall(SYS_pidfd_getfd, fd, 77, 0));
    R(syscall(SYS_pidfd_getfd, fd, 20, 1));
    R(syscall(SYS_pidfd_getfd, 0, 20, 0));
    R(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    R(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 99));
    R(syscall(SYS_pidfd_send_signal, 0, SIGTERM, NULL, 0));
    R(waitid(3, (id_t)fd, &info, WEXITED | WNOHANG));
    V(info.si_pid);
    R(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    R(poll(&pf, 1, -1));
    V(pf.revents);
    R(waitid(3, (id_t)fd, &info, WEXITED));
    SAY("code %d status %d", info.si_code, info.si_status);
    R(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    R(syscall(SYS_pidfd_open, 99999, 0));
    R(syscall(SYS_pidfd_open, 0, 0));
    R(syscall(SYS_pidfd_open, -1, 0));
    R(syscall(SYS_pidfd_open, getpid(), 1));
    R(read(fd, text, 1));
    return verdict();
}
