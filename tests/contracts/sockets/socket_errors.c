// SPDX-License-Identifier: GPL-2.0-or-later
/* Each call on a descriptor that is no socket, is closed, or in the wrong state. */
#include "net.h"

int main(void)
{
    struct sockaddr_in a = ip4("127.0.0.1", 0);
    int fds[] = {0, 99, -1};
    char buf[4];
    struct msghdr m = {0};
    socklen_t len = sizeof(a);

    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        int fd = fds[i];

        SAY("descriptor %d", fd);
        R(bind(fd, SA(&a), sizeof(a)));
        R(connect(fd, SA(&a), sizeof(a)));
        R(listen(fd, 1));
        R(accept(fd, NULL, NULL));
        R(getsockname(fd, SA(&a), &len));
        R(getpeername(fd, SA(&a), &len));
        R(send(fd, buf, 1, 0));
        R(recv(fd, buf, 1, 0));
        R(sendmsg(fd, &m, 0));
        R(recvmsg(fd, &m, 0));
        R(shutdown(fd, SHUT_RD));
        R(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, 4));
        R(getsockopt(fd, SOL_SOCKET, SO_TYPE, &(int){1}, &len));
    }
    R(socket(AF_UNIX, SOCK_STREAM, 5));
    R(socket(AF_UNIX, SOCK_RAW, 0) >= 0);
    R(socket(AF_UNIX, 10, 0));
    R(socket(AF_UNIX, SOCK_STREAM | 0x4000000, 0));
    R(socket(0, SOCK_STREAM, 0));
    R(socket(46, SOCK_STREAM, 0));
    R(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
    R(socket(AF_NETLINK, SOCK_STREAM, 0));
    R(socket(AF_NETLINK, SOCK_RAW, 31));
    struct rlimit r = {8, 8};
    setrlimit(RLIMIT_NOFILE, &r);
    while (dup(0) >= 0)
        ;
    R(socket(AF_UNIX, SOCK_STREAM, 0));
    close(7);
    R(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    R(socket(AF_UNIX, SOCK_STREAM, 0));
    return verdict();
}
