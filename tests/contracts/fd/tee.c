// SPDX-License-Identifier: GPL-2.0-or-later
/* Copying between pipes without taking. */
#include "contract.h"

int main(void)
{
    int p[2], q[2];
    char b[20] = {0};

    CHECK(pipe(p) == 0 && pipe(q) == 0);
    R(write(p[1], "duplicate", 9));
    R(tee(p[0], q[1], 4, 0));
    R(tee(p[0], q[1], 100, 0));
    R(read(q[0], b, 20));
    S(b);
    memset(b, 0, 20);
    R(read(p[0], b, 20));
    S(b);
    R(tee(p[0], q[1], 5, SPLICE_F_NONBLOCK));
    R(tee(p[0], p[1], 5, 0));
    R(tee(0, q[1], 5, 0));
    R(tee(p[0], 99, 5, 0));
    R(tee(p[1], q[1], 5, 0));
    close(p[1]);
    R(tee(p[0], q[1], 5, 0));
    return verdict();
}
