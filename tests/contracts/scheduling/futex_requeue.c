// SPDX-License-Identifier: GPL-2.0-or-later
/* Requeueing moves waiters from one word to another, with and without a compare. */
#include "contract.h"

#include <pthread.h>

static volatile int a, b, asleep, awake;

static void *waiter(void *arg)
{
    __atomic_add_fetch(&asleep, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &a, 0, 0, NULL);
    __atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
    return arg;
}

int main(void)
{
    pthread_t t[5];

    for (int i = 0; i < 5; i++)
        pthread_create(&t[i], NULL, waiter, NULL);
    while (asleep < 5)
        sleep_ms(1);
    sleep_ms(30);
    R(syscall(SYS_futex, &a, 4, 1, 2, &b, 77));
    R(syscall(SYS_futex, &a, 4, 1, 2, &b, 0));
    sleep_ms(20);
    V(awake);
    R(syscall(SYS_futex, &b, 1, 1));
    R(syscall(SYS_futex, &a, 3, 0, 10, &b, 0));
    R(syscall(SYS_futex, &a, 1, 10));
    R(syscall(SYS_futex, &b, 1, 10));
    for (int i = 0; i < 5; i++)
        pthread_join(t[i], NULL);
    V(awake);
    R(syscall(SYS_futex, &a, 4, -1, 2, &b, 0));
    R(syscall(SYS_futex, &a, 4, 1, -2, &b, 0));
    R(syscall(SYS_futex, &a, 4, 1, 2, (char *)&b + 1, 0));
    return verdict();
}
