// SPDX-License-Identifier: GPL-2.0-or-later
/* Cancelling a thread that sleeps in a system call runs its cleanup. */
#include "contract.h"

#include <pthread.h>

static void cleanup(void *arg)
{
    sleep_ms(50);
    SAY("cleanup %s", (char *)arg);
}

static void *thread(void *arg)
{
    pthread_cleanup_push(cleanup, arg);
    for (;;)
        pause();
    pthread_cleanup_pop(0);
    return NULL;
}

static void *reader(void *arg)
{
    char c;

    pthread_cleanup_push(cleanup, "reader");
    while (read(*(int *)arg, &c, 1) >= 0)
        ;
    pthread_cleanup_pop(0);
    return NULL;
}

int main(void)
{
    int fds[2];
    pthread_t t;
    void *r;

    CHECK(pipe(fds) == 0);
    pthread_create(&t, NULL, thread, "sleeper");
    sleep_ms(5);
    R(pthread_cancel(t));
    R(pthread_join(t, &r));
    V(r == PTHREAD_CANCELED);
    pthread_create(&t, NULL, reader, &fds[0]);
    sleep_ms(5);
    R(pthread_cancel(t));
    R(pthread_join(t, &r));
    V(r == PTHREAD_CANCELED);
    return verdict();
}
