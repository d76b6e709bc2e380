// SPDX-License-Identifier: GPL-2.0-or-later
/* Growing by many pages gives zeroes, shrinking takes pages away, and RLIMIT_DATA bounds it. */
#include "contract.h"

static char *raw_brk(void *p)
{
    return (char *)syscall(SYS_brk, p);
}

int main(void)
{
    char *start = raw_brk(NULL);
    struct rlimit r = {0, 0};
    long zeroes = 0;

    V(raw_brk(start + 512 * PAGE) - start);
    for (long i = 0; i < 512; i++) {
        zeroes += start[i * PAGE] == 0;
        start[i * PAGE] = (char)(i | 1);
    }
    V(zeroes);
    V(raw_brk(start + 10 * PAGE) - start);
    V(start[9 * PAGE]);
    CHILD(start[10 * PAGE] = 1);
    V(raw_brk(start + 20 * PAGE) - start);
    V(start[10 * PAGE]);
    V(start[9 * PAGE]);
    OK(getrlimit(RLIMIT_DATA, &r));
    r.rlim_cur = 64 * PAGE;
    CHILD(R(setrlimit(RLIMIT_DATA, &r)); V(raw_brk(start + 4096 * PAGE) - start));
    CHILD(start[3] = 4; V(start[3]));
    V(start[3]);
    return verdict();
}
