/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * linking.c - what a C library needs from the kernel and the loader, in one program that is
 * linked in four ways: constructors, thread-local storage, threads, stdio, floating point,
 * signals and fork. Prints the same however it is linked.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS  2000

static _Thread_local int mine = 7;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long total;
static int constructed, handled;

__attribute__((constructor)) static void construct(void)
{
    constructed = 1;
}

static void *add(void *arg)
{
    mine += (int)(long)arg;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        total += mine;
        pthread_mutex_unlock(&lock);
    }
    errno = (int)(long)arg;
    return (void *)(long)errno;
}

static void handler(int number)
{
    handled += number;
}

static void leave(void)
{
    printf("the end\n");
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    long returned = 0;
    int status = 0;
    time_t then = 1700000000;
    char line[64];

    (void)argc;
    atexit(leave);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, add, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *value;

        pthread_join(threads[i], &value);
        returned += (long)value;
    }
    printf("constructor %d, threads %ld %ld, own %d\n", constructed, total, returned, mine);
    printf("%.17g %.6f %a\n", sqrt(2.0), pow(1.5, 2.5), strtod("0.1", NULL));
    strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S", gmtime(&then));
    printf("%s, %s, %s\n", line, strerror(ENOENT), strrchr(argv[0], '-') ? "named" : "unnamed");
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    fflush(stdout);
    if (fork() == 0)
        _exit(mine + 30);
    wait(&status);
    printf("signal %d, child %d\n", handled, WEXITSTATUS(status));
    return 0;
}
