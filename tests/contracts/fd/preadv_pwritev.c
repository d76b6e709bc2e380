// SPDX-License-Identifier: GPL-2.0-or-later
/* Vectors at a position, and the flags of preadv2 and pwritev2. */
#include "contract.h"

#ifndef RWF_APPEND
#define RWF_APPEND 16
#define RWF_NOWAIT 8
#define RWF_HIPRI 1
#endif
int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), p[2];
    char a[4] = {0}, b[8] = {0};
    struct iovec v[2] = {{a, 3}, {b, 7}};

    R(preadv(fd, v, 2, 1));
    S(a);
    S(b);
    R(preadv(fd, v, 2, 8));
    R(lseek(fd, 0, SEEK_CUR));
    memcpy(a, "xyz", 3);
    R(pwritev(fd, v, 1, 8));
    S(text_of("/tmp/f"));
    R(preadv(fd, v, 2, -1));
    R(syscall(SYS_preadv2, fd, v, 1, -1l, -1l, 0));
    R(lseek(fd, 0, SEEK_CUR));
    R(syscall(SYS_preadv2, fd, v, 1, 0l, 0l, 0x1000));
    R(syscall(SYS_pwritev2, fd, v, 1, 0l, 0l, RWF_APPEND));
    S(text_of("/tmp/f"));
    R(syscall(SYS_preadv2, fd, v, 1, 2l, 0l, RWF_HIPRI));
    CHECK(pipe(p) == 0);
    R(preadv(p[0], v, 1, 0));
    R(pwritev(99, v, 1, 0));
    return verdict();
}
