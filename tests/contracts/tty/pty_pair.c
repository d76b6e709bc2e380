// SPDX-License-Identifier: GPL-2.0-or-later
/* A pty from /dev/ptmx: number, lock, names, data both ways, and the end of each side. */
#include "pty.h"

int main(void)
{
    int number, value;
    char name[32];
    struct stat st;
    struct winsize size = {.ws_row = 12, .ws_col = 34}, got;

    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    CHECK(master >= 0);
    OK(ioctl(master, IOC_GPTN, &number));
    snprintf(name, sizeof(name), "/dev/pts/%d", number);
    R(open(name, O_RDWR | O_NOCTTY));
    R(ioctl(master, 0x80045439u, &value));
    V(value);
    value = 0;
    R(ioctl(master, IOC_SPTLCK, &value));
    show_read("master before any slave", master);
    slave = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
    CHECK(slave >= 0);
    R(isatty(slave));
    R(isatty(master));
    R(fstat(slave, &st));
    V(major(st.st_rdev) == 136 && minor(st.st_rdev) == (unsigned)number);
    V(S_ISCHR(st.st_mode));
    R(write(slave, "out\n", 4));
    show_read("master", master);
    type("in\n");
    show_read("slave", slave);
    show_read("echo", master);
    show_read("slave again", slave);
    R(ioctl(master, TIOCSWINSZ, &size));
    R(ioctl(slave, TIOCGWINSZ, &got));
    SAY("size %d %d", got.ws_row, got.ws_col);
    R(ioctl(slave, IOC_GPTN, &number));
    R(ioctl(slave, TIOCGPGRP, &value));
    R(ioctl(slave, TIOCGSID, &value));
    X(events_of(master, POLLIN | POLLOUT));
    X(events_of(slave, POLLIN | POLLOUT));
    R(write(slave, "last", 4));
    close(slave);
    show_read("master", master);
    show_read("master without a slave", master);
    X(events_of(master, POLLIN) & (POLLIN | POLLHUP));
    slave = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
    show_read("master with a slave again", master);
    close(master);
    show_read("slave without a master", slave);
    R(write(slave, "x", 1));
    X(events_of(slave, POLLIN | POLLOUT));
    R(ioctl(slave, TIOCGWINSZ, &got));
    R(open(name, O_RDWR | O_NOCTTY));
    R(access(name, F_OK));
    return verdict();
}
