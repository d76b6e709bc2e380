// SPDX-License-Identifier: GPL-2.0-or-later
/* Thread-local data, keys and their destructors. */
#include "contract.h"

#include <pthread.h>

static _Thread_local int local = 5;
static pthread_key_t key;

static void gone(void *p)
{
    SAY("destructor of %ld", (long)p);
}

static void *thread(void *arg)
{
    V(local);
    local = (int)(long)arg;
    pthread_setspecific(key, arg);
    sched_yield();
    V(local == (int)(long)arg);
    V(pthread_getspecific(key) == arg);
    return NULL;
}

int main(void)
{
    pthread_t t;

    pthread_key_create(&key, gone);
    local = 1;
    for (long i = 10; i < 13; i++) {
        pthread_create(&t, NULL, thread, (void *)i);
        pthread_join(t, NULL);
    }
    V(local);
    V(pthread_getspecific(key) == NULL);
    CHILD(V(local); local = 2);
    V(local);
    return verdict();
}
