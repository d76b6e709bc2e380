// SPDX-License-Identifier: GPL-2.0-or-later
/* The clock through the C library and through the system call agree. */
#include "contract.h"

#include <sys/auxv.h>

int main(void)
{
    struct timespec a, b, c;
    int wrong = 0;

    for (int i = 0; i < 200; i++) {
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &a);
        clock_gettime(CLOCK_MONOTONIC, &b);
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &c);
        wrong += b.tv_sec < a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec < a.tv_nsec);
        wrong += c.tv_sec < b.tv_sec || (c.tv_sec == b.tv_sec && c.tv_nsec < b.tv_nsec);
    }
    V(wrong);
    V(getauxval(AT_PAGESZ));
    V(getauxval(AT_CLKTCK));
    V(getauxval(AT_SYSINFO_EHDR) != 0);
    const unsigned char *v = (const unsigned char *)getauxval(AT_SYSINFO_EHDR);
    V(v && memcmp(v, "\177ELF", 4) == 0);
    CHILD(*(volatile unsigned char *)(uintptr_t)v = 0);
    V(getauxval(AT_RANDOM) != 0);
    V(getauxval(AT_SECURE));
    V(getauxval(AT_UID) + getauxval(AT_EUID) + getauxval(AT_GID) + getauxval(AT_EGID));
    V(getauxval(AT_PHNUM) > 0 && getauxval(AT_ENTRY) > 0);
    S((const char *)getauxval(AT_EXECFN));
    return verdict();
}
