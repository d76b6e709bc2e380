// SPDX-License-Identifier: GPL-2.0-or-later
/* Shrinking loses, growing gives zeroes; errors of truncate and ftruncate. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), p[2];
    char b[20];
    struct stat st;

    R(ftruncate(fd, 4));
    R(ftruncate(fd, 8));
    R(read(fd, b, 20));
    SAY("%.4s %d %d %d %d", b, b[4], b[5], b[6], b[7]);
    R(lseek(fd, 6000, SEEK_SET));
    R(write(fd, "z", 1));
    fstat(fd, &st);
    V(st.st_size);
    R(pread(fd, b, 3, 5000));
    V(b[0] + b[1] + b[2]);
    R(truncate("/tmp/f", 2));
    fstat(fd, &st);
    V(st.st_size);
    R(lseek(fd, 0, SEEK_CUR));
    R(read(fd, b, 1));
    R(ftruncate(fd, -1));
    R(truncate("/tmp/f", -1));
    R(truncate("/tmp", 0));
    R(truncate("/none", 0));
    R(truncate("/tmp/f/x", 0));
    R(ftruncate(open("/tmp/f", O_RDONLY), 0));
    CHECK(pipe(p) == 0);
    R(ftruncate(p[1], 0));
    R(ftruncate(99, 0));
    R(ftruncate(fd, 1l << 40));
    fstat(fd, &st);
    V(st.st_size);
    CHILD(setuid(1000); R(truncate("/tmp/f", 1)));
    return verdict();
}
