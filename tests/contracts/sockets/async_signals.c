// SPDX-License-Identifier: GPL-2.0-or-later
/* O_ASYNC on sockets: data, room after none, a connection, the end of the other side. */
#include "contract.h"

#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static volatile int count, code, band, fd_seen;

static void heard(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    count++;
    code = info->si_code;
    band = (int)info->si_band;
    fd_seen = info->si_fd;
}

static void tell(const char *when, int fd)
{
    if (count)
        SAY("%s: some signals, code %d band %#x own fd %d", when, code, band, fd_seen == fd);
    else
        SAY("%s: no signal", when);
    count = code = band = 0;
}

static void async(int fd)
{
    CHECK(!fcntl(fd, F_SETOWN, getpid()) && !fcntl(fd, F_SETSIG, SIGRTMIN + 3) &&
          !fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK));
}

static void pair(const char *name, int type)
{
    static char big[4096];
    char c[8];
    int s[2];

    SAY("-- %s", name);
    CHECK(!socketpair(AF_UNIX, type, 0, s));
    async(s[0]);
    R(write(s[1], "x", 1));
    tell("data", s[0]);
    R(read(s[0], c, sizeof(c)));
    R(write(s[0], "x", 1));
    R(read(s[1], c, sizeof(c)));
    tell("room that was never short", s[0]);
    while (write(s[0], big, sizeof(big)) > 0)
        ;
    tell("full", s[0]);
    while (recv(s[1], big, sizeof(big), MSG_DONTWAIT) > 0)
        ;
    tell("room again", s[0]);
    R(shutdown(s[1], SHUT_WR));
    tell("no more data", s[0]);
    R(close(s[1]));
    tell("closed", s[0]);
    R(close(s[0]));
}

int main(void)
{
    struct sigaction act = {.sa_sigaction = heard, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);
    int l, c, s, pid = 0;
    char buf[8];

    sigaction(SIGRTMIN + 3, &act, NULL);
    pair("stream", SOCK_STREAM);
    pair("seqpacket", SOCK_SEQPACKET);

    SAY("-- tcp");
    CHECK((l = socket(AF_INET, SOCK_STREAM, 0)) >= 0 && !bind(l, (struct sockaddr *)&a, len) &&
          !listen(l, 4) && !getsockname(l, (struct sockaddr *)&a, &len));
    async(l);
    CHECK((c = socket(AF_INET, SOCK_STREAM, 0)) >= 0);
    R(connect(c, (struct sockaddr *)&a, len));
    tell("a connection", l);
    CHECK((s = accept(l, NULL, NULL)) >= 0);
    async(s);
    R(write(c, "x", 1));
    tell("data", s);
    R(read(s, buf, sizeof(buf)));
    R(close(c));
    tell("closed", s);
    R(ioctl(s, FIOGETOWN, &pid));
    SAY("owner: %d", pid == getpid());
    pid = -getpgrp();
    R(ioctl(s, SIOCSPGRP, &pid));
    SAY("group: %d", fcntl(s, F_GETOWN) == -getpgrp());
    return verdict();
}
