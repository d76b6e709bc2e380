// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * altstack - a stack overflow handled on the alternate stack, and a second signal while already on
 * it.
 */
#include "check.h"

#include <setjmp.h>

static char alt[64 * 1024];
static sigjmp_buf back;
static volatile sig_atomic_t first_on_alt, second_on_alt, second_below;
static uintptr_t first_sp;
static volatile int forever = 1;

static int on_alt(const void *p)
{
    return (const char *)p >= alt && (const char *)p < alt + sizeof(alt);
}

static void on_second(int signo, siginfo_t *info, void *context)
{
    char here;

    (void)signo;
    (void)info;
    (void)context;
    second_on_alt = on_alt(&here);
    second_below = (uintptr_t)&here < first_sp;
}

static void on_overflow(int signo, siginfo_t *info, void *context)
{
    char here;
    stack_t now;

    (void)signo;
    (void)info;
    (void)context;
    first_sp = (uintptr_t)&here;
    first_on_alt = on_alt(&here);
    CHECK(sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_ONSTACK));
    raise(SIGUSR1);
    siglongjmp(back, 1);
}

static __attribute__((noinline)) int recurse(volatile char *above)
{
    volatile char block[4096];

    block[0] = above ? above[0] : 1;
    return forever ? recurse(block) + block[1] : block[0];
}

int main(void)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)}, now;

    STEP("set");
    CHECK(sigaltstack(&ss, NULL) == 0);
    handle(SIGSEGV, on_overflow, SA_ONSTACK);
    handle(SIGUSR1, on_second, SA_ONSTACK);
    STEP("overflow");
    if (sigsetjmp(back, 1) == 0)
        recurse(NULL);
    CHECK(first_on_alt);
    CHECK(second_on_alt);
    CHECK(second_below);
    CHECK(sigaltstack(NULL, &now) == 0 && now.ss_flags == 0 && now.ss_sp == alt);
    return verdict();
}
