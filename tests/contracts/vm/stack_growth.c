// SPDX-License-Identifier: GPL-2.0-or-later
/* Stacks that grow: the main one to its limit, a MAP_GROWSDOWN map, the gap below. */
#include "contract.h"

#include <sys/mman.h>
#include <sys/resource.h>

#ifndef MAP_GROWSDOWN
#define MAP_GROWSDOWN 0x100
#endif

static __attribute__((noinline)) int deep(int frames)
{
    volatile char room[8192];

    room[0] = (char)frames;
    return frames ? deep(frames - 1) + room[0] - (char)frames : 0;
}

static void limited(unsigned kib, int frames)
{
    struct rlimit r = {kib << 10, kib << 10};

    CHECK(!setrlimit(RLIMIT_STACK, &r));
    SAY("%d frames: %d", frames, deep(frames));
}

int main(void)
{
    char *m;

    CHILD(limited(1024, 60));
    CHILD(limited(512, 400));
    SAY("64 frames: %d", deep(64));
    SAY("500 frames: %d", deep(500));
    m = mmap(NULL, 600 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(m != MAP_FAILED);
    munmap(m, 500 * PAGE);
    char *low = mmap(m + 490 * PAGE, PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
    CHECK(low == m + 490 * PAGE);
    low[0] = 1;
    CHILD(low[-1] = 2; SAY("one page down: %d", low[-1]); low[-PAGE - 1] = 3;
          SAY("two: %d", low[-PAGE - 1]));
    CHILD(low[-40 * PAGE] = 4; SAY("a jump: %d", low[-40 * PAGE]));
    CHECK(mmap(m + 300 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
          MAP_FAILED);
    CHILD(for (int i = 1; i < 189; i++) low[-i * PAGE] = 1; SAY("into the gap"));
    return verdict();
}
