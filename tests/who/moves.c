// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * moves - values that are followed back:
 *   - bytes by every kind of load, store and move (arch/CPU/moves.S), some rounds, each with a call of
 *     getppid() behind it by which a recording shows where it is;
 *   - vector registers that signal handlers take and give back, and then so many system calls and
 *     instructions that the last writer is looked for at some points alone; between two getpgrp().
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/guest/simd.h"

#define ROUNDS  4
#define SIGNALS 40
#define CALLS   60   /* more than who.c's traps that are looked at one by one */
#define TURNS   60000u /* of some instructions: more than it looks at one by one */

void moves(const uint8_t *in, uint8_t *out);

/* It gives them back sooner or later. */
static void on_signal(int signo)
{
    static unsigned signals;

    simd_clobber(signo);
    signals++;
    for (volatile unsigned i = 0; i < signals * 29 % 500; i++) {}
}

int main(void)
{
    static uint8_t in[256] __attribute__((aligned(64))), out[1024] __attribute__((aligned(64)));
    unsigned sum = 0;

    for (unsigned i = 0; i < sizeof(in); i++)
        in[i] = (uint8_t)(i * 37 + 11);
    for (unsigned round = 0; round < ROUNDS; round++) {
        in[round] ^= 0x5a;
        moves(in, out);
        getppid();
    }
    signal(SIGUSR1, on_signal);
    for (unsigned i = 0; i < SIGNALS; i++)
        raise(SIGUSR1);
    for (unsigned i = 0; i < CALLS; i++)
        getuid();
    for (volatile unsigned i = 0; i < TURNS; i++) {}
    getpgrp();
    for (volatile unsigned i = 0; i < TURNS / 20; i++) {}
    getpgrp();
    for (unsigned i = 0; i < sizeof(out); i++)
        sum = sum * 33 + out[i];
    printf("%u\n", sum);
    return 0;
}
