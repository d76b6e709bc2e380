// SPDX-License-Identifier: GPL-2.0-or-later
/* The lowest pages cannot be mapped by an ordinary hint, and address 0 is never given. */
#include "contract.h"

int main(void)
{
    char *p = mmap((void *)1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    V(p != MAP_FAILED);
    V((uintptr_t)p >= 65536);
    CHILD(*(volatile char *)0 = 1);
    CHILD(V(*(volatile char *)8));
    CHILD(void (*volatile f)(void) = NULL; f());
    return verdict();
}
