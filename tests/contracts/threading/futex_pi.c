// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FUTEX_LOCK_PI and its family: ownership in the word, hand-over, errors, time limits, a dead
 * owner.
 */
#include "contract.h"

#define LOCK_PI 6
#define UNLOCK_PI 7
#define TRYLOCK_PI 8
#define WAITERS 0x80000000u
#define TID 0x3fffffffu
#define OWNER_DIED 0x40000000u

static uint32_t *word;

static long futex(int op, void *time)
{
    return syscall(SYS_futex, word, op, 0, time, 0, 0);
}

static uint32_t me(void)
{
    return (uint32_t)syscall(SYS_gettid);
}

int main(void)
{
    struct timespec soon;
    int status;
    pid_t p;

    word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(word != MAP_FAILED);
    R(futex(LOCK_PI, NULL));
    V(*word == me());
    R(futex(LOCK_PI, NULL));
    R(futex(TRYLOCK_PI, NULL));
    p = fork();
    if (p == 0) {
        R(futex(TRYLOCK_PI, NULL));
        R(futex(UNLOCK_PI, NULL));
        clock_gettime(CLOCK_REALTIME, &soon);
        soon.tv_nsec += 20000000;
        if (soon.tv_nsec >= 1000000000) {
            soon.tv_sec++;
            soon.tv_nsec -= 1000000000;
        }
        R(futex(LOCK_PI, &soon));
        R(futex(LOCK_PI, NULL));
        V((*word & TID) == me());
        V((*word & WAITERS) != 0);
        R(futex(UNLOCK_PI, NULL));
        _exit(0);
    }
    while (!(*word & WAITERS))
        sleep_ms(1);
    sleep_ms(60);
    R(futex(UNLOCK_PI, NULL));
    CHECK(waitpid(p, &status, 0) == p);
    V(*word);
    R(futex(UNLOCK_PI, NULL));
    p = fork();
    if (p == 0)
        _exit(futex(LOCK_PI, NULL) != 0);
    show_status("locks and dies", reap(p));
    V((*word & TID) == (uint32_t)p);
    R(futex(LOCK_PI, NULL));
    *word = 0;
    word = (uint32_t *)((char *)word + 1);
    R(futex(LOCK_PI, NULL));
    word = (uint32_t *)8;
    R(futex(LOCK_PI, NULL));
    return verdict();
}
