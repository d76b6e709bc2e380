// SPDX-License-Identifier: GPL-2.0-or-later
/* FP and vector registers hold across a handler that uses them all. */
#include "contract.h"


/* Some low, some high registers, and of those that a C function must keep. */
#if defined(__aarch64__)
#define LOAD(v)                                                                                    \
    __asm__ volatile("ldp q0, q1, [%0]; ldp q14, q15, [%0, 32]; ldp q30, q31, [%0, 64]"            \
                     :: "r"(v) : "v0", "v1", "v14", "v15", "v30", "v31")
#define STORE(v)                                                                                   \
    __asm__ volatile("stp q0, q1, [%0]; stp q14, q15, [%0, 32]; stp q30, q31, [%0, 64]"            \
                     :: "r"(v) : "memory")
#else
#define LOAD(v)                                                                                    \
    __asm__ volatile("movups (%0), %%xmm0; movups 16(%0), %%xmm1; movups 32(%0), %%xmm7;"          \
                     "movups 48(%0), %%xmm8; movups 64(%0), %%xmm14; movups 80(%0), %%xmm15"       \
                     :: "r"(v) : "xmm0", "xmm1", "xmm7", "xmm8", "xmm14", "xmm15")
#define STORE(v)                                                                                   \
    __asm__ volatile("movups %%xmm0, (%0); movups %%xmm1, 16(%0); movups %%xmm7, 32(%0);"          \
                     "movups %%xmm8, 48(%0); movups %%xmm14, 64(%0); movups %%xmm15, 80(%0)"       \
                     :: "r"(v) : "memory")
#endif

static volatile int level;

static void on_usr(int signo, siginfo_t *info, void *context)
{
    unsigned char junk[96];

    (void)info;
    (void)context;
    memset(junk, 0xa0 + level, sizeof(junk));
    LOAD(junk);
    if (level++ < 3)
        syscall(SYS_tkill, getpid(), signo == SIGUSR1 ? SIGUSR2 : SIGHUP);
    LOAD(junk);
}

int main(void)
{
    unsigned char in[96], out[96];
    volatile double d = 1.0;

    for (int i = 0; i < 96; i++)
        in[i] = (unsigned char)(i * 5 + 1);
    on_signal(SIGUSR1, on_usr, SA_NODEFER);
    on_signal(SIGUSR2, on_usr, 0);
    on_signal(SIGHUP, on_usr, 0);
    long pid = getpid(), r;
    LOAD(in);
#if defined(__aarch64__)
    register long x8 __asm__("x8") = SYS_tkill, x0 __asm__("x0") = pid, x1 __asm__("x1") = SIGUSR1;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1) : "memory");
    r = x0;
#else
    __asm__ volatile("syscall" : "=a"(r) : "a"(SYS_tkill), "D"(pid), "S"(SIGUSR1)
                     : "rcx", "r11", "memory");
#endif
    STORE(out);
    V(r);
    V(memcmp(in, out, sizeof(in)));
    V(level);
    V(d == 1.0);
    return verdict();
}
