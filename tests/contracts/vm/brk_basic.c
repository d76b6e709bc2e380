// SPDX-License-Identifier: GPL-2.0-or-later
/* The break moves by bytes, is page-granular in memory, and a failed request gives the old one. */
#include "contract.h"

static char *raw_brk(void *p)
{
    return (char *)syscall(SYS_brk, p);
}

int main(void)
{
    char *start = raw_brk(NULL), *p;

    V(start != NULL);
    p = raw_brk(start + 100);
    V(p - start);
    start[0] = 1;
    start[99] = 2;
    p = raw_brk(start + 3 * PAGE);
    V(p - start);
    V(start[PAGE]);
    V(start[3 * PAGE - 1]);
    start[2 * PAGE] = 7;
    V(raw_brk(start + PAGE) - start);
    V(raw_brk(start + 3 * PAGE) - start);
    SAY("given back and asked again: %d", start[2 * PAGE]);
    V(start[0]);
    V(raw_brk((void *)1) - start);
    V(raw_brk((void *)-PAGE) - start);
    V(raw_brk(start) - start);
    CHILD(start[2 * PAGE] = 1);
    CHILD(V(raw_brk(NULL) - start); V(raw_brk(start + PAGE) - start); start[0] = 5);
    V(raw_brk(NULL) - start);
    return verdict();
}
