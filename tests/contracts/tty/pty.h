/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pty.h - a pty pair for the tests of terminals. */
#ifndef CONTRACT_TTY_PTY_H
#define CONTRACT_TTY_PTY_H

#include "contract.h"

#include <poll.h>
#include <sys/sysmacros.h>
#include <termios.h>

#define IOC_GPTN 0x80045430u
#define IOC_SPTLCK 0x40045431u

static int master, slave;

/* The other side may answer a moment later on Linux: wait for it. */
__attribute__((unused)) static short events_of(int fd, short want)
{
    struct pollfd p = {.fd = fd, .events = want};

    return poll(&p, 1, 50) > 0 ? p.revents : 0;
}

/* What a nonblocking read of fd gives, with control bytes as \xNN. */
__attribute__((unused)) static void show_read(const char *who, int fd)
{
    char raw[512], text[2100];
    size_t at = 0;
    ssize_t n;

    events_of(fd, POLLIN);
    n = read(fd, raw, sizeof(raw));
    if (n < 0) {
        SAY("%s: -1 %s", who, errno_name(errno));
        return;
    }
    text[0] = '\0';
    for (ssize_t i = 0; i < n; i++)
        if (raw[i] >= 32 && raw[i] < 127)
            at += (size_t)snprintf(text + at, sizeof(text) - at, "%c", raw[i]);
        else
            at += (size_t)snprintf(text + at, sizeof(text) - at, "\\x%02x", (unsigned char)raw[i]);
    SAY("%s: %d \"%s\"", who, (int)n, text);
}

__attribute__((unused)) static void open_pair(int flags)
{
    int number, zero = 0;
    char name[32];

    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | flags);
    CHECK(master >= 0);
    CHECK(ioctl(master, IOC_GPTN, &number) == 0);
    CHECK(ioctl(master, IOC_SPTLCK, &zero) == 0);
    snprintf(name, sizeof(name), "/dev/pts/%d", number);
    slave = open(name, O_RDWR | O_NOCTTY | flags);
    CHECK(slave >= 0);
}

__attribute__((unused)) static void type(const char *keys)
{
    CHECK(write(master, keys, strlen(keys)) == (ssize_t)strlen(keys));
}

__attribute__((unused)) static struct termios modes(void)
{
    struct termios t;

    CHECK(tcgetattr(slave, &t) == 0);
    return t;
}

#endif
