// SPDX-License-Identifier: GPL-2.0-or-later
/* MREMAP_FIXED moves to an address and drops what stood there. */
#include "contract.h"

int main(void)
{
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
    char *p = mmap(NULL, 4 * PAGE, rw, anon, -1, 0), *q = mmap(NULL, 8 * PAGE, rw, anon, -1, 0);
    int fd = file_with("/tmp/f", "file bytes");
    char *f = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

    memset(p, 1, 4 * PAGE);
    memset(q, 2, 8 * PAGE);
    V(mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + 2 * PAGE) == q + 2 * PAGE);
    SAY("%d %d %d %d", q[PAGE], q[2 * PAGE], q[3 * PAGE], q[4 * PAGE]);
    CHILD(V(p[0]));
    V(p[2 * PAGE]);
    R((long)mremap(q, PAGE, PAGE, MREMAP_FIXED, q + 2 * PAGE));
    R((long)mremap(q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + 1));
    R((long)mremap(q, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + PAGE));
    R((long)mremap(q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)-PAGE));
    V(mremap(f, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q);
    S(q);
    R(pwrite(fd, "F", 1, 0));
    S(q);
    V(mremap(q + 6 * PAGE, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
    V(p[0]);
    CHILD(V(q[7 * PAGE]));
    return verdict();
}
