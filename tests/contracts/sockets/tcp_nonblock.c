// SPDX-License-Identifier: GPL-2.0-or-later
/* connect() that does not wait: in progress, done, refused; accept() that does not wait. */
#include "net.h"

int main(void)
{
    int l = listener4(2), c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), s;
    struct sockaddr_in a = ip4("127.0.0.1", port_of(l));
    static char big[65536];
    long sent = 0, n;

    fcntl(l, F_SETFL, O_NONBLOCK);
    R(accept(l, NULL, NULL));
    R(connect(c, SA(&a), sizeof(a)));
    POLL_SHOW(c);
    V(opt(c, SOL_SOCKET, SO_ERROR));
    R(connect(c, SA(&a), sizeof(a)));
    R(connect(c, SA(&a), sizeof(a)));
    POLL_SHOW(l);
    s = accept4(l, NULL, NULL, SOCK_NONBLOCK);
    POLL_SHOW(l);
    RECV(s, 4, 0);
    while ((n = write(c, big, sizeof(big))) > 0)
        sent += n;
    SAY("full: %s, more than 64 KiB: %d", errno_name(errno), sent > 65536);
    POLL_SHOW(c);
    while ((n = read(s, big, sizeof(big))) > 0)
        sent -= n;
    V(sent);
    POLL_SHOW(c);
    close(s);
    close(c);
    close(l);

    c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    R(connect(c, SA(&a), sizeof(a)));
    POLL_SHOW(c);
    R(connect(c, SA(&a), sizeof(a)));
    POLL_SHOW(c);
    R(connect(c, SA(&a), sizeof(a)));
    V(opt(c, SOL_SOCKET, SO_ERROR));
    R(connect(c, SA(&a), sizeof(a)));
    POLL_SHOW(c);
    close(c);
    c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    R(connect(c, SA(&a), sizeof(a)));
    R(send(c, "x", 1, MSG_NOSIGNAL));
    R(send(c, "x", 1, MSG_NOSIGNAL));
    RECV(c, 4, 0);
    close(c);
    c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    R(connect(c, SA(&a), sizeof(a)));
    RECV(c, 4, 0);
    RECV(c, 4, 0);
    return verdict();
}
