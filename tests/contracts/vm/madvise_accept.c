// SPDX-License-Identifier: GPL-2.0-or-later
/* Which advice is taken, and what DONTNEED and wrong uses do. */
#include "contract.h"

#ifndef MADV_COLD
#define MADV_COLD 20
#endif
int main(void)
{
    char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = file_with("/tmp/f", "file text");
    char *f = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    R(madvise(p, 8 * PAGE, MADV_NORMAL));
    R(madvise(p, 8 * PAGE, MADV_RANDOM));
    R(madvise(p, 8 * PAGE, MADV_SEQUENTIAL));
    R(madvise(p, 8 * PAGE, MADV_WILLNEED));
    R(madvise(p, 8 * PAGE, MADV_DONTFORK));
    R(madvise(p, 8 * PAGE, MADV_DOFORK));
    R(madvise(p, 8 * PAGE, MADV_FREE));
    R(madvise(p, 8 * PAGE, MADV_COLD));
    memset(p, 7, 8 * PAGE);
    R(madvise(p, PAGE, MADV_DONTNEED));
    V(p[0]);
    V(p[PAGE]);
    R(madvise(p + 1, PAGE, MADV_DONTNEED));
    R(madvise(p + PAGE, 1, MADV_DONTNEED));
    V(p[PAGE]);
    V(p[2 * PAGE]);
    R(madvise(p, 0, MADV_DONTNEED));
    R(madvise(p, PAGE, 9999));
    R(madvise(p, (size_t)-PAGE, MADV_DONTNEED));
    R(munmap(p + 4 * PAGE, PAGE));
    R(madvise(p, 8 * PAGE, MADV_DONTNEED));
    V(p[7 * PAGE]);
    f[0] = 'F';
    R(madvise(f, PAGE, MADV_DONTNEED));
    S(f);
    R(madvise(f, PAGE, MADV_FREE));
    R(madvise(p, PAGE, MADV_DONTFORK));
    CHILD(p[0] = 1);
    R(madvise(p, PAGE, MADV_DOFORK));
    R(madvise(p, PAGE, 18));
    p[0] = 4;
    CHILD(V(p[0]));
    V(p[0]);
    return verdict();
}
