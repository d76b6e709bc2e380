/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user.c - a user program of raw system calls, without a C library.
 *
 *     bench hello        writes "first" and exits: the first thing that user code does
 *     bench syscall N    N null system calls (getppid)
 *     bench fault N      N demand faults, in maps of 1024 pages
 *     bench fork N       N children, each of which executes this program again
 */
#include <stddef.h>
#include <stdint.h>

#include "user_arch.h"

#define PAGE      4096ul
#define MAP_PAGES 1024ul

void user_main(const uintptr_t *stack);

static unsigned long parse(const char *text)
{
    unsigned long n = 0;

    while (*text >= '0' && *text <= '9')
        n = n * 10 + (unsigned long)(*text++ - '0');
    return n;
}

static void fault(unsigned long n)
{
    while (n > 0) {
        unsigned long pages = n < MAP_PAGES ? n : MAP_PAGES;
        volatile char *p = (char *)syscall6(SYS_MMAP, 0, (long)(pages * PAGE), 3, 0x22, -1, 0);

        for (unsigned long i = 0; i < pages; i++)
            p[i * PAGE] = 1;
        syscall6(SYS_MUNMAP, (long)p, (long)(pages * PAGE), 0, 0, 0, 0);
        n -= pages;
    }
}

static void fork_and_execute(unsigned long n)
{
    static const char *const argv[] = {"/bench", "none", NULL};

    while (n-- > 0) {
        long pid = syscall6(SYS_CLONE, 17, 0, 0, 0, 0, 0); /* SIGCHLD: as fork() */

        if (pid == 0) {
            syscall6(SYS_EXECVE, (long)argv[0], (long)argv, 0, 0, 0, 0);
            syscall6(SYS_EXIT_GROUP, 1, 0, 0, 0, 0, 0);
        }
        syscall6(SYS_WAIT4, pid, 0, 0, 0, 0, 0);
    }
}

/* `stack` is as execve left it: argc, argv[], NULL. */
void user_main(const uintptr_t *stack)
{
    const char *what = stack[0] > 1 ? (const char *)stack[2] : "";
    unsigned long n = stack[0] > 2 ? parse((const char *)stack[3]) : 0;

    if (what[0] == 'h')
        syscall6(SYS_WRITE, 1, (long)"first\n", 6, 0, 0, 0);
    else if (what[0] == 's')
        while (n-- > 0)
            syscall6(SYS_GETPPID, 0, 0, 0, 0, 0, 0);
    else if (what[0] == 'f' && what[1] == 'o')
        fork_and_execute(n);
    else if (what[0] == 'f')
        fault(n);
    syscall6(SYS_EXIT_GROUP, 0, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}
