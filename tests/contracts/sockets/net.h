/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.h - addresses and small steps that socket tests share. */
#ifndef CONTRACT_NET_H
#define CONTRACT_NET_H

#include "contract.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SA(p) ((struct sockaddr *)(p))

/* An address that nothing is at, and that the compiler does not know. */
__attribute__((unused)) static void *volatile nowhere = (void *)8;

__attribute__((unused)) static socklen_t unix_path(struct sockaddr_un *a, const char *path)
{
    memset(a, 0, sizeof(*a));
    a->sun_family = AF_UNIX;
    strcpy(a->sun_path, path);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

__attribute__((unused)) static socklen_t unix_abstract(struct sockaddr_un *a, const char *name)
{
    memset(a, 0, sizeof(*a));
    a->sun_family = AF_UNIX;
    strcpy(a->sun_path + 1, name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}

__attribute__((unused)) static struct sockaddr_in ip4(const char *text, int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    inet_pton(AF_INET, text, &a.sin_addr);
    return a;
}

__attribute__((unused)) static struct sockaddr_in6 ip6(const char *text, int port)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    inet_pton(AF_INET6, text, &a.sin6_addr);
    return a;
}

__attribute__((unused)) static int port_of(int fd)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof(a);

    if (getsockname(fd, SA(&a), &len))
        return -1;
    return ntohs(((struct sockaddr_in *)&a)->sin_port);
}

/* A listener on a port that the kernel chooses. */
__attribute__((unused)) static int listener4(int backlog)
{
    struct sockaddr_in a = ip4("127.0.0.1", 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(fd >= 0 && bind(fd, SA(&a), sizeof(a)) == 0 && listen(fd, backlog) == 0);
    return fd;
}

__attribute__((unused)) static int client4(int port)
{
    struct sockaddr_in a = ip4("127.0.0.1", port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(fd >= 0 && connect(fd, SA(&a), sizeof(a)) == 0);
    return fd;
}

/* Both ends of a TCP connection. */
__attribute__((unused)) static void tcp_pair(int *client, int *server)
{
    int l = listener4(4);

    *client = client4(port_of(l));
    *server = accept(l, NULL, NULL);
    CHECK(*server >= 0);
    close(l);
}

__attribute__((unused)) static int opt(int fd, int level, int name)
{
    int v = -1;
    socklen_t len = sizeof(v);

    return getsockopt(fd, level, name, &v, &len) ? -errno : v;
}

__attribute__((unused)) static void set_opt(int fd, int level, int name, int v)
{
    CHECK(setsockopt(fd, level, name, &v, sizeof(v)) == 0);
}

/* Readiness now, by name. */
__attribute__((unused)) static void show_poll(const char *who, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP};

    poll(&p, 1, 0);
    say("%s:%s%s%s%s%s%s%s", who, p.revents & POLLIN ? " IN" : "",
        p.revents & POLLPRI ? " PRI" : "", p.revents & POLLOUT ? " OUT" : "",
        p.revents & POLLRDHUP ? " RDHUP" : "", p.revents & POLLHUP ? " HUP" : "",
        p.revents & POLLERR ? " ERR" : "", p.revents ? "" : " nothing");
}
#define POLL_SHOW(fd) show_poll(#fd, fd)

/* What can be read now, as text. */
__attribute__((unused)) static void show_recv(const char *who, int fd, size_t max, int flags)
{
    char text[256];
    ssize_t n = recv(fd, text, max, flags | MSG_DONTWAIT);

    if (n < 0)
        say("%s: %s", who, errno_name(errno));
    else
        say("%s: %zd \"%.*s\"", who, n, (int)(n < (ssize_t)max ? n : (ssize_t)max), text);
}
#define RECV(fd, max, flags) show_recv("recv " #fd, fd, max, flags)

#endif
