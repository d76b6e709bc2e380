// SPDX-License-Identifier: GPL-2.0-or-later
/* debuggee.c - what strace and gdb look at: calls, a struct, a signal, a child. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct pair {
    int a, b;
};

static volatile int caught;
static int watched;

static void on_signal(int signo)
{
    caught = signo;
}

static int inner(int n, const struct pair *p)
{
    int sum = p->a * n;

    sum += p->b;
    watched = sum;
    return sum;
}

static int outer(int n)
{
    struct pair p = {n, n + 1};
    int r = inner(10, &p);

    return r + 1;
}

static void say(const char *text)
{
    if (write(1, text, strlen(text)) < 0)
        _exit(3);
}

int main(int argc, char **argv)
{
    int first = outer(argc), second = outer(argc + 1), status = 0;
    char line[64];
    pid_t child;

    (void)argv;
    signal(SIGUSR1, on_signal);
    snprintf(line, sizeof(line), "outer %d %d\n", first, second);
    say(line);
    raise(SIGUSR1);
    child = fork();
    if (child == 0) {
        say("child\n");
        _exit(7);
    }
    waitpid(child, &status, 0);
    snprintf(line, sizeof(line), "caught %d, child %d\n", caught, WEXITSTATUS(status));
    say(line);
    return 0;
}
