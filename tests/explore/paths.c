/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's trap paths, once each, in as few instructions as that takes: system calls, page
 * faults, a copy on write, signals on both stacks and their return, context switches between
 * processes and threads, a timer. It stands an interrupt, a preemption, a lost page and a further
 * SIGUSR1 anywhere, and says so where the kernel does not: general and vector registers, memory,
 * counts.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int handled, wrong;

static void expect(int good, const char *what)
{
    if (good)
        return;
    wrong = 1;
    printf("FAIL: %s\n", what);
    fflush(stdout);
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
    if (signo != SIGUSR1 || info->si_signo != signo || !context)
        wrong = 2;
    handled++;
}

#if defined(__aarch64__)
#define VECTORS 32
#define SCRATCH "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17"

/* All vector registers filled; a system call, then a store to `page`; all of them read again. */
static long with_vectors(const void *fill, void *got, volatile char *page, long number)
{
    register long x0 __asm__("x0") = 0, x1 __asm__("x1") = (long)fill, x2 __asm__("x2") = (long)got,
                  x3 __asm__("x3") = (long)page, x8 __asm__("x8") = number;

#define EACH(op, base)                                                                             \
    op " q0, q1, [" base "]\n" op " q2, q3, [" base ", #32]\n" op " q4, q5, [" base ", #64]\n"      \
    op " q6, q7, [" base ", #96]\n" op " q8, q9, [" base ", #128]\n"                                \
    op " q10, q11, [" base ", #160]\n" op " q12, q13, [" base ", #192]\n"                           \
    op " q14, q15, [" base ", #224]\n" op " q16, q17, [" base ", #256]\n"                           \
    op " q18, q19, [" base ", #288]\n" op " q20, q21, [" base ", #320]\n"                           \
    op " q22, q23, [" base ", #352]\n" op " q24, q25, [" base ", #384]\n"                           \
    op " q26, q27, [" base ", #416]\n" op " q28, q29, [" base ", #448]\n"                           \
    op " q30, q31, [" base ", #480]\n"
    __asm__ volatile(EACH("ldp", "x1") "svc #0\n"
                     "str q3, [x3]\n" EACH("stp", "x2")
                     : "+r"(x0)
                     : "r"(x1), "r"(x2), "r"(x3), "r"(x8)
                     : "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10",
                       "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",
                       "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
    return x0;
}
#define NUMBER_GETPID 172
#else
#define VECTORS 16

static long with_vectors(const void *fill, void *got, volatile char *page, long number)
{
    long rax = number;

#define EACH(op, sep)                                                                              \
    op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11) op(12) op(13) op(14) \
        op(15)
#define LOAD(i)  "movups " #i "*16(%[fill]), %%xmm" #i "\n"
#define STORE(i) "movups %%xmm" #i ", " #i "*16(%[got])\n"
    __asm__ volatile(EACH(LOAD, ) "syscall\n"
                                  "movups %%xmm3, (%[page])\n" EACH(STORE, )
                     : "+a"(rax)
                     : [fill] "r"(fill), [got] "r"(got), [page] "r"(page)
                     : "memory", "rcx", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
                       "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                       "xmm15");
    return rax;
}
#define NUMBER_GETPID 39
#endif

static void vectors_last(volatile char *page, const char *what)
{
    uint8_t fill[VECTORS * 16], got[VECTORS * 16];

    for (unsigned i = 0; i < sizeof(fill); i++)
        fill[i] = (uint8_t)(i * 7 + 1);
    memset(got, 0, sizeof(got));
    expect(with_vectors(fill, got, page, NUMBER_GETPID) == getpid(), "getpid");
    expect(memcmp(fill, got, sizeof(fill)) == 0, what);
    expect(memcmp((const char *)page, fill + 48, 16) == 0, "what was stored");
}

static void signals(void)
{
    static uint8_t alternate[16384];
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};
    struct sigaction act = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    int before;

    expect(sigaction(SIGUSR1, &act, NULL) == 0, "sigaction");
    before = handled;
    expect(raise(SIGUSR1) == 0 && handled > before, "a signal");
    act.sa_flags |= SA_ONSTACK;
    expect(sigaltstack(&stack, NULL) == 0 && sigaction(SIGUSR1, &act, NULL) == 0, "sigaltstack");
    before = handled;
    expect(raise(SIGUSR1) == 0 && handled > before, "a signal on its stack");
}

static void processes(volatile char *page)
{
    int there[2], status;
    char c = 0;
    pid_t child;

    expect(pipe(there) == 0, "pipe");
    page[100] = 1;
    child = fork();
    if (child == 0) {
        page[100] = 2; /* its own copy */
        vectors_last(page, "vector registers in the child");
        expect(write(there[1], "x", 1) == 1, "write");
        _exit(wrong || page[100] != 2);
    }
    expect(child > 0 && read(there[0], &c, 1) == 1 && c == 'x', "read");
    expect(waitpid(child, &status, 0) == child && status == 0, "the child's status");
    expect(page[100] == 1, "memory after a copy on write");
}

static void *in_thread(void *page)
{
    vectors_last(page, "vector registers in the thread");
    return page;
}

static void thread_and_timer(char *page)
{
    struct timespec t = {.tv_nsec = 20000};
    pthread_t thread;
    void *result = NULL;

    expect(pthread_create(&thread, NULL, in_thread, page) == 0, "pthread_create");
    expect(pthread_join(thread, &result) == 0 && result == page, "pthread_join");
    while (nanosleep(&t, &t) != 0)
        expect(errno == EINTR, "nanosleep");
}

int main(void)
{
    char *page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    expect(page != MAP_FAILED, "mmap");
    signals();
    vectors_last(page, "vector registers over a page fault");
    processes(page);
    thread_and_timer(page + 4096);
    if (!wrong)
        puts("every path");
    return wrong;
}
