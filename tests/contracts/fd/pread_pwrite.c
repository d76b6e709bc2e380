// SPDX-License-Identifier: GPL-2.0-or-later
/* Positioned reads and writes leave the offset alone; errors and append mode. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), p[2], a;
    char b[12] = {0};

    R(lseek(fd, 3, SEEK_SET));
    R(pread(fd, b, 4, 5));
    S(b);
    R(pread(fd, b, 10, 8));
    R(pread(fd, b, 1, 10));
    R(pread(fd, b, 1, 1000));
    R(pwrite(fd, "AB", 2, 1));
    R(pwrite(fd, "Z", 1, 12));
    R(lseek(fd, 0, SEEK_CUR));
    R(pread(fd, b, 1, -1));
    R(pwrite(fd, b, 1, -1));
    CHECK(pipe(p) == 0);
    R(pread(p[0], b, 1, 0));
    R(pwrite(p[1], b, 1, 0));
    R(pread(0, b, 1, 0));
    R(pread(99, b, 1, 0));
    R(pread(fd, b, 13, 0));
    SAY("%.10s %d %d %c", b, b[10], b[11], 'Z');
    a = open("/tmp/f", O_RDWR | O_APPEND);
    R(pwrite(a, "end", 3, 0));
    struct stat st;
    fstat(a, &st);
    V(st.st_size);
    R(pwrite(open("/tmp/f", O_RDONLY), "x", 1, 0));
    R(pread(open("/tmp/f", O_WRONLY), b, 1, 0));
    R(pread(open("/tmp", O_RDONLY), b, 1, 0));
    R(read(open("/tmp", O_RDONLY), b, 1));
    return verdict();
}
