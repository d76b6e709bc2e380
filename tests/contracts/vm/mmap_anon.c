// SPDX-License-Identifier: GPL-2.0-or-later
/* Zeroed, aligned, writable memory, and the errors of mmap and munmap. */
#include "contract.h"

static long map(void *p, size_t len, int prot, int flags, int fd, off_t at)
{
    errno = 0;
    return syscall(SYS_mmap, p, len, prot, flags, fd, at) == -1 ? -1 : 0;
}

int main(void)
{
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS;
    char *p = mmap(NULL, 3 * PAGE + 1, PROT_READ | PROT_WRITE, anon, -1, 0);
    int sum = 0;

    CHECK(p != MAP_FAILED);
    V((uintptr_t)p % PAGE);
    for (int i = 0; i < 4 * PAGE; i++)
        sum |= p[i];
    V(sum);
    p[4 * PAGE - 1] = 1;
    R(map(NULL, 0, PROT_READ, anon, -1, 0));
    R(map(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
    R(map(NULL, PAGE, PROT_READ, anon | MAP_SHARED | MAP_PRIVATE, -1, 0));
    R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
    R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0));
    R(map(NULL, PAGE, PROT_READ, anon, 99, 0));
    R(map(NULL, PAGE, PROT_NONE, anon, -1, 0));
    R(munmap(p + 1, PAGE));
    R(munmap(p, 0));
    R(munmap(p, 4 * PAGE));
    R(munmap(p, 4 * PAGE));
    R(munmap((void *)-PAGE, PAGE));
    CHILD(V(p[0]));
    p = mmap(NULL, PAGE, PROT_NONE, anon, -1, 0);
    CHILD(V(p[0]));
    p = mmap(NULL, PAGE, PROT_READ, anon, -1, 0);
    V(p[0]);
    CHILD(p[0] = 1);
    p = mmap(NULL, PAGE, PROT_WRITE, anon, -1, 0);
    p[0] = 3;
    V(p[0]);
    return verdict();
}
