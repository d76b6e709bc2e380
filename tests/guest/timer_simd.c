// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer_simd - a timer interrupt in the middle of a loop that keeps everything
 * in vector registers; its signal handler overwrites them all.
 */
#include "check.h"
#include "simd.h"

#include <sys/time.h>

static volatile sig_atomic_t rang;

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)context;
    CHECK(signo == SIGALRM);
    CHECK(info->si_code == SI_KERNEL || info->si_code == SI_TIMER);
    simd_clobber(0x77);
    simd_set_round_up(0);
    rang = 1;
}

int main(void)
{
    const struct itimerval once = {.it_value = {.tv_usec = 3000}};
    struct simd_regs in, out;

    handle(SIGALRM, on_alarm, SA_RESTART);
    for (unsigned round = 0; round < 3; round++) {
        STEP("arm");
        rang = 0;
        simd_pattern(&in, round + 11);
        simd_set_round_up(1);
        CHECK(setitimer(ITIMER_REAL, &once, NULL) == 0);
        CHECK(simd_spin(&rang, &in, &out) > 0);
        CHECK(memcmp(&in, &out, sizeof(in)) == 0);
        CHECK(simd_get_round_up() == 1);
        simd_set_round_up(0);
    }
    return verdict();
}
