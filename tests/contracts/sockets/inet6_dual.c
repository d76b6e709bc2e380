// SPDX-License-Identifier: GPL-2.0-or-later
/* AF_INET6: ::1, mapped addresses, IPV6_V6ONLY, and what it shares with AF_INET. */
#include "net.h"

static void show(const char *what, int fd, bool peer)
{
    struct sockaddr_in6 a;
    socklen_t len = sizeof(a);
    char text[64];

    if ((peer ? getpeername : getsockname)(fd, SA(&a), &len)) {
        SAY("%s: %s", what, errno_name(errno));
        return;
    }
    SAY("%s: %s, %d bytes", what, inet_ntop(AF_INET6, &a.sin6_addr, text, sizeof(text)), (int)len);
}

static void dual(bool only)
{
    struct sockaddr_in6 any = ip6("::", 0), a;
    struct sockaddr_in four;
    int l = socket(AF_INET6, SOCK_STREAM, 0), c, s;

    SAY("v6only %d", only);
    set_opt(l, IPPROTO_IPV6, IPV6_V6ONLY, only);
    CHECK(bind(l, SA(&any), sizeof(any)) == 0 && listen(l, 5) == 0);
    show("listener", l, false);
    c = socket(AF_INET6, SOCK_STREAM, 0);
    a = ip6("::1", port_of(l));
    R(connect(c, SA(&a), sizeof(a)));
    s = accept(l, NULL, NULL);
    show("client", c, false);
    show("server's peer", s, true);
    c = socket(AF_INET, SOCK_STREAM, 0);
    four = ip4("127.0.0.1", port_of(l));
    R(connect(c, SA(&four), sizeof(four)));
    if (!only) {
        s = accept(l, NULL, NULL);
        show("server", s, false);
        show("server's peer", s, true);
    }
    c = socket(AF_INET6, SOCK_STREAM, 0);
    a = ip6("::ffff:127.0.0.1", port_of(l));
    R(connect(c, SA(&a), sizeof(a)));
    c = socket(AF_INET6, SOCK_STREAM, 0);
    a = ip6("::", port_of(l));
    R(connect(c, SA(&a), sizeof(a)));
    show("client of any", c, true);
    int other = socket(AF_INET, SOCK_STREAM, 0);
    four = ip4("127.0.0.1", port_of(l));
    R(bind(other, SA(&four), sizeof(four)));
    R(setsockopt(l, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, 4));
}

static void datagrams(void)
{
    struct sockaddr_in6 a = ip6("::1", 0), from;
    struct sockaddr_in four;
    int r = socket(AF_INET6, SOCK_DGRAM, 0), s = socket(AF_INET6, SOCK_DGRAM, 0);
    socklen_t len = sizeof(from);
    char buf[8], text[64];

    CHECK(bind(r, SA(&a), sizeof(a)) == 0);
    a.sin6_port = htons((uint16_t)port_of(r));
    R(sendto(s, "six", 3, 0, SA(&a), sizeof(a)));
    R(recvfrom(r, buf, 8, MSG_DONTWAIT, SA(&from), &len));
    SAY("%s, %d bytes", inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text)), (int)len);
    four = ip4("127.0.0.1", port_of(r));
    R(sendto(s, "four", 4, 0, SA(&four), sizeof(four)));
    R(send(s, "x", 1, 0));
    close(r);
    r = socket(AF_INET, SOCK_DGRAM, 0);
    four = ip4("127.0.0.1", 0);
    CHECK(bind(r, SA(&four), sizeof(four)) == 0);
    a = ip6("::ffff:127.0.0.1", port_of(r));
    R(sendto(s, "mapped", 6, 0, SA(&a), sizeof(a)));
    len = sizeof(four);
    R(recvfrom(r, buf, 8, MSG_DONTWAIT, SA(&four), &len));
    SAY("%s, %d bytes", inet_ntoa(four.sin_addr), (int)len);
}

int main(void)
{
    struct sockaddr_in6 a = ip6("fd00::1", 80);
    struct sockaddr_in four = ip4("127.0.0.1", 0);
    int s = socket(AF_INET6, SOCK_STREAM, 0);

    dual(false);
    dual(true);
    datagrams();
    R(bind(s, SA(&a), sizeof(a)));
    R(bind(s, SA(&a), 20));
    R(bind(s, SA(&four), sizeof(four)));
    R(connect(s, SA(&four), sizeof(four)));
    four.sin_family = AF_INET6;
    R(connect(s, SA(&four), sizeof(four)));
    set_opt(s, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    a = ip6("::ffff:127.0.0.1", 0);
    R(bind(s, SA(&a), sizeof(a)));
    R(connect(s, SA(&a), sizeof(a)));
    return verdict();
}
