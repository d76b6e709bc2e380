/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What paths.c leaves out, in as few instructions as that takes: threads that begin together, a
 * mutex and a condition, a thread that ends while another one allocates, FP control of each
 * thread's own, two signals with handlers on either stack, a read that a signal finds waiting or
 * not, exec. It stands an interrupt, a preemption, a lost page and a further signal anywhere.
 */
#include <errno.h>
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 24

static volatile int wrong;
static volatile unsigned handled[2];
static volatile int announce = -1; /* where a handler says that it ran */

static void expect(int good, const char *what)
{
    if (good)
        return;
    wrong = 1;
    printf("FAIL: %s\n", what);
    fflush(stdout);
}

/* ---- signals: one may come in the handler of the other, or together with it ---- */

static void on_signal(int signo, siginfo_t *info, void *context)
{
    volatile uint8_t mine[128];

    for (unsigned i = 0; i < sizeof(mine); i++)
        mine[i] = (uint8_t)signo;
    handled[signo == SIGUSR2]++;
    for (unsigned i = 0; i < sizeof(mine); i++)
        if (mine[i] != signo)
            wrong = 2;
    if (info->si_signo != signo || !context)
        wrong = 3;
    if (announce >= 0 && write(announce, "h", 1) != 1)
        wrong = 5;
}

/* A handler of its own, so that its instructions run on this stack first. */
static void on_alternate(int signo, siginfo_t *info, void *context)
{
    on_signal(signo, info, context);
    handled[1] += signo == SIGUSR2;
}

static void handle_both(void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction act = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART | flags};
    unsigned before = handled[1];

    expect(sigaction(SIGUSR2, &act, NULL) == 0 && sigaction(SIGUSR1, &act, NULL) == 0, "sigaction");
    expect(raise(SIGUSR2) == 0 && handled[1] > before, "a signal");
}

static void signals(void)
{
    static uint8_t alternate[32768];
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

    handle_both(on_signal, 0);
    expect(sigaltstack(&stack, NULL) == 0, "sigaltstack");
    handle_both(on_alternate, SA_ONSTACK);
}

/* ---- threads ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static volatile int go, turn;

/* 1/3 is another number where the rounding is not this thread's. */
static void check_rounding(int direction, const char *what)
{
    volatile double one = 1, three = 3, third = one / three;

    expect(fegetround() == direction && (third > 0x1.5555555555555p-2) == (direction == FE_UPWARD),
           what);
}

static void *worker(void *arg)
{
    while (!go) /* it begins when all is set up */
        ;
    check_rounding(FE_TONEAREST, "the worker's FP control");
    pthread_mutex_lock(&lock);
    turn = 1;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    return arg;
}

static void work_together(void)
{
    pthread_t thread;
    void *result = NULL;

    expect(pthread_create(&thread, NULL, worker, &lock) == 0, "pthread_create");
    go = 1;
    fesetround(FE_UPWARD);
    check_rounding(FE_UPWARD, "main's FP control");
    fesetround(FE_TONEAREST);
    pthread_mutex_lock(&lock);
    while (turn != 1)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    expect(pthread_join(thread, &result) == 0 && result == &lock, "pthread_join");
}

static void *nothing(void *arg)
{
    return arg;
}

/* A thread comes and goes while this one takes fresh memory. */
static void allocate(void)
{
    uint8_t *page = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                         -1, 0);
    pthread_t thread;

    expect(page != MAP_FAILED && pthread_create(&thread, NULL, nothing, page) == 0, "a thread");
    for (int i = 0; i < PAGES; i++)
        page[i * 4096] = (uint8_t)(i + 1);
    expect(pthread_join(thread, NULL) == 0, "pthread_join");
    for (int i = 0; i < PAGES; i++)
        if (page[i * 4096] != i + 1 || page[i * 4096 + 1])
            wrong = 4;
    memmove(page + 8, page, 4096);
    expect(page[8] == 1 && page[9] == 0, "memory moved up");
}

/* ---- exec; and a read in which a signal finds the child, or before which ---- */

static void child(const char *self, int in, int out)
{
    char c = 0, fd[16];

    if (read(in, &c, 1) != 1 || c != 'g')
        _exit(8);
    snprintf(fd, sizeof(fd), "%d", out);
    execl(self, self, fd, (char *)NULL);
    _exit(9);
}

static void execute(const char *self)
{
    int to[2], from[2], status;
    char c = 0;
    pid_t pid;

    expect(pipe(to) == 0 && pipe(from) == 0, "pipe");
    announce = from[1];
    pid = fork();
    if (pid == 0)
        child(self, to[0], from[1]);
    expect(pid > 0 && kill(pid, SIGUSR1) == 0 && read(from[0], &c, 1) == 1 && c == 'h', "a signal");
    expect(write(to[1], "g", 1) == 1, "write");
    while (c == 'h')
        expect(read(from[0], &c, 1) == 1, "read");
    expect(c == 'x', "the child's word");
    expect(waitpid(pid, &status, 0) == pid && status == 0, "the child's status");
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return write(atoi(argv[1]), "x", 1) != 1 || fegetround() != FE_TONEAREST;
    signals();
    work_together();
    allocate();
    execute(argv[0]);
    if (!wrong)
        puts("every thread");
    return wrong;
}
