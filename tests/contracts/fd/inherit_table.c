// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors across fork, a shared table, and RLIMIT_NOFILE. */
#include "contract.h"

static char stack[65536];

static int closes(void *arg)
{
    (void)arg;
    close(7);
    dup2(0, 8);
    return 0;
}

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789");
    char c[2] = {0};

    CHECK(dup2(fd, 7) == 7);
    CHILD(R(read(fd, c, 1)); R(close(fd)));
    R(read(fd, c, 1));
    S(c);
    pid_t p = clone(closes, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);
    show_status("child", reap(p));
    R(fcntl(7, F_GETFD));
    R(fcntl(8, F_GETFD));
    CHECK(dup2(fd, 7) == 7);
    p = clone(closes, stack + sizeof(stack), SIGCHLD, NULL);
    show_status("child", reap(p));
    R(fcntl(7, F_GETFD));
    struct rlimit r = {4, 4};
    R(setrlimit(RLIMIT_NOFILE, &r));
    R(dup(0));
    R(open("/dev/null", O_RDONLY));
    R(pipe((int[2]){0}));
    R(read(7, c, 1));
    return verdict();
}
