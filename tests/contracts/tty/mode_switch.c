// SPDX-License-Identifier: GPL-2.0-or-later
/* What is waiting when a terminal changes between canonical and raw mode; TCSAFLUSH; FIONREAD. */
#include "pty.h"

static void set(bool canonical, int action)
{
    struct termios t = modes();

    if (canonical)
        t.c_lflag |= ICANON;
    else
        t.c_lflag &= ~(tcflag_t)ICANON;
    t.c_lflag &= ~(tcflag_t)ECHO;
    CHECK(tcsetattr(slave, action, &t) == 0);
}

static void waiting(void)
{
    int n = -1;

    events_of(slave, POLLIN);
    CHECK(ioctl(slave, FIONREAD, &n) == 0);
    SAY("waiting %d", n);
}

int main(void)
{
    open_pair(O_NONBLOCK);
    set(true, TCSANOW);
    type("unfinished");
    waiting();
    show_read("canonical", slave);
    set(false, TCSANOW);
    waiting();
    show_read("raw", slave);
    type("raw bytes");
    waiting();
    set(true, TCSANOW);
    waiting();
    show_read("canonical again", slave);
    type("line\n");
    waiting();
    set(false, TCSAFLUSH);
    waiting();
    show_read("flushed", slave);
    type("x");
    waiting();
    R(tcflush(slave, TCIFLUSH));
    waiting();
    R(tcflush(slave, 7));
    R(tcflow(slave, 9));
    R(tcsendbreak(slave, 0));
    R(tcdrain(slave));
    return verdict();
}
