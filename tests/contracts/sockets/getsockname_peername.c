// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of every kind of socket in every state. */
#include "net.h"

static void show(const char *what, int fd, bool peer)
{
    struct sockaddr_storage x;
    struct sockaddr_in *a = (struct sockaddr_in *)&x;
    socklen_t len = sizeof(x);

    memset(&x, 0xff, sizeof(x));
    if ((peer ? getpeername : getsockname)(fd, SA(&x), &len))
        SAY("%s %s: %s", what, peer ? "peer" : "name", errno_name(errno));
    else if (x.ss_family == AF_INET)
        SAY("%s %s: %s, port %s, %d bytes", what, peer ? "peer" : "name", inet_ntoa(a->sin_addr),
            a->sin_port ? "some" : "0", (int)len);
    else
        SAY("%s %s: family %d, %d bytes", what, peer ? "peer" : "name", x.ss_family, (int)len);
}

static void both(const char *what, int fd)
{
    show(what, fd, false);
    show(what, fd, true);
}

int main(void)
{
    int t = socket(AF_INET, SOCK_STREAM, 0), d = socket(AF_INET, SOCK_DGRAM, 0), s[2], c, p;
    struct sockaddr_in a = ip4("0.0.0.0", 0), to;
    struct sockaddr_un u;

    both("new tcp", t);
    both("new udp", d);
    both("new tcp6", socket(AF_INET6, SOCK_STREAM, 0));
    both("new unix", socket(AF_UNIX, SOCK_STREAM, 0));
    CHECK(bind(t, SA(&a), sizeof(a)) == 0);
    both("bound tcp", t);
    CHECK(listen(t, 1) == 0);
    both("listening tcp", t);
    to = ip4("127.0.0.1", port_of(t));
    c = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(c, SA(&to), sizeof(to)) == 0);
    both("client", c);
    s[0] = accept(t, NULL, NULL);
    both("server", s[0]);
    close(c);
    both("server after close", s[0]);
    c = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(listen(c, 1) == 0);
    both("listening unbound", c);
    CHECK(connect(d, SA(&to), sizeof(to)) == 0);
    both("connected udp", d);
    to.sin_family = AF_UNSPEC;
    CHECK(connect(d, SA(&to), sizeof(to)) == 0);
    both("disconnected udp", d);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    both("pair", s[0]);
    close(s[1]);
    both("pair after close", s[0]);
    p = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK(bind(p, SA(&u), unix_path(&u, "/tmp/name")) == 0);
    both("bound unix", p);
    both("no socket", 0);
    both("nothing", 99);
    return verdict();
}
