// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A signal for another thread runs there; one for the process goes to a thread that does not
 * block it.
 */
#include "contract.h"

#include <pthread.h>

static volatile pid_t tid, ran_in;
static volatile int got;

static void on_usr(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    ran_in = (pid_t)syscall(SYS_gettid);
    got++;
}

static void *thread(void *arg)
{
    sigset_t set = set_of(SIGUSR1);

    (void)arg;
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    tid = (pid_t)syscall(SYS_gettid);
    while (got < 3)
        pause();
    return NULL;
}

static void until(int n)
{
    while (got < n)
        sleep_ms(1);
    V(ran_in == tid);
}

int main(void)
{
    sigset_t set = set_of(SIGUSR1);
    pthread_t t;

    on_signal(SIGUSR1, on_usr, 0);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_create(&t, NULL, thread, NULL);
    while (!tid)
        sleep_ms(1);
    sleep_ms(20);
    R(syscall(SYS_tgkill, getpid(), tid, SIGUSR1));
    until(1);
    R(kill(getpid(), SIGUSR1));
    until(2);
    R(pthread_kill(t, SIGUSR1));
    until(3);
    pthread_join(t, NULL);
    sleep_ms(50);
    R(syscall(SYS_tgkill, getpid(), tid, 0));
    R(syscall(SYS_tkill, tid, SIGUSR1));
    return verdict();
}
