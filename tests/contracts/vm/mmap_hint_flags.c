// SPDX-License-Identifier: GPL-2.0-or-later
/* A free hint is taken, a used one is not, and odd flags are ignored or refused. */
#include "contract.h"

int main(void)
{
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
    char *p = mmap(NULL, 16 * PAGE, rw, anon, -1, 0), *q;

    R(munmap(p + 4 * PAGE, 4 * PAGE));
    q = mmap(p + 5 * PAGE, PAGE, rw, anon, -1, 0);
    V(q == p + 5 * PAGE);
    q = mmap(p, PAGE, rw, anon, -1, 0);
    V(q != p && q != MAP_FAILED);
    q = mmap(p + 6 * PAGE + 123, PAGE, rw, anon, -1, 0);
    V(((uintptr_t)q & (PAGE - 1)) == 0);
    V(q != MAP_FAILED);
    OK(mmap(NULL, PAGE, rw, anon | MAP_STACK, -1, 0));
    OK(mmap(NULL, PAGE, rw, anon | MAP_NORESERVE, -1, 0));
    q = OK(mmap(NULL, 4 * PAGE, rw, anon | MAP_POPULATE, -1, 0));
    unsigned char vec[4];
    CHECK(mincore(q, 4 * PAGE, vec) == 0);
    V((vec[0] & 1) + (vec[1] & 1) + (vec[2] & 1) + (vec[3] & 1));
    OK(mmap(NULL, PAGE, rw, anon | MAP_DENYWRITE | MAP_EXECUTABLE, -1, 0));
    R((long)mmap(NULL, PAGE, rw, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0));
    OK(mmap(NULL, PAGE, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    OK(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, anon, -1, 0));
    return verdict();
}
