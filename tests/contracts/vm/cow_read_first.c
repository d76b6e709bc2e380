// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page shared after fork is private again for the last one that writes it, and system calls
 * that write into it copy it too.
 */
#include "contract.h"

int main(void)
{
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fds[2], fd = file_with("/tmp/f", "from the file");

    strcpy(p, "parent");
    CHECK(pipe(fds) == 0);
    CHILD({
        V(pread(fd, p, 4, 0));
        S(p);
        V(write(fds[1], p, 6));
    });
    S(p);
    CHILD(V(read(fds[0], p, 3)); S(p));
    S(p);
    V(read(fds[0], p, 3));
    S(p);
    CHILD(struct timespec *t = (void *)p; clock_gettime(CLOCK_REALTIME, t); V(t->tv_sec > 1000000));
    S(p);
    return verdict();
}
