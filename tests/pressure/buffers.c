// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pipes and sockets take memory until there is none: an error, never a death, and all comes back.
 */
#include "pressure.h"
#include <sys/socket.h>
#include <sys/un.h>

#define PAIRS_MAX 2000

static char block[64 << 10];
static int fds[2 * PAIRS_MAX];
static unsigned count;

static int is_shortage(int error)
{
    return error == ENOMEM || error == ENOBUFS || error == EAGAIN || error == EMFILE ||
           error == ENFILE || error == EPERM;
}

static int make_pipe(int pair[2])
{
    if (pipe2(pair, O_NONBLOCK) != 0)
        return -1;
    fcntl(pair[1], F_SETPIPE_SZ, 1 << 20);
    return 0;
}

static int make_socket(int pair[2])
{
    int size = 1 << 20;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
        return -1;
    setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    return 0;
}

static int make_datagram(int pair[2])
{
    return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
}

static void fill(int (*make)(int pair[2]), size_t chunk, const char *what)
{
    int full = 0;

    count = 0;
    while (count < 2 * PAIRS_MAX) {
        if (make(&fds[count]) != 0) {
            CHECK(is_shortage(errno));
            break;
        }
        count += 2;
        while (write(fds[count - 1], block, chunk) > 0)
            ;
        CHECK(is_shortage(errno));
        full += errno != EAGAIN;
    }
    CHECK(count > 4);
    CHECK(full > 0 || count < 2 * PAIRS_MAX);
    while (count)
        close(fds[--count]);
    memory_is_back();
    STEP(what);
}

int main(void)
{
    struct rlimit limit = {2 * PAIRS_MAX + 16, 2 * PAIRS_MAX + 16};

    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    memset(fds, 0xff, sizeof(fds)); /* touched before memory is short */
    memset(block, 1, sizeof(block));
    fds[0] = dup2(0, 2 * PAIRS_MAX + 10); /* the table has its size before the start is measured */
    CHECK(fds[0] >= 0 && close(fds[0]) == 0);
    begin();
    fill(make_pipe, sizeof(block), "pipes");
    fill(make_socket, sizeof(block), "stream sockets");
    fill(make_datagram, 8192, "datagram sockets");
    return verdict();
}
