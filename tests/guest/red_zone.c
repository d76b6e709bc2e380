// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * red_zone - a leaf function keeps its values below the stack pointer while signals arrive
 * (x86-64's ABI).
 */
#include "check.h"

#include <sys/time.h>

static volatile sig_atomic_t rang;

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    rang++;
}

/* Does what stands there still stand there when the signal has come? */
static int keeps(volatile sig_atomic_t *flag)
{
#ifdef __x86_64__
    unsigned long word = 0;

    __asm__ volatile("movq $0x12345678, -8(%%rsp)\n\t"
                     "movq $0x12345678, -128(%%rsp)\n"
                     "1:\tcmpl $0, (%1)\n\t"
                     "je 1b\n\t"
                     "movq -8(%%rsp), %0\n\t"
                     "xorq -128(%%rsp), %0"
                     : "=&r"(word)
                     : "r"(flag)
                     : "memory", "cc");
    return word == 0;
#else
    while (!*flag)
        ;
    return 1;
#endif
}

int main(void)
{
    const struct itimerval once = {.it_value = {.tv_usec = 1000}};

    handle(SIGALRM, on_alarm, 0);
    CHECK(setitimer(ITIMER_REAL, &once, NULL) == 0);
    CHECK(keeps(&rang));
    return verdict();
}
