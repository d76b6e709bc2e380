// SPDX-License-Identifier: GPL-2.0-or-later
/* Gathering and scattering, empty vectors, counts and errors. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), p[2];
    char a[4] = {0}, b[8] = {0};
    struct iovec v[3] = {{a, 3}, {NULL, 0}, {b, 4}};

    R(readv(fd, v, 3));
    S(a);
    S(b);
    R(readv(fd, v, 3));
    S(a);
    R(readv(fd, v, 3));
    CHECK(pipe(p) == 0);
    R(writev(p[1], v, 3));
    R(read(p[0], b, 8));
    R(writev(p[1], v, 0));
    R(writev(p[1], v, -1));
    R(writev(p[1], v, 1025));
    R(writev(99, v, 1));
    R(writev(p[0], v, 1));
    R(readv(p[1], v, 1));
    v[0].iov_len = (size_t)1 << 63;
    R(writev(fd, v, 1));
    R(writev(p[1], (struct iovec *)8, 1));
    v[0].iov_len = 0;
    v[2].iov_len = 0;
    R(writev(fd, v, 3));
    return verdict();
}
