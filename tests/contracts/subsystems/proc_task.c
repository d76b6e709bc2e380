// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads under /proc/self/task. */
#include "contract.h"

#include <dirent.h>
#include <pthread.h>

static void *thread(void *arg)
{
    pause();
    return arg;
}

static int tasks(void)
{
    DIR *d = opendir("/proc/self/task");
    struct dirent *e;
    int n = 0;

    while (d && (e = readdir(d)))
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

int main(void)
{
    pthread_t t;
    char path[64];

    V(tasks());
    pthread_create(&t, NULL, thread, NULL);
    pthread_create(&t, NULL, thread, NULL);
    V(tasks());
    snprintf(path, sizeof(path), "/proc/self/task/%d/comm", getpid());
    S(text_of(path));
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
    V(atoi(text_of(path)) == getpid());
    snprintf(path, sizeof(path), "/proc/self/task/%d", getppid());
    R(access(path, F_OK));
    return verdict();
}
