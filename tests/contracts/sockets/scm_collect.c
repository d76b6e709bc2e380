// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets that only hold each other are freed: seen by a pipe whose last writer they carry. */
#include "net.h"

static void send_fd(int s, int fd)
{
    char control[CMSG_SPACE(sizeof(int))] = "";
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control,
                       .msg_controllen = sizeof(control)};
    struct cmsghdr *c = (struct cmsghdr *)control;

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &fd, sizeof(int));
    CHECK(sendmsg(s, &m, 0) == 1);
}

/* Is the pipe's other end gone? Collection may take a moment. */
static void show_end(const char *who, int fd, bool wait)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    poll(&p, 1, 0);
    for (int i = 0; wait && i < 50 && !(p.revents & POLLHUP); i++) {
        close(socket(AF_UNIX, SOCK_STREAM, 0)); /* Linux looks when a socket goes */
        poll(&p, 1, 20);
    }
    SAY("%s: %s", who, p.revents & POLLHUP ? "freed" : "held");
}

int main(void)
{
    int a[2], b[2], p[2];

    /* A socket in its own queue. */
    CHECK(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, a) == 0);
    send_fd(a[0], p[1]);
    send_fd(a[0], a[1]);
    close(p[1]);
    close(a[1]);
    show_end("own queue, one end open", p[0], false);
    close(a[0]);
    show_end("own queue, closed", p[0], true);

    /* Two pairs that carry each other. */
    CHECK(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, a) == 0);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, b) == 0);
    send_fd(a[0], b[0]);
    send_fd(a[0], b[1]);
    send_fd(b[0], a[0]);
    send_fd(b[0], a[1]);
    send_fd(b[1], p[1]);
    close(p[1]);
    close(a[0]);
    close(a[1]);
    close(b[0]);
    show_end("circle with one descriptor left", p[0], false);
    close(b[1]);
    show_end("circle", p[0], true);

    /* A chain, not a circle: each holds the next, and all go with the first. */
    CHECK(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, a) == 0);
    send_fd(a[0], p[1]);
    close(p[1]);
    for (int i = 0; i < 100; i++) {
        CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, b) == 0);
        send_fd(b[0], a[0]);
        send_fd(b[0], a[1]);
        close(a[0]);
        close(a[1]);
        a[0] = b[0];
        a[1] = b[1];
    }
    show_end("chain", p[0], false);
    close(a[0]);
    close(a[1]);
    show_end("chain, closed", p[0], true);

    /* In the queue of a connection that nobody accepted. */
    struct sockaddr_un name;
    socklen_t len = unix_abstract(&name, "listener");
    int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);

    CHECK(pipe(p) == 0 && bind(l, SA(&name), len) == 0 && listen(l, 1) == 0);
    CHECK(connect(c, SA(&name), len) == 0);
    send_fd(c, p[1]);
    send_fd(c, l);
    send_fd(c, c);
    close(p[1]);
    close(l);
    show_end("listener", p[0], false);
    close(c);
    show_end("listener, closed", p[0], true);
    return verdict();
}
