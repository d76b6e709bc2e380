// SPDX-License-Identifier: GPL-2.0-or-later
/* Reserving, keeping the size, punching holes, zeroing; errors. */
#include "contract.h"

#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
#endif
#ifndef FALLOC_FL_COLLAPSE_RANGE
#define FALLOC_FL_COLLAPSE_RANGE 8
#endif
static void show(int fd)
{
    struct stat st;
    char b[33] = {0};

    CHECK(fstat(fd, &st) == 0);
    ssize_t n = pread(fd, b, 32, 0);
    for (int i = 0; i < n; i++)
        b[i] = b[i] ? b[i] : '.';
    SAY("size %lld \"%s\"", (long long)st.st_size, b);
}

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), p[2];

    R(fallocate(fd, 0, 8, 8));
    show(fd);
    R(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 10000));
    show(fd);
    R(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2, 3));
    show(fd);
    R(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 2, 3));
    R(fallocate(fd, 0, 0, 0));
    R(fallocate(fd, 0, -1, 5));
    R(fallocate(fd, 0, 5, -1));
    R(fallocate(fd, 0x1000, 0, 5));
    R(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
    R(fallocate(99, 0, 0, 5));
    CHECK(pipe(p) == 0);
    R(fallocate(p[1], 0, 0, 5));
    R(fallocate(open("/tmp/f", O_RDONLY), 0, 0, 5));
    R(fallocate(fd, 0, 0x7fffffffffffffff, 1));
    R(fallocate(open("/dev/null", O_RDWR), 0, 0, 5));
    R(fallocate(open("/tmp", O_RDONLY), 0, 0, 5));
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    struct stat st;
    CHECK(fstat(fd, &st) == 0);
    V(st.st_size);
    return verdict();
}
