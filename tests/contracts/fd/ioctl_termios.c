// SPDX-License-Identifier: GPL-2.0-or-later
/* ioctl on the wrong kind of descriptor, FIONREAD, FIONBIO, FIOCLEX. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), p[2], n = -1;
    char termios[64];

    CHECK(pipe(p) == 0);
    R(ioctl(0, TCGETS, termios));
    R(ioctl(fd, TCGETS, termios));
    R(ioctl(p[0], TCGETS, termios));
    R(ioctl(99, TCGETS, termios));
    R(ioctl(0, TCGETS, (void *)8));
    R(isatty(fd));
    R(write(p[1], "abc", 3));
    R(ioctl(p[0], FIONREAD, &n));
    V(n);
    R(lseek(fd, 3, SEEK_SET));
    R(ioctl(fd, FIONREAD, &n));
    V(n);
    n = 1;
    R(ioctl(p[0], FIONBIO, &n));
    V((fcntl(p[0], F_GETFL) & O_NONBLOCK) != 0);
    R(ioctl(fd, FIOCLEX));
    R(fcntl(fd, F_GETFD));
    R(ioctl(fd, FIONCLEX));
    R(fcntl(fd, F_GETFD));
    R(ioctl(fd, 0x12345678, &n));
    R(ioctl(p[0], 0x12345678, &n));
    R(ioctl(0, 0x12345678, &n));
    return verdict();
}
