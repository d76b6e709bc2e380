// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * huge_pages - memory that a kernel may map by large pages: mapped again at the same place, given
 * back, protected in part, copied by fork. Nothing of what was there before may be seen.
 */
#include "check.h"

#define PAGE  4096
#define HUGE  (2u << 20)
#define PAGES (2 * HUGE / PAGE)

#ifndef MADV_HUGEPAGE
#define MADV_HUGEPAGE 14
#endif

static void fill(volatile uint8_t *p, int seed)
{
    for (unsigned i = 0; i < PAGES; i++)
        p[i * PAGE + i % PAGE] = (uint8_t)(seed + i % 100);
}

static int holds(const volatile uint8_t *p, int seed)
{
    for (unsigned i = 0; i < PAGES; i++)
        if (p[i * PAGE + i % PAGE] != (uint8_t)(seed ? seed + i % 100 : 0))
            return 0;
    return 1;
}

int main(void)
{
    const int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    int status;

    STEP("a place of two large pages");
    uint8_t *all = mmap(NULL, 3 * HUGE, prot, flags, -1, 0);
    CHECK(all != MAP_FAILED);
    uint8_t *p = (uint8_t *)(((uintptr_t)all + HUGE - 1) & -(uintptr_t)HUGE);
    (void)madvise(p, 2 * HUGE, MADV_HUGEPAGE); /* not every kernel has them */

    for (int round = 0; round < 3; round++) {
        STEP("mapped again at the same place");
        fill(p, 1 + round);
        CHECK(holds(p, 1 + round));
        CHECK(munmap(p, 2 * HUGE) == 0);
        CHECK(mmap(p, 2 * HUGE, prot, flags | MAP_FIXED, -1, 0) == p);
        (void)madvise(p, 2 * HUGE, MADV_HUGEPAGE);
        CHECK(holds(p, 0));

        STEP("given back");
        fill(p, 20 + round);
        CHECK(holds(p, 20 + round));
        CHECK(madvise(p, 2 * HUGE, MADV_DONTNEED) == 0);
        CHECK(holds(p, 0));

        STEP("copied by fork");
        fill(p, 40 + round);
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            int good = holds(p, 40 + round);

            fill(p, 60);
            _exit(good && holds(p, 60) ? 7 : 8);
        }
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
        CHECK(holds(p, 40 + round));

        STEP("one page of it protected");
        CHECK(mprotect(p + HUGE + 5 * PAGE, PAGE, PROT_READ) == 0);
        CHECK(holds(p, 40 + round));
        CHECK(mprotect(p + HUGE + 5 * PAGE, PAGE, prot) == 0);
        fill(p, 80);
        CHECK(holds(p, 80));
    }
    return verdict();
}
