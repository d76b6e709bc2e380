// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RLIMIT_AS bounds the address space: mmap, brk and mremap give ENOMEM and the program goes
 * on.
 */
#include "contract.h"

int main(void)
{
    struct rlimit r = {64 << 20, 64 << 20};
    char *p;

    R(setrlimit(RLIMIT_AS, &r));
    R((long)mmap(NULL, 256 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    p = OK(mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    R((long)mremap(p, 16 << 20, 256 << 20, MREMAP_MAYMOVE));
    p[0] = 1;
    V(malloc(200 << 20) == NULL);
    V(malloc(1 << 20) != NULL);
    R(munmap(p, 16 << 20));
    OK(mmap(NULL, 32 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    return verdict();
}
