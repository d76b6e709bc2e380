// SPDX-License-Identifier: GPL-2.0-or-later
/* End of file, broken pipes, blocking and not, atomic writes, capacity. */
#include "contract.h"

int main(void)
{
    int p[2], total = 0;
    char b[5000];

    R(pipe(p));
    SAY("%d %d", p[0], p[1]);
    R(write(p[1], "hello", 5));
    R(read(p[0], b, 2));
    R(read(p[0], b, 100));
    R(read(p[0], b, 0));
    R(fcntl(p[0], F_SETFL, O_NONBLOCK));
    R(read(p[0], b, 1));
    R(fcntl(p[1], F_SETFL, O_NONBLOCK));
    memset(b, 'x', sizeof(b));
    while (write(p[1], b, 4096) == 4096)
        total += 4096;
    V(total);
    SAY("%s", errno_name(errno));
    R(read(p[0], b, 4095));
    R(write(p[1], b, 4096));
    R(write(p[1], b, 1));
    R(read(p[0], b, 1));
    R(write(p[1], b, 4096));
    R(write(p[1], b, 5000));
    while (read(p[0], b, sizeof(b)) > 0)
        ;
    R(write(p[1], "left", 4));
    R(close(p[1]));
    R(read(p[0], b, 10));
    R(read(p[0], b, 10));
    R(write(p[0], b, 1));
    R(read(99, b, 1));
    int *volatile bad = (int *)8;
    R(pipe(bad));
    CHECK(pipe(p) == 0);
    CHILD(close(p[0]); sleep_ms(5); R(write(p[1], "late", 4)); close(p[1]));
    R(read(p[0], b, 10));
    R(read(p[1], b, 1));
    return verdict();
}
