// SPDX-License-Identifier: GPL-2.0-or-later
/* The status that a parent sees, cut to a byte, and all threads gone. */
#include "contract.h"

#include <pthread.h>

static void *spin(void *arg)
{
    for (volatile int forever = 1; forever;)
        ;
    return arg;
}

static void *ends(void *arg)
{
    (void)arg;
    sleep_ms(2);
    syscall(SYS_exit_group, 33);
    return NULL;
}

static void *last(void *arg)
{
    (void)arg;
    sleep_ms(5);
    syscall(SYS_exit, 44);
    return NULL;
}

int main(void)
{
    pthread_t t;

    CHILD(syscall(SYS_exit_group, 0));
    CHILD(syscall(SYS_exit_group, 255));
    CHILD(syscall(SYS_exit_group, 256 + 7));
    CHILD(syscall(SYS_exit_group, -1));
    CHILD(syscall(SYS_exit, 12));
    CHILD(pthread_create(&t, NULL, spin, NULL); _exit(5));
    CHILD(pthread_create(&t, NULL, spin, NULL); pthread_create(&t, NULL, ends, NULL);
          for (;;) pause());
    CHILD(pthread_create(&t, NULL, last, NULL); syscall(SYS_exit, 11));
    CHILD(pthread_create(&t, NULL, spin, NULL); sleep_ms(2); *(volatile int *)0 = 0);
    return verdict();
}
