// SPDX-License-Identifier: GPL-2.0-or-later
/* Protections bind reads, writes and execution, with the signal and code of the fault. */
#include "contract.h"

static volatile char *expected;

static void on_segv(int signo, siginfo_t *info, void *context)
{
    (void)context;
    SAY("signal %d code %d at the address: %d", signo, info->si_code,
        info->si_addr == (void *)expected);
    _exit(5);
}

static void try_all(char *p)
{
    expected = p;
    CHILD(V(*(volatile char *)p));
    CHILD(*(volatile char *)p = 1);
    CHILD(((void (*)(void))p)());
}

int main(void)
{
    char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    on_signal(SIGSEGV, on_segv, 0);
    R(mprotect(p, PAGE, PROT_NONE));
    try_all(p);
    R(mprotect(p, PAGE, PROT_READ));
    CHILD(V(*(volatile char *)p));
    CHILD(*(volatile char *)p = 1);
    R(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
    CHILD(((void (*)(void))p)());
    R(munmap(p, PAGE));
    try_all(p);
    R(mprotect(p, PAGE, PROT_READ));
    R(mprotect(p + PAGE + 1, PAGE, PROT_READ));
    R(mprotect(p + PAGE, 0, PROT_READ));
    R(mprotect(p + PAGE, PAGE, 0x800));
    R(mprotect(p + PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
    R(mprotect(p + PAGE, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP));
    R(mprotect(p + PAGE, (size_t)-PAGE, PROT_READ));
    R(munmap(p + 2 * PAGE, PAGE));
    R(mprotect(p + PAGE, 3 * PAGE, PROT_READ));
    expected = p + PAGE;
    CHILD(*(volatile char *)(p + PAGE) = 1);
    CHILD(*(volatile char *)(p + 3 * PAGE) = 1);
    return verdict();
}
