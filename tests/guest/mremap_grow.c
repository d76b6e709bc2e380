// SPDX-License-Identifier: GPL-2.0-or-later
/* mremap_grow - growth in place, growth by moving, shrinking, and what the bytes are afterwards. */
#include "check.h"

#define PAGE 4096

static void fill(uint8_t *p, int pages, int seed)
{
    for (int i = 0; i < pages; i++)
        memset(p + i * PAGE, seed + i, PAGE);
}

static int holds(const uint8_t *p, int pages, int seed)
{
    for (int i = 0; i < pages; i++)
        for (int b = 0; b < PAGE; b += 61)
            if (p[i * PAGE + b] != (uint8_t)(seed + i))
                return 0;
    return 1;
}

int main(void)
{
    const int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;

    STEP("grow in place");
    uint8_t *p = mmap(NULL, 16 * PAGE, prot, flags, -1, 0);
    CHECK(p != MAP_FAILED && munmap(p + 4 * PAGE, 12 * PAGE) == 0);
    fill(p, 4, 10);
    CHECK(mremap(p, 4 * PAGE, 8 * PAGE, 0) == p);
    CHECK(holds(p, 4, 10) && p[4 * PAGE] == 0 && p[8 * PAGE - 1] == 0);

    STEP("no room without MREMAP_MAYMOVE");
    uint8_t *wall = mmap(p + 8 * PAGE, PAGE, prot, flags | MAP_FIXED, -1, 0);
    CHECK(wall == p + 8 * PAGE);
    CHECK(mremap(p, 8 * PAGE, 12 * PAGE, 0) == MAP_FAILED && errno == ENOMEM);

    STEP("grow by moving");
    uint8_t *q = mremap(p, 8 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    CHECK(q != MAP_FAILED && q != p);
    CHECK(holds(q, 4, 10) && q[63 * PAGE] == 0);
    fill(q, 64, 30);
    CHECK(holds(q, 64, 30));

    STEP("shrink");
    CHECK(mremap(q, 64 * PAGE, 2 * PAGE, 0) == q);
    CHECK(holds(q, 2, 30));
    CHECK(msync(q + 2 * PAGE, PAGE, MS_ASYNC) == -1 && errno == ENOMEM);

    STEP("to a fixed place");
    uint8_t *r = mmap(NULL, 4 * PAGE, prot, flags, -1, 0);
    CHECK(mremap(q, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, r) == r);
    CHECK(holds(r, 2, 30) && r[3 * PAGE] == 0);
    return verdict();
}
