// SPDX-License-Identifier: GPL-2.0-or-later
/* select: three sets, what is left in them, the time left, wrong descriptors. */
#include "contract.h"

#include <sys/select.h>
#include <sys/socket.h>

static void *volatile nowhere = (void *)8;

int main(void)
{
    int p[2], q[2], s[2], n;
    fd_set in, out, ex;
    struct timeval t = {0, 0};
    long long before;

    CHECK(pipe(p) == 0 && pipe(q) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    n = s[1] + 1;
    write(p[1], "x", 1);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&ex);
    FD_SET(p[0], &in);
    FD_SET(q[0], &in);
    FD_SET(s[0], &in);
    FD_SET(s[0], &out);
    FD_SET(q[1], &out);
    FD_SET(p[0], &ex);
    R(select(n, &in, &out, &ex, &t));
    SAY("in %d %d %d, out %d %d, ex %d", FD_ISSET(p[0], &in), FD_ISSET(q[0], &in),
        FD_ISSET(s[0], &in), FD_ISSET(s[0], &out), FD_ISSET(q[1], &out), FD_ISSET(p[0], &ex));
    FD_ZERO(&in);
    FD_SET(q[0], &in);
    t = (struct timeval){0, 30000};
    before = now_ns();
    R(select(n, &in, NULL, NULL, &t));
    SAY("waited %d, left %ld.%06ld, set %d", now_ns() - before >= 29000000, (long)t.tv_sec,
        (long)t.tv_usec, FD_ISSET(q[0], &in));
    FD_SET(q[0], &in);
    close(q[1]);
    t = (struct timeval){5, 0};
    R(select(n, &in, NULL, NULL, &t));
    SAY("end of file: %d, left %d", FD_ISSET(q[0], &in), t.tv_sec >= 4);
    close(p[0]);
    FD_ZERO(&out);
    FD_SET(p[1], &out);
    R(select(n, NULL, &out, NULL, NULL));
    FD_ZERO(&in);
    FD_SET(99, &in);
    R(select(99, &in, NULL, NULL, &(struct timeval){0, 0}));
    R(select(-1, NULL, NULL, NULL, NULL));
    R(select(0, NULL, NULL, NULL, &(struct timeval){0, 1000}));
    R(syscall(SYS_pselect6, 1, nowhere, NULL, NULL, NULL, NULL));
    R(select(1, NULL, NULL, NULL, &(struct timeval){-1, 0}));
    R(select(1, NULL, NULL, NULL, &(struct timeval){0, -1}));
    R(select(1, NULL, NULL, NULL, &(struct timeval){0, 2000000}) >= 0);
    return verdict();
}
