// SPDX-License-Identifier: GPL-2.0-or-later
/* A frame that cannot be written and a sigreturn from nowhere kill with SIGSEGV. */
#include "contract.h"

static char *low;

static void on_usr(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    SAY("never in %d", signo);
}

static __attribute__((noinline)) void raise_on_bad_stack(void)
{
#if defined(__aarch64__)
    __asm__ volatile("mov sp, %0; mov x8, #129; mov x0, %1; mov x1, #10; svc 0; brk 0"
                     :: "r"(low), "r"((long)getpid()) : "x0", "x1", "x8", "memory");
#else
    __asm__ volatile("mov %0, %%rsp; mov $62, %%eax; mov $10, %%esi; syscall; ud2"
                     :: "r"(low), "D"((long)getpid()) : "rax", "rsi", "rcx", "r11", "memory");
#endif
}

int main(void)
{
    low = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    low += 3 * PAGE;
    on_signal(SIGUSR1, on_usr, 0);
    CHILD(raise_on_bad_stack());
    on_signal(SIGSEGV, on_usr, 0);
    CHILD(raise_on_bad_stack());
    signal(SIGSEGV, SIG_DFL);
    CHILD(char junk[8192]; memset(junk, 0xff, sizeof(junk)); syscall(SYS_rt_sigreturn));
    return verdict();
}
