// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors over AF_UNIX: passed, peeked, cut, closed, marked; and wrong control messages. */
#include "net.h"

static long send_fds(int s, const int *fds, int n, const char *text)
{
    char control[CMSG_SPACE(300 * sizeof(int))];
    struct iovec v = {(void *)text, strlen(text)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control};
    struct cmsghdr *c = (struct cmsghdr *)control;

    memset(control, 0, sizeof(control));
    m.msg_controllen = CMSG_SPACE((size_t)n * sizeof(int));
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
    memcpy(CMSG_DATA(c), fds, (size_t)n * sizeof(int));
    return syscall(SYS_sendmsg, s, &m, MSG_DONTWAIT); /* musl has a limit of its own */
}

/* Receives with room for `room` descriptors and shows what came; they are left in fds. */
static int recv_fds(int s, int room, int flags, int *fds)
{
    char control[CMSG_SPACE(300 * sizeof(int))], text[32] = "";
    struct iovec v = {text, sizeof(text) - 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control};
    int count = 0;
    ssize_t n;

    m.msg_controllen = room ? CMSG_LEN((size_t)room * sizeof(int)) : 0;
    n = recvmsg(s, &m, flags | MSG_DONTWAIT);
    if (n < 0) {
        SAY("recvmsg: %s", errno_name(errno));
        return 0;
    }
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        SAY("level %d type %d", c->cmsg_level, c->cmsg_type);
        memcpy(fds, CMSG_DATA(c), (size_t)count * sizeof(int));
    }
    SAY("recvmsg: %zd \"%s\", %d descriptors, flags 0x%x, control %zu", n, text, count, m.msg_flags,
        (size_t)m.msg_controllen);
    for (int i = 0; i < count; i++)
        SAY("cloexec %d", fcntl(fds[i], F_GETFD));
    return count;
}

static void basic(void)
{
    int s[2], p[2], got[8], three[3];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && pipe(p) == 0);
    R(send_fds(s[0], p, 2, "two"));
    R(write(s[0], "more", 4));
    close(p[0]);
    close(p[1]);
    recv_fds(s[1], 4, 0, got);
    R(write(got[1], "through", 7));
    RECV(s[1], 8, 0);
    char text[16] = "";
    R(read(got[0], text, 15));
    S(text);
    R(send_fds(s[0], got, 1, "peek"));
    recv_fds(s[1], 4, MSG_PEEK, got + 2);
    recv_fds(s[1], 4, MSG_CMSG_CLOEXEC, got + 3);
    three[0] = three[1] = three[2] = got[0];
    R(send_fds(s[0], three, 3, "cut"));
    recv_fds(s[1], 2, 0, got + 4);
    R(send_fds(s[0], three, 3, "none"));
    recv_fds(s[1], 0, 0, got + 4);
    R(send_fds(s[0], three, 1, "plain read"));
    RECV(s[1], 4, 0);
    RECV(s[1], 16, 0);
    R(send_fds(s[0], three, 0, "zero"));
    recv_fds(s[1], 2, 0, got + 4);
    /* Bytes before, with, and after descriptors are not glued across the descriptors. */
    R(write(s[0], "before", 6));
    R(send_fds(s[0], three, 1, "with"));
    R(write(s[0], "after", 5));
    RECV(s[1], 32, 0);
    RECV(s[1], 32, 0);
}

static void wrong(void)
{
    int s[2], bad[2] = {0, 999}, many[300] = {0};
    char control[64] = "";
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control};
    struct cmsghdr *c = (struct cmsghdr *)control;

    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s) == 0);
    R(send_fds(s[0], bad, 2, "bad"));
    R(send_fds(s[0], many, 254, "many"));
    R(send_fds(s[0], many, 253, "most"));
    m.msg_controllen = sizeof(control);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = 77;
    c->cmsg_len = CMSG_LEN(4);
    R(syscall(SYS_sendmsg, s[0], &m, 0));
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = 4;
    R(syscall(SYS_sendmsg, s[0], &m, 0));
    c->cmsg_len = 100;
    R(syscall(SYS_sendmsg, s[0], &m, 0));
    c->cmsg_level = 99;
    c->cmsg_len = CMSG_LEN(4);
    R(syscall(SYS_sendmsg, s[0], &m, 0));
    m.msg_control = nowhere;
    R(syscall(SYS_sendmsg, s[0], &m, 0));
    m.msg_control = NULL;
    m.msg_controllen = 0;
    m.msg_iovlen = 1025;
    R(syscall(SYS_sendmsg, s[0], &m, 0));
    R(syscall(SYS_sendmsg, s[0], nowhere, 0));
    R(syscall(SYS_recvmsg, s[0], nowhere, MSG_DONTWAIT));
}

/* A descriptor table that is full. */
static void no_room(void)
{
    int s[2], fds[2] = {0, 1}, got[4];
    struct rlimit r = {16, 16};

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    CHECK(send_fds(s[0], fds, 2, "full") == 4);
    CHECK(setrlimit(RLIMIT_NOFILE, &r) == 0);
    while (dup(0) >= 0)
        ;
    close(15);
    recv_fds(s[1], 4, 0, got);
}

int main(void)
{
    basic();
    wrong();
    CHILD(no_room());
    return verdict();
}
