/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - what every guest test program shares.
 *
 * Rules of use
 *   - Call STEP("...") before each part and end main with `return verdict();`.
 *   - Output has no process ids, addresses or times: the same bytes on Linux,
 *     in QEMU and in Trapline, on both CPUs.
 *   - A failed CHECK prints the line and goes on; the verdict is then FAIL and
 *     the exit status 1.
 */
#ifndef GUEST_CHECK_H
#define GUEST_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static int check_failures;

#define STEP(text)                                                                                \
    do {                                                                                          \
        puts(text);                                                                               \
        fflush(stdout);                                                                           \
    } while (0)

#define CHECK(cond)                                                                               \
    do {                                                                                          \
        if (!(cond)) {                                                                            \
            printf("CHECK failed at line %d: %s\n", __LINE__, #cond);                             \
            fflush(stdout);                                                                       \
            check_failures++;                                                                     \
        }                                                                                         \
    } while (0)

static inline int verdict(void)
{
    puts(check_failures ? "FAIL" : "PASS");
    fflush(stdout);
    return check_failures != 0;
}

/* Install `fn` for `signo` with SA_SIGINFO and `flags`. */
static inline void handle(int signo, void (*fn)(int, siginfo_t *, void *), int flags)
{
    struct sigaction sa;

    memset(&sa, 0, sizeof(sa));
    sa.sa_sigaction = fn;
    sa.sa_flags = SA_SIGINFO | flags;
    CHECK(sigaction(signo, &sa, NULL) == 0);
}

#endif
