// SPDX-License-Identifier: GPL-2.0-or-later
/* Untouched pages are not resident; the first read gives zeroes, the first write a page. */
#include "contract.h"

static unsigned char vec[16];

static void resident(void *p, const char *when)
{
    char line[17] = {0};

    CHECK(mincore(p, 16 * PAGE, vec) == 0);
    for (int i = 0; i < 16; i++)
        line[i] = vec[i] & 1 ? '1' : '0';
    SAY("%s: %s", when, line);
}

int main(void)
{
    char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(p != MAP_FAILED);
    madvise(p, 16 * PAGE, MADV_NOHUGEPAGE);
    resident(p, "fresh");
    p[3 * PAGE] = 1;
    p[5 * PAGE + 17] = 2;
    resident(p, "two written");
    V(p[3 * PAGE] + p[5 * PAGE + 17]);
    V(p[4 * PAGE]);
    R(madvise(p, 4 * PAGE, MADV_DONTNEED));
    resident(p, "one given back");
    V(p[3 * PAGE]);
    R(mincore(p + 1, PAGE, vec));
    R(mincore(p, 0, vec));
    R(mincore(p, PAGE, NULL));
    R(munmap(p, 16 * PAGE));
    R(mincore(p, PAGE, vec));
    return verdict();
}
