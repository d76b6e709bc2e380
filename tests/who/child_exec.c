/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child runs this program again, by a path that nobody read before: its page is not in the
 * child's memory when execve is called.
 */
#include <sys/wait.h>
#include <unistd.h>

static const char path[4096] __attribute__((aligned(4096))) = "/bin/child_exec";
static volatile int second[1024] __attribute__((aligned(4096)));

static __attribute__((noinline)) void in_the_second(void)
{
    second[0] = 1;
}

int main(int argc, char **argv)
{
    int status;

    (void)argv;
    if (argc > 1) {
        in_the_second();
        return 5;
    }
    if (fork() == 0) {
        execl(path, "child_exec", "again", (char *)0);
        _exit(1);
    }
    wait(&status);
    return WEXITSTATUS(status) == 5 ? 0 : 1;
}
