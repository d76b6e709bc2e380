// SPDX-License-Identifier: GPL-2.0-or-later
/* Between pipes and files, offsets, and errors. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), out = file_with("/tmp/o", ""), p[2], q[2];
    loff_t at = 2;
    char b[20] = {0};

    CHECK(pipe(p) == 0 && pipe(q) == 0);
    R(splice(fd, &at, p[1], NULL, 5, 0));
    V(at);
    R(splice(p[0], NULL, q[1], NULL, 2, 0));
    R(splice(p[0], NULL, out, NULL, 100, 0));
    S(text_of("/tmp/o"));
    at = 10;
    R(splice(q[0], NULL, out, &at, 2, 0));
    V(at);
    R(lseek(out, 0, SEEK_CUR));
    R(splice(fd, NULL, p[1], NULL, 4, 0));
    R(lseek(fd, 0, SEEK_CUR));
    R(read(p[0], b, 20));
    R(splice(p[0], NULL, out, NULL, 1, SPLICE_F_NONBLOCK));
    R(splice(fd, NULL, out, NULL, 1, 0));
    R(splice(fd, NULL, p[1], &at, 1, 0));
    R(splice(p[0], &at, out, NULL, 1, 0));
    R(splice(99, NULL, p[1], NULL, 1, 0));
    R(splice(p[0], NULL, p[1], NULL, 1, 0));
    R(splice(fd, NULL, p[1], NULL, 1, 0x100));
    R(splice(fd, NULL, p[0], NULL, 1, 0));
    R(splice(fd, NULL, p[1], NULL, 0, 0));
    close(p[1]);
    R(splice(p[0], NULL, out, NULL, 5, 0));
    struct iovec v = {"vector", 6};
    R(vmsplice(q[1], &v, 1, 0));
    R(read(q[0], b, 20));
    return verdict();
}
