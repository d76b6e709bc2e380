// SPDX-License-Identifier: GPL-2.0-or-later
/* Signal, si_code and address of each fault that both CPUs have. */
#include "contract.h"

static volatile char *expected;

static void on_fault(int signo, siginfo_t *info, void *context)
{
    (void)context;
    SAY("signal %d code %d address %s", signo, info->si_code,
        info->si_addr == (void *)expected ? "right" : "other");
    _exit(1);
}

int main(void)
{
    char *ro = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = file_with("/tmp/f", "");
    char *file = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    on_signal(SIGSEGV, on_fault, 0);
    on_signal(SIGBUS, on_fault, 0);
    expected = (char *)0x123;
    CHILD(V(*(volatile char *)0x123));
    expected = ro + 5;
    CHILD(ro[5] = 1);
    expected = none + 7;
    CHILD(V(none[7]));
    expected = file + 9;
    CHILD(file[9] = 1);
    expected = (char *)0x7000000000;
    CHILD(V(*(volatile char *)0x7000000000));
    expected = (char *)0x200;
    CHILD(((void (*)(void))0x200)());
    expected = ro;
    CHILD(((void (*)(void))ro)());
    on_signal(SIGSEGV, on_fault, 0);
    CHILD(signal(SIGSEGV, SIG_IGN); *(volatile char *)1 = 1);
    CHILD(sigset_t set = set_of(SIGSEGV); sigprocmask(SIG_BLOCK, &set, NULL);
          *(volatile char *)1 = 1);
    return verdict();
}
