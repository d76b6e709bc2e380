// SPDX-License-Identifier: GPL-2.0-or-later
/* rt_sigreturn from a frame that is not there, or is damaged: SIGSEGV, and what it says. */
#include "contract.h"

#include <setjmp.h>
#include <ucontext.h>

static char *low;
static sigjmp_buf out;
static volatile int code;
static void *volatile addr;

static void on_segv(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    code = info->si_code;
    addr = info->si_addr;
    siglongjmp(out, 1);
}

static void damage(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)signo;
    (void)info;
#if defined(__aarch64__)
    memset(uc->uc_mcontext.__reserved, 0, 16); /* no FP state at all */
#else
    uc->uc_mcontext.fpregs = (void *)low;
#endif
}

static __attribute__((noinline)) void sigreturn_at(char *sp)
{
#if defined(__aarch64__)
    __asm__ volatile("mov sp, %0; mov x8, #139; svc 0; brk 0" ::"r"(sp) : "x8", "memory");
#else
    __asm__ volatile("mov %0, %%rsp; mov $15, %%eax; syscall; ud2" ::"r"(sp) : "rax", "memory");
#endif
}

static void show_segv(const char *what, char *sp)
{
    SAY("%s: code %d, address %s", what, code,
        addr == sp ? "of the frame" : addr ? "of something else" : "0");
}

int main(void)
{
    static char stack[65536];
    stack_t alt = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction act = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    char *map = mmap(NULL, 32 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    low = map + 16 * PAGE;
    mprotect(map, 32 * PAGE, PROT_NONE);
    sigaltstack(&alt, NULL);
    sigaction(SIGSEGV, &act, NULL);
    act.sa_sigaction = damage;
    act.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &act, NULL);
    if (!sigsetjmp(out, 1))
        sigreturn_at(low);
    show_segv("unreadable", low);
    munmap(map, 32 * PAGE);
    if (!sigsetjmp(out, 1))
        sigreturn_at(low);
    show_segv("not mapped", low);
    if (!sigsetjmp(out, 1))
        raise(SIGUSR1);
    show_segv("damaged", low);
    return verdict();
}
