// SPDX-License-Identifier: GPL-2.0-or-later
/* WAKE_OP changes one word and wakes on two. */
#include "contract.h"

static volatile int a, b;

int main(void)
{
    b = 5;
    R(syscall(SYS_futex, &a, 5, 1, 1, &b, (0 << 28) | (0 << 24) | (9 << 12) | 5));
    V(b);
    R(syscall(SYS_futex, &a, 5, 1, 1, &b, (1 << 28) | (1 << 24) | (3 << 12) | 5));
    V(b);
    R(syscall(SYS_futex, &a, 5, 1, 1, &b, (2 << 28) | (2 << 24) | (0xf0 << 12)));
    V(b);
    R(syscall(SYS_futex, &a, 5, 1, 1, &b, (3 << 28) | (3 << 24) | (0x0c << 12)));
    V(b);
    R(syscall(SYS_futex, &a, 5, 1, 1, &b, (4 << 28) | (0xff << 12)));
    V(b);
    R(syscall(SYS_futex, &a, 5, 1, 1, &b, (8 << 28) | (1 << 28) | (4 << 12)));
    V(b);
    R(syscall(SYS_futex, &a, 5, 1, 1, &b, (int)(7u << 28)));
    R(syscall(SYS_futex, &a, 5, 1, 1, (void *)8, 0));
    return verdict();
}
