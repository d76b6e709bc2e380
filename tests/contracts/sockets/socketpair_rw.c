// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes through a pair, its ends, and what each wrong socketpair() says. */
#include "net.h"

static void wrong_calls(void)
{
    int s[2];

    R(socketpair(AF_INET, SOCK_STREAM, 0, s));
    R(socketpair(AF_UNIX, SOCK_STREAM, 7, s));
    R(socketpair(AF_UNIX, SOCK_STREAM, AF_UNIX, s));
    R(socketpair(AF_UNIX, SOCK_RDM, 0, s));
    R(socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, s));
    R(socketpair(99, SOCK_STREAM, 0, s));
    R(socketpair(AF_UNIX, SOCK_STREAM, 0, nowhere));
}

static void stream(void)
{
    int s[2];
    char buf[32];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    R(write(s[0], "hello", 5));
    R(write(s[0], " world", 6));
    RECV(s[1], 8, MSG_PEEK);
    RECV(s[1], 8, 0);
    RECV(s[1], 8, 0);
    RECV(s[1], 8, 0);
    R(read(s[1], buf, 0));
    R(write(s[0], buf, 0));
    R(send(s[1], "back", 4, 0));
    R(readv(s[0], (struct iovec[]){{buf, 2}, {buf + 2, 30}}, 2));
    R(write(s[0], "left", 4));
    R(close(s[0]));
    RECV(s[1], 8, 0);
    RECV(s[1], 8, 0);
    signal(SIGPIPE, SIG_IGN);
    R(write(s[1], "x", 1));
    R(pread(s[1], buf, 1, 0));
    R(lseek(s[1], 0, SEEK_SET));
    close(s[1]);
}

/* How much fits, and what the other side's unread bytes do at close. */
static void full(void)
{
    static char big[65536];
    int s[2];
    long total = 0, n, count = 0;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s) == 0);
    while ((n = write(s[0], big, sizeof(big))) > 0)
        total += n;
    SAY("until %s: %ld bytes", errno_name(errno), total);
    POLL_SHOW(s[0]);
    while ((n = read(s[1], big, sizeof(big))) > 0)
        total -= n;
    SAY("left after %s: %ld", errno_name(errno), total);
    while (write(s[0], big, 1) == 1)
        count++;
    SAY("single bytes: %ld", count);
    R(close(s[1]));
    POLL_SHOW(s[0]);
    signal(SIGPIPE, SIG_IGN);
    R(write(s[0], big, 1));
    R(read(s[0], big, 1));
    R(read(s[0], big, 1));
    R(write(s[0], big, 1));
    close(s[0]);
}

static void killed_by_pipe(void)
{
    int s[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    close(s[1]);
    signal(SIGPIPE, SIG_DFL);
    CHILD(R(send(s[0], "x", 1, MSG_NOSIGNAL)); write(s[0], "x", 1); SAY("not reached"));
    close(s[0]);
}

int main(void)
{
    wrong_calls();
    stream();
    full();
    killed_by_pipe();
    return verdict();
}
