// SPDX-License-Identifier: GPL-2.0-or-later
/* MAP_FIXED replaces what is there, MAP_FIXED_NOREPLACE refuses to. */
#include "contract.h"

int main(void)
{
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
    char *p = mmap(NULL, 8 * PAGE, rw, anon, -1, 0);

    memset(p, 1, 8 * PAGE);
    V(mmap(p + 2 * PAGE, 2 * PAGE, rw, anon | MAP_FIXED, -1, 0) == p + 2 * PAGE);
    SAY("%d %d %d %d %d", p[PAGE], p[2 * PAGE], p[3 * PAGE], p[4 * PAGE], p[7 * PAGE]);
    R((long)mmap(p + 100, PAGE, rw, anon | MAP_FIXED, -1, 0));
    R((long)mmap(p, PAGE, rw, anon | MAP_FIXED_NOREPLACE, -1, 0));
    R(munmap(p + PAGE, PAGE));
    V(mmap(p + PAGE, PAGE, rw, anon | MAP_FIXED_NOREPLACE, -1, 0) == p + PAGE);
    R((long)mmap(p + 7 * PAGE, 2 * PAGE, rw, anon | MAP_FIXED_NOREPLACE, -1, 0));
    V(p[PAGE]);
    V(mmap(p, PAGE, PROT_READ, anon | MAP_FIXED, -1, 0) == p);
    CHILD(p[0] = 1);
    p[PAGE] = 1;
    R((long)mmap((void *)-PAGE, PAGE, rw, anon | MAP_FIXED, -1, 0));
    R((long)mmap((void *)(1ul << 63), PAGE, rw, anon | MAP_FIXED, -1, 0));
    return verdict();
}
