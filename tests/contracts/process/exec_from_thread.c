// SPDX-License-Identifier: GPL-2.0-or-later
/* execve in a thread that is not the first leaves one thread with the process id. */
#include "contract.h"

#include <pthread.h>

static char pid[16], *args[] = {"x", pid, NULL};

static void *other(void *arg)
{
    (void)arg;
    sleep_ms(2);
    execv("/proc/self/exe", args);
    _exit(9);
}

int main(int argc, char **argv)
{
    pthread_t t;

    if (argc > 1) {
        V(getpid() == atoi(argv[1]));
        V(syscall(SYS_gettid) == getpid());
        V(getppid() > 0);
        return verdict();
    }
    snprintf(pid, sizeof(pid), "%d", getpid());
    pthread_create(&t, NULL, other, NULL);
    for (;;)
        pause();
}
