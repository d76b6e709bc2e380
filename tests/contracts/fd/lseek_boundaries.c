// SPDX-License-Identifier: GPL-2.0-or-later
/* Every whence, negative and huge offsets, holes, and what cannot seek. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), p[2];

    R(lseek(fd, 5, SEEK_SET));
    R(lseek(fd, -2, SEEK_CUR));
    R(lseek(fd, -4, SEEK_CUR));
    R(lseek(fd, 0, SEEK_CUR));
    R(lseek(fd, 3, SEEK_END));
    R(lseek(fd, -11, SEEK_END));
    R(lseek(fd, -1, SEEK_SET));
    R(lseek(fd, 0x7fffffffffffffff, SEEK_SET));
    R(lseek(fd, 1, SEEK_CUR));
    R(lseek(fd, 1l << 50, SEEK_SET));
    R(lseek(fd, 0, 99));
    R(lseek(fd, 0, SEEK_DATA));
    R(lseek(fd, 0, SEEK_HOLE));
    R(lseek(fd, 10, SEEK_DATA));
    R(lseek(fd, 11, SEEK_HOLE));
    R(pwrite(fd, "x", 1, 40960));
    R(lseek(fd, 5000, SEEK_DATA));
    R(lseek(fd, 0, SEEK_HOLE));
    CHECK(pipe(p) == 0);
    R(lseek(p[0], 0, SEEK_SET));
    R(lseek(0, 0, SEEK_SET));
    R(lseek(99, 0, SEEK_SET));
    R(lseek(open("/dev/null", O_RDWR), 100, SEEK_SET));
    R(lseek(open("/dev/zero", O_RDWR), 100, SEEK_SET));
    return verdict();
}
