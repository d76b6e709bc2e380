// SPDX-License-Identifier: GPL-2.0-or-later
/* poll: what each kind of file says, timeouts, odd descriptors. */
#include "contract.h"

#include <poll.h>

static void *volatile nowhere = (void *)8;

static void show(const char *what, int fd, int events)
{
    struct pollfd p = {.fd = fd, .events = (short)events, .revents = 0x7fff};
    int n = poll(&p, 1, 0);

    SAY("%s: %d, 0x%x", what, n, p.revents);
}

int main(void)
{
    int p[2], all = POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLWRNORM | POLLRDBAND | POLLWRBAND;
    struct pollfd many[3];
    static char big[65536];
    long long before;

    CHECK(pipe2(p, O_NONBLOCK) == 0);
    show("empty pipe, reading end", p[0], all);
    show("empty pipe, writing end", p[1], all);
    write(p[1], "x", 1);
    show("pipe with a byte", p[0], all);
    show("pipe with a byte, nothing asked", p[0], 0);
    while (write(p[1], big, 4096) > 0)
        ;
    show("full pipe", p[1], all);
    read(p[0], big, 100);
    show("almost full pipe", p[1], all);
    read(p[0], big, 4096);
    show("pipe with room", p[1], all);
    show("regular file", file_with("/tmp/poll", "x"), all);
    show("directory", open("/", O_RDONLY), all);
    show("/dev/null", open("/dev/null", O_RDWR), all);
    show("closed", 99, all);
    show("negative", -1, all);
    show("path", open("/tmp/poll", O_PATH), all);
    many[0] = (struct pollfd){.fd = p[0], .events = POLLIN};
    many[1] = (struct pollfd){.fd = -5, .events = POLLIN, .revents = 7};
    many[2] = (struct pollfd){.fd = 77, .events = POLLIN};
    R(poll(many, 3, -1));
    SAY("0x%x 0x%x 0x%x", many[0].revents, many[1].revents, many[2].revents);
    close(p[1]);
    show("no writer, data left", p[0], all);
    while (read(p[0], big, sizeof(big)) > 0)
        ;
    show("no writer", p[0], all);
    CHECK(pipe(p) == 0);
    close(p[0]);
    show("no reader", p[1], all);
    CHECK(pipe(p) == 0);
    many[0] = (struct pollfd){.fd = p[0], .events = POLLIN};
    before = now_ns();
    R(poll(many, 1, 30));
    SAY("waited: %d", now_ns() - before >= 29000000);
    R(poll(NULL, 0, 5));
    R(poll(nowhere, 1, 0));
    R(poll(many, 100000, 0));
    if (fork() == 0) {
        sleep_ms(30);
        write(p[1], "x", 1);
        _exit(0);
    }
    R(poll(many, 1, 5000));
    X(many[0].revents);
    return verdict();
}
