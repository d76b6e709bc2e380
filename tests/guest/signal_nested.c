// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signal_nested - eight handlers on top of each other, each with its own vector
 * state, and the masks that go with them.
 */
#include "check.h"
#include "simd.h"

#include <sys/syscall.h>

#define DEPTH 8

static int depth, deepest, order[2 * DEPTH], events;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    struct simd_regs in, out;
    sigset_t now;

    (void)context;
    int level = depth++;
    order[events++] = level;
    if (depth > deepest)
        deepest = depth;
    CHECK(signo == SIGRTMIN + level);
    CHECK(info->si_signo == signo);
    sigprocmask(SIG_BLOCK, NULL, &now);
    for (int i = 0; i < DEPTH; i++)
        CHECK(sigismember(&now, SIGRTMIN + i) == (i <= level));
    simd_pattern(&in, (unsigned)(level * 31 + 7));
    if (level + 1 < DEPTH)
        CHECK(simd_syscall(SYS_kill, getpid(), SIGRTMIN + level + 1, &in, &out) == 0);
    else
        CHECK(simd_syscall(SYS_getpid, 0, 0, &in, &out) == getpid());
    CHECK(memcmp(&in, &out, sizeof(in)) == 0);
    simd_clobber(level);
    order[events++] = level;
    depth--;
}

int main(void)
{
    struct simd_regs in, out;
    sigset_t now;

    for (int i = 0; i < DEPTH; i++)
        handle(SIGRTMIN + i, on_signal, 0);
    STEP("nest");
    simd_pattern(&in, 200);
    CHECK(simd_syscall(SYS_kill, getpid(), SIGRTMIN, &in, &out) == 0);
    CHECK(memcmp(&in, &out, sizeof(in)) == 0);
    CHECK(deepest == DEPTH && depth == 0 && events == 2 * DEPTH);
    for (int i = 0; i < DEPTH; i++)
        CHECK(order[i] == i && order[2 * DEPTH - 1 - i] == i);
    STEP("mask restored");
    sigprocmask(SIG_BLOCK, NULL, &now);
    for (int i = 0; i < DEPTH; i++)
        CHECK(!sigismember(&now, SIGRTMIN + i));
    return verdict();
}
