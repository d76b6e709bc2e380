// SPDX-License-Identifier: GPL-2.0-or-later
/* Abstract names, autobind, names without an end, and who may have the same. */
#include "net.h"

static void show_name(int fd)
{
    struct sockaddr_un a;
    socklen_t len = sizeof(a);

    memset(&a, 'z', sizeof(a));
    if (getsockname(fd, SA(&a), &len)) {
        SAY("getsockname: %s", errno_name(errno));
        return;
    }
    SAY("%d bytes, family %d, first byte %d", (int)len, a.sun_family, len > 2 ? a.sun_path[0] : -1);
}

int main(void)
{
    struct sockaddr_un a;
    socklen_t len = unix_abstract(&a, "name");
    int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
    int d = socket(AF_UNIX, SOCK_DGRAM, 0), e = socket(AF_UNIX, SOCK_DGRAM, 0);
    char room[4];
    socklen_t n;

    show_name(l);
    R(bind(l, SA(&a), len));
    show_name(l);
    R(bind(c, SA(&a), len));
    R(bind(d, SA(&a), len));
    R(listen(l, 4));
    R(connect(c, SA(&a), len));
    R(connect(e, SA(&a), len));
    close(socket(AF_UNIX, SOCK_STREAM, 0));
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    R(connect(c, SA(&a), len - 1));
    R(connect(c, SA(&a), len + 1));
    R(connect(c, SA(&a), len));
    close(l);
    l = socket(AF_UNIX, SOCK_STREAM, 0);
    R(bind(l, SA(&a), len));

    e = socket(AF_UNIX, SOCK_DGRAM, 0);
    a.sun_family = AF_UNIX;
    R(bind(e, SA(&a), 2));
    show_name(e);
    R(bind(e, SA(&a), 2));

    memset(a.sun_path, 'x', sizeof(a.sun_path));
    memcpy(a.sun_path, "/tmp/", 5);
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    R(bind(c, SA(&a), sizeof(a)));
    show_name(c);
    memset(a.sun_path, 0, sizeof(a.sun_path));
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    R(bind(c, SA(&a), sizeof(a)));
    show_name(c);
    n = sizeof(room);
    R(getsockname(c, (struct sockaddr *)room, &n));
    V(n);
    n = (socklen_t)-1;
    R(getsockname(c, (struct sockaddr *)room, &n));
    n = sizeof(room);
    R(getsockname(c, SA(nowhere), &n));
    R(getsockname(c, SA(&a), nowhere));
    return verdict();
}
