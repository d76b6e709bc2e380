// SPDX-License-Identifier: GPL-2.0-or-later
/* SO_PASSCRED, SCM_CREDENTIALS and SO_PEERCRED, and who may say that he is whom. */
#include "net.h"

static long send_cred(int s, pid_t pid, uid_t uid, gid_t gid)
{
    char control[CMSG_SPACE(sizeof(struct ucred))] = "";
    struct ucred u = {pid, uid, gid};
    struct iovec v = {"c", 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control,
                       .msg_controllen = sizeof(control)};
    struct cmsghdr *c = (struct cmsghdr *)control;

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_CREDENTIALS;
    c->cmsg_len = CMSG_LEN(sizeof(u));
    memcpy(CMSG_DATA(c), &u, sizeof(u));
    return sendmsg(s, &m, 0);
}

static void show(int s, size_t room)
{
    char control[128] = "", text[32];
    struct iovec v = {text, sizeof(text)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control,
                       .msg_controllen = room};
    ssize_t n = recvmsg(s, &m, MSG_DONTWAIT);
    struct cmsghdr *c;
    struct ucred u;

    if (n < 0) {
        SAY("recvmsg: %s", errno_name(errno));
        return;
    }
    c = CMSG_FIRSTHDR(&m);
    SAY("recvmsg: %zd, flags 0x%x, control %zu", n, m.msg_flags, (size_t)m.msg_controllen);
    if (!c || c->cmsg_len != CMSG_LEN(sizeof(u)))
        return;
    memcpy(&u, CMSG_DATA(c), sizeof(u));
    SAY("type %d, pid %s, uid %u, gid %u", c->cmsg_type,
        u.pid == getpid() ? "mine" : u.pid == 0 ? "0" : u.pid == 1 ? "1" : "other", u.uid, u.gid);
}

static void peer(const char *who, int s)
{
    struct ucred u;
    socklen_t len = sizeof(u);

    CHECK(getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &len) == 0);
    SAY("%s: pid %s, uid %d, gid %d", who,
        u.pid == getpid() ? "mine" : u.pid == 0 ? "0" : "other", (int)u.uid, (int)u.gid);
}

int main(void)
{
    struct sockaddr_un a;
    socklen_t len = unix_abstract(&a, "cred"), n;
    int s[2], l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), t;

    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s) == 0);
    R(send_cred(s[0], getpid(), 0, 0));
    show(s[1], 128);
    R(write(s[0], "early", 5));
    set_opt(s[1], SOL_SOCKET, SO_PASSCRED, 1);
    R(opt(s[1], SOL_SOCKET, SO_PASSCRED));
    show(s[1], 128);
    R(write(s[0], "x", 1));
    show(s[1], 128);
    R(write(s[0], "x", 1));
    show(s[1], 20);
    R(write(s[0], "x", 1));
    show(s[1], 0);
    R(send_cred(s[0], 1, 5, 6));
    show(s[1], 128);
    R(send_cred(s[0], 99999, 0, 0));
    peer("pair", s[0]);
    peer("new", c);
    CHECK(bind(l, SA(&a), len) == 0);
    CHECK(listen(l, 1) == 0);
    CHECK(connect(c, SA(&a), len) == 0);
    t = accept(l, NULL, NULL);
    peer("listener", l);
    peer("client", c);
    peer("server", t);
    n = 4;
    char small[4];
    R(getsockopt(t, SOL_SOCKET, SO_PEERCRED, small, &n));
    V(n);
    CHILD(CHECK(setgid(7) == 0 && setuid(7) == 0); R(send_cred(s[0], getpid(), 7, 7));
          R(send_cred(s[0], getpid(), 0, 7)); R(send_cred(s[0], 1, 7, 7)); R(write(s[0], "x", 1)));
    show(s[1], 128);
    show(s[1], 128);
    show(s[1], 128);
    return verdict();
}
