// SPDX-License-Identifier: GPL-2.0-or-later
/* Process, thread and parent ids across fork, threads and the death of the parent. */
#include "contract.h"

#include <pthread.h>
#include <sys/prctl.h>

static pid_t me;

static void *thread(void *arg)
{
    (void)arg;
    V(getpid() == me);
    V(syscall(SYS_gettid) != me);
    V(getppid() > 0);
    return NULL;
}

int main(void)
{
    pthread_t t;
    int fds[2];
    char c;

    me = getpid();
    V(me);
    V(getppid());
    V(syscall(SYS_gettid) == me);
    pthread_create(&t, NULL, thread, NULL);
    pthread_join(t, NULL);
    CHILD(V(getppid() == me); V(getpid() != me); V(syscall(SYS_gettid) == getpid()));
    CHECK(pipe(fds) == 0);
    CHILD(if (fork() == 0) {
        while (getppid() != 1)
            sleep_ms(1);
        sleep_ms(50);
        SAY("the grandchild's parent is %d", getppid());
        _exit(write(fds[1], "x", 1) != 1);
    });
    R(read(fds[0], &c, 1));
    return verdict();
}
