// SPDX-License-Identifier: GPL-2.0-or-later
/* Unmapped and reprotected pages are gone for every thread at once. */
#include "contract.h"

#include <pthread.h>

static char *page;
static volatile int phase;
static volatile int faults;

static void on_segv(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    faults++;
    CHECK(info->si_addr == page);
    CHECK(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
               0) == page);
}

static void *reader(void *arg)
{
    (void)arg;
    while (phase == 0)
        sched_yield();
    for (int round = 1; round <= 20; round++) {
        while (phase != round)
            sched_yield();
        *(volatile char *)page = (char)round;
        phase = -round;
    }
    return NULL;
}

int main(void)
{
    pthread_t t;

    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    on_signal(SIGSEGV, on_segv, 0);
    CHECK(pthread_create(&t, NULL, reader, NULL) == 0);
    for (int round = 1; round <= 20; round++) {
        *(volatile char *)page = 99;
        if (round % 2)
            CHECK(munmap(page, PAGE) == 0);
        else
            CHECK(mprotect(page, PAGE, PROT_READ) == 0);
        phase = round;
        while (phase != -round)
            sched_yield();
        CHECK(*page == round);
    }
    pthread_join(t, NULL);
    V(faults);
    return verdict();
}
