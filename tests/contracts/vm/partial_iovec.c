// SPDX-License-Identifier: GPL-2.0-or-later
/* A vector with a bad address moves what comes before it. */
#include "contract.h"

int main(void)
{
    char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = file_with("/tmp/f", "abcdefghijklmnop");
    struct iovec v[3] = {{p, 4}, {p + PAGE, 4}, {p + 8, 4}};

    R(munmap(p + PAGE, PAGE));
    R(readv(fd, v, 3));
    R(lseek(fd, 0, SEEK_CUR));
    S(p);
    R(readv(fd, v + 1, 2));
    R(lseek(fd, 0, SEEK_CUR));
    R(writev(fd, v, 3));
    R(lseek(fd, 0, SEEK_CUR));
    R(readv(fd, (struct iovec *)(p + PAGE), 1));
    R(readv(fd, v, 0));
    R(readv(fd, v, -1));
    R(readv(fd, v, 1025));
    v[0].iov_len = (size_t)-1;
    R(readv(fd, v, 1));
    S(text_of("/tmp/f"));
    return verdict();
}
