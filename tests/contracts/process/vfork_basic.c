// SPDX-License-Identifier: GPL-2.0-or-later
/* The parent waits, memory is shared until exec or exit. */
#include "contract.h"

static volatile int shared;
static char stack[65536];
static char *args[] = {"x", "again", NULL}, *env[] = {NULL};

static int ends(void *arg)
{
    (void)arg;
    sleep_ms(5);
    shared = 42;
    _exit(3);
}

static int executes(void *arg)
{
    (void)arg;
    execve("/none", args, env);
    shared = errno;
    execve("/proc/self/exe", args, env);
    _exit(9);
}

/* vfork() of musl is fork() on arm64; this is the call that it stands for. */
static pid_t start(int (*fn)(void *))
{
    return clone(fn, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
}

int main(int argc, char **argv)
{
    pid_t p;

    if (argc > 1) {
        sleep_ms(50);
        SAY("in %s", argv[1]);
        return 4;
    }
    p = start(ends);
    V(shared);
    show_status("child", reap(p));
    p = start(executes);
    SAY("exec gave %s", errno_name(shared));
    show_status("child", reap(p));
    return verdict();
}
