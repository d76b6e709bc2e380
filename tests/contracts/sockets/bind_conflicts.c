// SPDX-License-Identifier: GPL-2.0-or-later
/* Which sockets may have the same port. */
#include "net.h"

static int made(int family, int type, int reuse, int port_reuse)
{
    int fd = socket(family, type, 0);

    set_opt(fd, SOL_SOCKET, SO_REUSEADDR, reuse);
    set_opt(fd, SOL_SOCKET, SO_REUSEPORT, port_reuse);
    return fd;
}

static const char *try(int fd, const char *address, int port)
{
    struct sockaddr_in a = ip4(address, port);

    return bind(fd, SA(&a), sizeof(a)) ? errno_name(errno) : "ok";
}

static void pairs(const char *kind, int type)
{
    for (int reuse = 0; reuse < 4; reuse++) {
        int a = made(AF_INET, type, reuse & 1, reuse >> 1), b, port;

        CHECK(!strcmp(try(a, "127.0.0.1", 0), "ok"));
        port = port_of(a);
        SAY("%s, reuse %d, reuseport %d", kind, reuse & 1, reuse >> 1);
        b = made(AF_INET, type, reuse & 1, reuse >> 1);
        SAY("same: %s", try(b, "127.0.0.1", port));
        if (type == SOCK_STREAM) {
            SAY("first listens: %s", listen(a, 1) ? errno_name(errno) : "ok");
            SAY("second listens: %s", listen(b, 1) ? errno_name(errno) : "ok");
        }
        b = made(AF_INET, type, reuse & 1, reuse >> 1);
        SAY("same later: %s", try(b, "127.0.0.1", port));
        b = made(AF_INET, type, reuse & 1, reuse >> 1);
        SAY("other address: %s", try(b, "127.0.0.2", port));
        b = made(AF_INET, type, reuse & 1, reuse >> 1);
        SAY("any: %s", try(b, "0.0.0.0", port));
        b = made(AF_INET, type, 0, 0);
        SAY("one who does not: %s", try(b, "127.0.0.1", port));
    }
}

/* An active close leaves the port resting at the closing side. */
static void time_wait(int reuse)
{
    int l = made(AF_INET, SOCK_STREAM, reuse, 0), c, s, port;

    CHECK(!strcmp(try(l, "127.0.0.1", 0), "ok"));
    CHECK(listen(l, 1) == 0);
    port = port_of(l);
    c = client4(port);
    s = accept(l, NULL, NULL);
    close(l);
    l = made(AF_INET, SOCK_STREAM, reuse, 0);
    SAY("reuse %d, connection open: %s", reuse, try(l, "127.0.0.1", port));
    close(l);
    close(s);
    close(c);
    l = made(AF_INET, SOCK_STREAM, reuse, 0);
    SAY("reuse %d, connection closed: %s", reuse, try(l, "127.0.0.1", port));
    close(l);
    l = made(AF_INET, SOCK_STREAM, 0, 0);
    SAY("reuse %d, then without: %s", reuse, try(l, "127.0.0.1", port));
    close(l);
}

int main(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    pairs("tcp", SOCK_STREAM);
    pairs("udp", SOCK_DGRAM);
    time_wait(0);
    time_wait(1);
    SAY("privileged: %s", try(fd, "127.0.0.1", 80));
    close(fd);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHILD(CHECK(setuid(5) == 0); SAY("unprivileged: %s", try(fd, "127.0.0.1", 81)));
    return verdict();
}
