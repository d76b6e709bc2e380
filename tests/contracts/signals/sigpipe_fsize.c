// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing to a broken pipe and beyond RLIMIT_FSIZE sends a signal, or an error where it is
 * ignored.
 */
#include "contract.h"

int main(void)
{
    struct rlimit r = {5, 5};
    int fds[2], fd;

    CHECK(pipe(fds) == 0);
    close(fds[0]);
    CHILD(R(write(fds[1], "x", 1)));
    CHILD(signal(SIGPIPE, SIG_IGN); R(write(fds[1], "x", 1)); R(write(fds[1], "x", 0)));
    fd = file_with("/tmp/f", "");
    CHILD(setrlimit(RLIMIT_FSIZE, &r); R(write(fd, "1234567", 7)); R(write(fd, "x", 1)));
    R(lseek(fd, 0, SEEK_SET));
    CHILD(signal(SIGXFSZ, SIG_IGN); setrlimit(RLIMIT_FSIZE, &r); R(write(fd, "abc", 3));
          R(write(fd, "1234567", 7)); R(write(fd, "x", 1)); R(ftruncate(fd, 100));
          R(pwrite(fd, "x", 1, 50)));
    S(text_of("/tmp/f"));
    return verdict();
}
