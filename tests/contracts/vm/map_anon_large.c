// SPDX-License-Identifier: GPL-2.0-or-later
/* A mapping far larger than what is touched costs only what is touched. */
#include "contract.h"

int main(void)
{
    size_t bytes = 1ul << 32;
    char *p = OK(mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    long sum = 0;

    CHECK(p != MAP_FAILED);
    for (size_t at = 0; at < bytes; at += bytes / 16)
        p[at] = 1;
    for (size_t at = 0; at < bytes; at += bytes / 32)
        sum += p[at];
    V(sum);
    p[bytes - 1] = 3;
    V(p[bytes - 1]);
    R(munmap(p, bytes));
    CHILD(p[0] = 1);
    R((long)mmap(NULL, 1ul << 62, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    R((long)mmap(NULL, (size_t)-1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    return verdict();
}
