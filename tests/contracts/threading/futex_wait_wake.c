// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting on a value, waking by count, timeouts and bitsets. */
#include "contract.h"

#include <pthread.h>

#define WAIT 0
#define WAKE 1
#define WAIT_BITSET 9
#define WAKE_BITSET 10
static volatile int word, done, sleeping;

static void *waiter(void *arg)
{
    __atomic_add_fetch(&sleeping, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &word, WAIT_BITSET, 0, NULL, NULL, (unsigned)(uintptr_t)arg);
    __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static void wait_for(volatile int *v, int n)
{
    while (*v < n)
        sleep_ms(1);
    sleep_ms(20);
}

int main(void)
{
    struct timespec t = {0, 2000000}, bad = {0, -1};
    pthread_t th[4];
    char page[8];

    R(syscall(SYS_futex, &word, WAIT, 1, NULL));
    R(syscall(SYS_futex, &word, WAIT, 0, &t));
    R(syscall(SYS_futex, &word, WAIT, 0, &bad));
    R(syscall(SYS_futex, page + 1, WAIT, 0, &t));
    R(syscall(SYS_futex, (void *)8, WAKE, 1));
    R(syscall(SYS_futex, (void *)(1ul << 62), WAKE, 1));
    R(syscall(SYS_futex, &word, WAKE, 10));
    R(syscall(SYS_futex, &word, 99, 0));
    R(syscall(SYS_futex, &word, WAIT_BITSET, 0, NULL, NULL, 0));
    for (long i = 0; i < 4; i++)
        pthread_create(&th[i], NULL, waiter, (void *)(1l << i));
    wait_for(&sleeping, 4);
    R(syscall(SYS_futex, &word, WAKE_BITSET, 10, NULL, NULL, 0x2));
    R(syscall(SYS_futex, &word, WAKE_BITSET, 10, NULL, NULL, 0x10));
    R(syscall(SYS_futex, &word, WAKE, 2));
    wait_for(&done, 3);
    V(done);
    R(syscall(SYS_futex, &word, WAKE, 0x7fffffff));
    for (int i = 0; i < 4; i++)
        pthread_join(th[i], NULL);
    V(done);
    clock_gettime(CLOCK_MONOTONIC, &t);
    R(syscall(SYS_futex, &word, WAIT_BITSET, 0, &t, NULL, ~0u));
    clock_gettime(CLOCK_REALTIME, &t);
    R(syscall(SYS_futex, &word, WAIT_BITSET | 256, 0, &t, NULL, ~0u));
    return verdict();
}
