// SPDX-License-Identifier: GPL-2.0-or-later
/* busy_kernel - processes that spend all their time in system calls, some quanta long. */
#include "check.h"

#define CHILDREN 4
#define ROUNDS 2500

static int work(void)
{
    char byte = 'x';
    int fds[2];

    for (int i = 0; i < ROUNDS; i++) {
        char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (p == MAP_FAILED || pipe(fds) != 0)
            return 1;
        p[4096] = 1;
        if (write(fds[1], &byte, 1) != 1 || read(fds[0], p, 1) != 1 || p[0] != 'x')
            return 2;
        close(fds[0]);
        close(fds[1]);
        munmap(p, 8192);
    }
    return 0;
}

int main(void)
{
    int status;

    for (int i = 0; i < CHILDREN; i++)
        if (fork() == 0)
            _exit(work());
    for (int i = 0; i < CHILDREN; i++)
        CHECK(wait(&status) > 0 && status == 0);
    return verdict();
}
