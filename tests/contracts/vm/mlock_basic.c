// SPDX-License-Identifier: GPL-2.0-or-later
/* Locking makes pages present; the errors of mlock, munlock and mlockall. */
#include "contract.h"

int main(void)
{
    char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char vec[4] = {0};
    struct rlimit r = {8 * PAGE, 8 * PAGE};

    R(mlock(p, 2 * PAGE));
    R(mincore(p, 4 * PAGE, vec));
    SAY("%d%d%d%d", vec[0] & 1, vec[1] & 1, vec[2] & 1, vec[3] & 1);
    R(madvise(p, PAGE, MADV_DONTNEED));
    R(munlock(p, 2 * PAGE));
    R(madvise(p, PAGE, MADV_DONTNEED));
    R(munlock(p, 2 * PAGE));
    R(mlock(p + 1, PAGE));
    R(mlock(p, 0));
    R(munmap(p + PAGE, PAGE));
    R(mlock(p, 3 * PAGE));
    R(mlock((void *)-PAGE, 3 * PAGE));
    R(syscall(SYS_mlock2, p, PAGE, 1));
    R(syscall(SYS_mlock2, p, PAGE, 2));
    R(mlockall(0));
    R(mlockall(MCL_CURRENT));
    R(mlockall(8));
    R(munlockall());
    R(setrlimit(RLIMIT_MEMLOCK, &r));
    CHILD(R(setuid(1000)); R(mlock(p + 2 * PAGE, 2 * PAGE));
          OK(p = mmap(NULL, 16 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
          R(mlock(p, 16 * PAGE)));
    return verdict();
}
