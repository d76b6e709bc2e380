// SPDX-License-Identifier: GPL-2.0-or-later
/* bind, listen, connect, accept on a path; the backlog; errors of each step. */
#include "net.h"

static void steps(void)
{
    struct sockaddr_un a, b;
    socklen_t len = unix_path(&a, "/tmp/stream"), blen;
    struct stat st;
    int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), s;

    R(connect(c, SA(&a), len));
    R(listen(l, 1));
    umask(022);
    R(bind(l, SA(&a), len));
    CHECK(stat("/tmp/stream", &st) == 0);
    SAY("mode %o", st.st_mode);
    R(bind(l, SA(&a), len));
    R(open("/tmp/stream", O_RDWR));
    R(connect(c, SA(&a), len));
    R(accept(l, NULL, NULL));
    R(listen(l, 1));
    R(opt(l, SOL_SOCKET, SO_ACCEPTCONN));
    R(opt(c, SOL_SOCKET, SO_ACCEPTCONN));
    POLL_SHOW(l);
    R(connect(c, SA(&a), len));
    R(connect(c, SA(&a), len));
    POLL_SHOW(l);
    R(write(c, "early", 5));
    blen = sizeof(b);
    s = accept(l, SA(&b), &blen);
    SAY("accepted %d, peer address %d bytes", s >= 0, (int)blen);
    RECV(s, 8, 0);
    blen = sizeof(b);
    R(getsockname(s, SA(&b), &blen));
    SAY("%d %s", (int)blen, b.sun_path);
    blen = sizeof(b);
    R(getpeername(c, SA(&b), &blen));
    SAY("%d %s", (int)blen, b.sun_path);
    blen = sizeof(b);
    R(getpeername(l, SA(&b), &blen));
    R(read(l, &b, 1));
    R(write(l, &b, 1));
    R(connect(l, SA(&a), len));
    R(listen(c, 1));
    R(accept(c, NULL, NULL));
    close(s);
    close(c);
    close(l);
    R(access("/tmp/stream", F_OK));
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    R(connect(c, SA(&a), len));
    R(unlink("/tmp/stream"));
    R(connect(c, SA(&a), len));
    close(c);
}

static void backlog(void)
{
    struct sockaddr_un a;
    socklen_t len = unix_path(&a, "/tmp/backlog");
    int l = socket(AF_UNIX, SOCK_STREAM, 0), c[6];

    CHECK(bind(l, SA(&a), len) == 0 && listen(l, 2) == 0);
    for (int i = 0; i < 5; i++) {
        c[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        R(connect(c[i], SA(&a), len));
    }
    CHECK(accept(l, NULL, NULL) >= 0);
    R(connect(c[4], SA(&a), len));
    close(l);
    POLL_SHOW(c[0]);
    POLL_SHOW(c[1]);
    V(opt(c[1], SOL_SOCKET, SO_ERROR));
    RECV(c[1], 4, 0);
    R(connect(c[3], SA(&a), len));
}

static void wrong_kind(void)
{
    struct sockaddr_un a;
    socklen_t len = unix_path(&a, "/tmp/kind");
    int d = socket(AF_UNIX, SOCK_DGRAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);

    CHECK(bind(d, SA(&a), len) == 0);
    R(connect(c, SA(&a), len));
    R(listen(d, 1));
    R(accept(d, NULL, NULL));
    unix_path(&a, "/tmp");
    R(connect(c, SA(&a), len));
    close(file_with("/tmp/file", "x"));
    len = unix_path(&a, "/tmp/file");
    R(connect(c, SA(&a), len));
    R(bind(c, SA(&a), len));
    len = unix_path(&a, "/tmp/none/at");
    R(bind(c, SA(&a), len));
    R(bind(c, SA(&a), 2));
    R(bind(c, SA(&a), 1));
    R(bind(c, SA(&a), 200));
    R(connect(c, SA(&a), 1));
    R(connect(c, SA(&a), 2));
    a.sun_family = AF_INET;
    R(bind(c, SA(&a), len));
    R(connect(c, SA(&a), len));
    R(bind(c, SA(nowhere), len));
}

int main(void)
{
    steps();
    backlog();
    wrong_kind();
    return verdict();
}
