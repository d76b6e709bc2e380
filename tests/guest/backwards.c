// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backwards - memory filled from its end, with the direction flag set where the CPU has one, while
 * pages are brought in and the timer interrupts.
 */
#include "check.h"

#include <sys/time.h>

#define PAGES 64
#define BYTES (PAGES * 4096)

static void fill_backwards(char *last, size_t bytes)
{
#ifdef __x86_64__
    __asm__ volatile("std\n\trep stosb\n\tcld" : "+D"(last), "+c"(bytes) : "a"('b') : "memory");
#else
    for (; bytes; bytes--)
        *(volatile char *)last-- = 'b';
#endif
}

int main(void)
{
    char *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const struct itimerval often = {.it_interval = {.tv_usec = 50}, .it_value = {.tv_usec = 50}};

    signal(SIGALRM, SIG_IGN);
    CHECK(p != MAP_FAILED && setitimer(ITIMER_REAL, &often, NULL) == 0);
    fill_backwards(p + BYTES - 1, BYTES);
    for (int i = 0; i < BYTES; i++)
        if (p[i] != 'b')
            CHECK(!"a byte is missing");
    return verdict();
}
