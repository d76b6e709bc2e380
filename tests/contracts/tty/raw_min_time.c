// SPDX-License-Identifier: GPL-2.0-or-later
/* Raw reads: VMIN and VTIME in their four combinations, and poll's idea of them. */
#include "pty.h"

static void raw(int min, int time)
{
    struct termios t = modes();

    cfmakeraw(&t);
    t.c_cc[VMIN] = (cc_t)min;
    t.c_cc[VTIME] = (cc_t)time;
    CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
    SAY("min %d time %d", min, time);
}

static void timed_read(void)
{
    char buf[16];
    long long start = now_ns();
    ssize_t n = read(slave, buf, sizeof(buf));

    SAY("read %d, waited %d", (int)n, now_ns() - start > 90000000);
}

int main(void)
{
    char buf[16];

    open_pair(0);
    raw(0, 0);
    timed_read();
    type("abc");
    X(events_of(slave, POLLIN));
    timed_read();
    raw(0, 1);
    timed_read();
    type("d");
    timed_read();
    raw(3, 0);
    type("ab");
    X(events_of(slave, POLLIN));
    type("c");
    X(events_of(slave, POLLIN));
    timed_read();
    type("abcde");
    R(read(slave, buf, 2));
    raw(3, 1);
    timed_read();
    type("ab");
    timed_read();
    raw(1, 0);
    type("\003\032\r\n\004\177");
    show_read("raw bytes", slave);
    return verdict();
}
