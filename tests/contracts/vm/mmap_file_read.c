// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages of a file read through a mapping: offset, tail of zeroes, SIGBUS beyond the end. */
#include "contract.h"

static void on_bus(int signo, siginfo_t *info, void *context)
{
    (void)context;
    SAY("signal %d code %d", signo, info->si_code);
    _exit(7);
}

int main(void)
{
    int fd = open("/tmp/f", O_RDWR | O_CREAT | O_TRUNC, 0644);
    char page[4096];
    volatile char *p;

    for (int i = 0; i < 3; i++) {
        memset(page, 'a' + i, PAGE);
        CHECK(write(fd, page, i == 2 ? 100 : PAGE) > 0);
    }
    p = mmap(NULL, 5 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    SAY("%c %c %c", p[0], p[PAGE], p[2 * PAGE]);
    V(p[2 * PAGE + 99]);
    V(p[2 * PAGE + 100]);
    V(p[3 * PAGE - 1]);
    on_signal(SIGBUS, on_bus, 0);
    CHILD(V(p[3 * PAGE]));
    p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
    SAY("%c", p[0]);
    R(ftruncate(fd, PAGE));
    CHILD(V(p[0]));
    R(ftruncate(fd, 2 * PAGE));
    V(p[0]);
    p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 16 * PAGE);
    CHILD(V(p[0]));
    R(pread(fd, (char *)p, 1, 0));
    R(write(fd, (const char *)p, 1));
    return verdict();
}
