// SPDX-License-Identifier: GPL-2.0-or-later
/* What accept4's flags set, what is not inherited, and wrong flags. */
#include "net.h"

int main(void)
{
    int l = listener4(8), fd, port = port_of(l);
    struct sockaddr_in a;
    socklen_t len;

    for (int i = 0; i < 6; i++)
        client4(port);
    R(accept4(l, NULL, NULL, 1));
    R(accept4(l, NULL, NULL, SOCK_NONBLOCK | 0x10));
    R(accept4(99, NULL, NULL, 1));
    R(accept4(0, NULL, NULL, 0));
    R(accept4(0, NULL, NULL, 1));
    fd = accept4(l, NULL, NULL, SOCK_CLOEXEC);
    SAY("cloexec: fd 0x%x fl 0x%x", fcntl(fd, F_GETFD), fcntl(fd, F_GETFL) & (O_NONBLOCK | O_RDWR));
    fd = accept4(l, NULL, NULL, SOCK_NONBLOCK);
    SAY("nonblock: fd 0x%x fl 0x%x", fcntl(fd, F_GETFD),
        fcntl(fd, F_GETFL) & (O_NONBLOCK | O_RDWR));
    fcntl(l, F_SETFL, O_NONBLOCK);
    fcntl(l, F_SETFD, FD_CLOEXEC);
    fd = accept(l, NULL, NULL);
    SAY("plain: fd 0x%x fl 0x%x", fcntl(fd, F_GETFD), fcntl(fd, F_GETFL) & (O_NONBLOCK | O_RDWR));
    len = 5;
    memset(&a, 0, sizeof(a));
    R(accept(l, SA(&a), &len) >= 0);
    SAY("%d bytes, family %d", (int)len, a.sin_family);
    len = (socklen_t)-1;
    R(accept(l, SA(&a), &len));
    R(accept(l, SA(&a), nowhere));
    R(accept(l, NULL, NULL));
    return verdict();
}
