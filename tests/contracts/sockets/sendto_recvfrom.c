// SPDX-License-Identifier: GPL-2.0-or-later
/* sendto and recvfrom: what they do with addresses on each kind of socket. */
#include "net.h"

int main(void)
{
    struct sockaddr_un a, from;
    socklen_t alen = unix_path(&a, "/tmp/sendto"), len;
    struct sockaddr_in ia = ip4("127.0.0.1", 9), ib;
    int s[2], t, u, d = socket(AF_UNIX, SOCK_DGRAM, 0);
    char buf[16];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && bind(d, SA(&a), alen) == 0);
    R(sendto(s[0], "x", 1, 0, SA(&a), alen));
    R(sendto(socket(AF_UNIX, SOCK_STREAM, 0), "x", 1, 0, SA(&a), alen));
    R(sendto(s[0], "x", 1, 0, NULL, 5));
    len = sizeof(from);
    R(recvfrom(s[1], buf, 4, 0, SA(&from), &len));
    V(len);
    R(sendto(s[0], "x", 1, 0, SA(&a), 0));
    R(sendto(s[0], "x", 1, 0, SA(&a), 500));
    R(sendto(s[0], "x", 1, 0, SA(&a), (socklen_t)-1));
    R(sendto(s[0], "x", 1, 0, SA(nowhere), 16));
    R(sendto(s[0], nowhere, 1, 0, NULL, 0));
    tcp_pair(&t, &u);
    R(sendto(t, "tcp", 3, 0, SA(&ia), sizeof(ia)));
    len = sizeof(ib);
    R(recvfrom(u, buf, 4, 0, SA(&ib), &len));
    V(len);
    R(sendto(d, "self", 4, 0, SA(&a), alen));
    len = sizeof(from);
    R(recvfrom(d, buf, 16, 0, SA(&from), &len));
    SAY("%d %s", (int)len, from.sun_path);
    R(sendto(d, "self", 4, 0, SA(&a), alen));
    len = 4;
    R(recvfrom(d, buf, 16, 0, SA(&from), &len));
    V(len);
    R(sendto(d, "self", 4, 0, SA(&a), alen));
    R(recvfrom(d, buf, 16, 0, SA(&from), nowhere));
    R(recvfrom(d, buf, 16, MSG_DONTWAIT, NULL, NULL));
    R(sendto(d, "self", 4, 0, SA(&a), alen));
    R(recvfrom(d, nowhere, 16, 0, NULL, NULL));
    R(recvfrom(d, buf, 16, MSG_DONTWAIT, NULL, NULL));
    R(recvfrom(0, buf, 16, 0, NULL, NULL));
    R(recvfrom(-1, buf, 16, 0, NULL, NULL));
    return verdict();
}
