// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies share offset and flags, not close-on-exec; the lowest free number is taken. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), d, e;
    char c[2] = {0};

    V(fd);
    d = (int)R(dup(fd));
    R(lseek(fd, 4, SEEK_SET));
    R(lseek(d, 0, SEEK_CUR));
    R(read(d, c, 1));
    S(c);
    R(lseek(fd, 0, SEEK_CUR));
    R(fcntl(d, F_SETFD, FD_CLOEXEC));
    R(fcntl(fd, F_GETFD));
    R(fcntl(d, F_SETFL, O_APPEND));
    R((fcntl(fd, F_GETFL) & O_APPEND) != 0);
    R(dup2(fd, fd));
    R(dup2(fd, 20));
    R(dup2(99, 98));
    R(dup2(99, 99));
    R(dup2(fd, -1));
    R(dup2(fd, 5000));
    R(dup3(fd, 21, O_CLOEXEC));
    R(fcntl(21, F_GETFD));
    R(dup3(fd, fd, 0));
    R(syscall(SYS_dup3, fd, 22, O_APPEND));
    R(dup(99));
    R(dup(-1));
    R(close(4));
    R(fcntl(fd, F_DUPFD, 0));
    R(fcntl(fd, F_DUPFD, 10));
    R(fcntl(fd, F_DUPFD_CLOEXEC, 10));
    R(fcntl(11, F_GETFD));
    R(fcntl(fd, F_DUPFD, -1));
    R(fcntl(fd, F_DUPFD, 5000));
    e = dup(fd);
    R(close(fd));
    R(read(e, c, 1));
    R(close(e));
    R(close(e));
    R(close(-1));
    return verdict();
}
