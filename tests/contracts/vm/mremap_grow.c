// SPDX-License-Identifier: GPL-2.0-or-later
/* Growing in place or by moving keeps the contents; the rest is zero. */
#include "contract.h"

int main(void)
{
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
    char *p = mmap(NULL, 8 * PAGE, rw, anon, -1, 0), *q;

    memset(p, 5, 2 * PAGE);
    R(munmap(p + 2 * PAGE, 2 * PAGE));
    V(mremap(p, 2 * PAGE, 4 * PAGE, 0) == p);
    V(p[2 * PAGE]);
    R((long)mremap(p, 4 * PAGE, 5 * PAGE, 0));
    q = mremap(p, 4 * PAGE, 32 * PAGE, MREMAP_MAYMOVE);
    V(q != MAP_FAILED && q != p);
    SAY("%d %d %d %d", q[0], q[2 * PAGE - 1], q[2 * PAGE], q[31 * PAGE]);
    CHILD(V(p[0]));
    V(mremap(q, 32 * PAGE, PAGE, 0) == q);
    CHILD(V(q[PAGE]));
    V(mremap(q, PAGE, PAGE, MREMAP_MAYMOVE) == q);
    R((long)mremap(q, PAGE, 0, MREMAP_MAYMOVE));
    R((long)mremap(q + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    R((long)mremap(q, PAGE, 2 * PAGE, 16));
    R((long)mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    R((long)mremap(q, 0, PAGE, MREMAP_MAYMOVE));
    p = mmap(NULL, PAGE, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    p[0] = 9;
    q = mremap(p, 0, PAGE, MREMAP_MAYMOVE);
    V(q != MAP_FAILED && q != p);
    q[0] = 10;
    V(p[0]);
    return verdict();
}
