// SPDX-License-Identifier: GPL-2.0-or-later
/* Sequenced packets: boundaries, connection, end. */
#include "net.h"

int main(void)
{
    struct sockaddr_un a;
    socklen_t len = unix_abstract(&a, "seq");
    int l = socket(AF_UNIX, SOCK_SEQPACKET, 0), c = socket(AF_UNIX, SOCK_SEQPACKET, 0), s, p[2];
    char buf[32];
    struct iovec v = {buf, 3};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};

    signal(SIGPIPE, SIG_IGN);
    R(send(c, "x", 1, 0));
    R(recv(c, buf, 1, 0));
    CHECK(bind(l, SA(&a), len) == 0);
    R(connect(c, SA(&a), len));
    CHECK(listen(l, 1) == 0);
    R(connect(c, SA(&a), len));
    R(connect(c, SA(&a), len));
    s = accept(l, NULL, NULL);
    R(write(c, "one", 3));
    R(write(c, "three", 5));
    R(send(c, "", 0, 0));
    R(write(c, "end", 3));
    RECV(s, 16, 0);
    R(recvmsg(s, &m, 0));
    X(m.msg_flags);
    RECV(s, 16, 0);
    RECV(s, 16, 0);
    RECV(s, 16, 0);
    R(send(c, "x", 1, MSG_OOB));
    R(send(c, "x", 1, MSG_EOR));
    R(recvmsg(s, &m, 0));
    X(m.msg_flags);
    R(shutdown(c, SHUT_WR));
    RECV(s, 16, 0);
    R(send(c, "x", 1, 0));
    R(send(s, "y", 1, 0));
    close(s);
    POLL_SHOW(c);
    RECV(c, 16, 0);
    RECV(c, 16, 0);
    R(send(c, "x", 1, 0));
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p) == 0);
    R(write(p[0], "unread", 6));
    close(p[1]);
    RECV(p[0], 16, 0);
    RECV(p[0], 16, 0);
    R(write(p[0], "x", 1));
    R(opt(p[0], SOL_SOCKET, SO_TYPE));
    return verdict();
}
