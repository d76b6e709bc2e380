// SPDX-License-Identifier: GPL-2.0-or-later
/* Status flags read and set, owner, lease, pipe size, unknown commands. */
#include "contract.h"

#ifndef F_SETPIPE_SZ
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#endif
int main(void)
{
    int fd = file_with("/tmp/f", "text"), p[2];

    V(fcntl(fd, F_GETFL) == (O_RDWR | O_LARGEFILE));
    R(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
    V(fcntl(fd, F_GETFL) == (O_RDWR | O_LARGEFILE | O_APPEND | O_NONBLOCK));
    R(fcntl(fd, F_SETFL, O_WRONLY | O_CREAT | O_TRUNC | O_SYNC));
    V(fcntl(fd, F_GETFL) == (O_RDWR | O_LARGEFILE));
    R(fcntl(fd, F_SETFD, -1));
    R(fcntl(fd, F_GETFD));
    R(fcntl(fd, F_SETFD, 0));
    R(fcntl(fd, 9999));
    R(fcntl(99, F_GETFL));
    R(fcntl(fd, F_GETOWN));
    R(fcntl(fd, F_SETOWN, getpid()));
    V(fcntl(fd, F_GETOWN) == getpid());
    R(fcntl(fd, F_GETSIG));
    CHECK(pipe2(p, O_NONBLOCK) == 0);
    V(fcntl(p[0], F_GETFL) == (O_RDONLY | O_NONBLOCK));
    V(fcntl(p[1], F_GETFL) == (O_WRONLY | O_NONBLOCK));
    R(fcntl(p[0], F_GETPIPE_SZ));
    R(fcntl(p[0], F_SETPIPE_SZ, 5000));
    R(fcntl(p[0], F_SETPIPE_SZ, 0));
    R(fcntl(fd, F_GETPIPE_SZ));
    R(pipe2(p, 0x123));
    int path = open("/tmp/f", O_PATH);
    V(fcntl(path, F_GETFL) == (O_PATH));
    R(fcntl(path, F_SETFL, 0));
    R(read(path, p, 1));
    R(fcntl(path, F_GETFD));
    R(write(open("/tmp/f", O_WRONLY | O_APPEND), "end", 3));
    S(text_of("/tmp/f"));
    return verdict();
}
