// SPDX-License-Identifier: GPL-2.0-or-later
/* A hundred threads count under a mutex, wait at a barrier and end. */
#include "contract.h"

#include <pthread.h>
#include <semaphore.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t sem;
static int count;

static void *thread(void *arg)
{
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&m);
        count++;
        if (i % 5 == 0)
            sched_yield();
        pthread_mutex_unlock(&m);
    }
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
        SAY("at the barrier: %d", count);
    sem_post(&sem);
    return arg;
}

int main(void)
{
    pthread_t t[100];
    void *result;
    long sum = 0;

    pthread_barrier_init(&barrier, NULL, 100);
    sem_init(&sem, 0, 0);
    for (long i = 0; i < 100; i++)
        CHECK(pthread_create(&t[i], NULL, thread, (void *)i) == 0);
    for (int i = 0; i < 100; i++)
        sem_wait(&sem);
    for (int i = 0; i < 100; i++) {
        pthread_join(t[i], &result);
        sum += (long)result;
    }
    V(sum);
    V(count);
    return verdict();
}
