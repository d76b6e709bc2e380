// SPDX-License-Identifier: GPL-2.0-or-later
/* Vectors, names, flags and lengths of sendmsg and recvmsg. */
#include "net.h"

int main(void)
{
    struct sockaddr_un a, from;
    socklen_t alen = unix_abstract(&a, "msg");
    int s[2], d = socket(AF_UNIX, SOCK_DGRAM, 0), e = socket(AF_UNIX, SOCK_DGRAM, 0), t, u;
    char x[8] = "", y[8] = "", z[64];
    struct iovec out[3] = {{"ab", 2}, {"", 0}, {"cdef", 4}}, in[2] = {{x, 3}, {y, 8}};
    struct msghdr m = {.msg_iov = out, .msg_iovlen = 3}, r = {.msg_iov = in, .msg_iovlen = 2};
    struct sockaddr_in ia;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    R(sendmsg(s[0], &m, 0));
    R(recvmsg(s[1], &r, 0));
    SAY("\"%.3s\" \"%.8s\" flags 0x%x name %d control %d", x, y, r.msg_flags, (int)r.msg_namelen,
        (int)r.msg_controllen);
    CHECK(bind(e, SA(&a), alen) == 0);
    CHECK(bind(d, SA(&from), unix_abstract(&from, "sender")) == 0);
    m.msg_name = &a;
    m.msg_namelen = alen;
    R(sendmsg(d, &m, 0));
    R(sendmsg(s[0], &m, 0));
    in[1].iov_len = 1;
    memset(&from, 0, sizeof(from));
    r.msg_name = &from;
    r.msg_namelen = sizeof(from);
    R(recvmsg(e, &r, MSG_PEEK));
    SAY("name %d \"%s\", flags 0x%x", (int)r.msg_namelen, from.sun_path + 1, r.msg_flags);
    r.msg_namelen = 3;
    R(recvmsg(e, &r, MSG_TRUNC));
    SAY("name %d, flags 0x%x", (int)r.msg_namelen, r.msg_flags);
    r.msg_iovlen = 0;
    R(sendmsg(d, &m, 0));
    r.msg_namelen = sizeof(from);
    R(recvmsg(e, &r, 0));
    SAY("flags 0x%x", r.msg_flags);
    r.msg_iovlen = 2;
    R(recvmsg(e, &r, MSG_DONTWAIT));
    m.msg_name = NULL;
    m.msg_namelen = 50;
    R(sendmsg(s[0], &m, 0));
    m.msg_namelen = 0;
    m.msg_iov = nowhere;
    R(sendmsg(s[0], &m, 0));
    out[2].iov_base = nowhere;
    m.msg_iov = out;
    R(sendmsg(s[0], &m, 0));
    R(sendmsg(0, &m, 0));
    R(sendmsg(99, &m, 0));
    RECV(s[1], 64, MSG_WAITALL);

    tcp_pair(&t, &u);
    out[2].iov_base = "tcp!";
    R(sendmsg(t, &m, 0));
    r.msg_name = &ia;
    r.msg_namelen = sizeof(ia);
    in[1].iov_len = 8;
    R(recvmsg(u, &r, 0));
    SAY("name %d, flags 0x%x", (int)r.msg_namelen, r.msg_flags);
    if (fork() == 0) {
        write(t, "first ", 6);
        sleep_ms(30);
        write(t, "second", 6);
        _exit(0);
    }
    memset(z, 0, sizeof(z));
    R(recv(u, z, 12, MSG_WAITALL));
    S(z);
    return verdict();
}
