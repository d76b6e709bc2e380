// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * thread_futex - threads that share memory, a mutex under contention, and preemption by the timer.
 */
#include "check.h"
#include "simd.h"

#include <pthread.h>

#define THREADS 4
#define ROUNDS 2000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static volatile sig_atomic_t go;
static __thread long mine;

static void *count(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
        mine++;
    }
    *(long *)arg = mine;
    return NULL;
}

static void *spin(void *arg)
{
    struct simd_regs in, out;

    simd_pattern(&in, (unsigned)(uintptr_t)arg);
    simd_spin(&go, &in, &out);
    return (void *)(uintptr_t)(memcmp(&in, &out, sizeof(in)) == 0);
}

int main(void)
{
    pthread_t t[THREADS];
    long each[THREADS];
    void *ok;

    STEP("mutex");
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&t[i], NULL, count, &each[i]) == 0);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(t[i], NULL) == 0);
        CHECK(each[i] == ROUNDS);
    }
    CHECK(counter == THREADS * ROUNDS);
    STEP("spinners are preempted with vector state kept");
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&t[i], NULL, spin, (void *)(uintptr_t)(i * 50)) == 0);
    usleep(60000);
    go = 1;
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(t[i], &ok) == 0);
        CHECK(ok == (void *)1);
    }
    return verdict();
}
