// SPDX-License-Identifier: GPL-2.0-or-later
/* thread_churn - threads that end while others begin. */
#include "check.h"

#include <pthread.h>
#include <sched.h>

#define THREADS 200

static void *nothing(void *arg)
{
    return arg;
}

int main(void)
{
    pthread_attr_t detached;
    pthread_t t;

    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&t, &detached, nothing, NULL) == 0);
        if (i % 3 == 0)
            sched_yield();
    }
    return verdict();
}
