// SPDX-License-Identifier: GPL-2.0-or-later
/* Shared anonymous memory is one for parent and children, in both directions. */
#include "contract.h"

int main(void)
{
    volatile int *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                           0);

    CHECK(p != MAP_FAILED);
    V(p[0]);
    CHILD(p[0] = 42; CHILD(p[1024] = 43));
    V(p[0]);
    V(p[1024]);
    p[1] = 7;
    CHILD(V(p[1]); munmap((void *)p, PAGE));
    V(p[1]);
    for (int i = 0; i < 4; i++)
        CHILD(p[2]++);
    V(p[2]);
    R(madvise((void *)p, PAGE, MADV_DONTNEED));
    V(p[0]);
    R(madvise((void *)p, PAGE, MADV_REMOVE));
    V(p[0]);
    V(p[1024]);
    return verdict();
}
