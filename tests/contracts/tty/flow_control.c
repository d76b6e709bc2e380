// SPDX-License-Identifier: GPL-2.0-or-later
/* ^S and ^Q, TCOOFF and TCOON: a stopped terminal takes no output. */
#include "pty.h"

int main(void)
{
    struct termios t;

    open_pair(O_NONBLOCK);
    t = modes();
    t.c_lflag &= ~(tcflag_t)ECHO;
    CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
    type("\023");
    sleep_ms(20);
    X(events_of(slave, POLLOUT));
    R(write(slave, "a", 1));
    type("\021");
    sleep_ms(20);
    X(events_of(slave, POLLOUT));
    R(write(slave, "b", 1));
    show_read("master", master);
    R(tcflow(slave, TCOOFF));
    R(write(slave, "c", 1));
    R(tcflow(slave, TCOON));
    R(write(slave, "d", 1));
    show_read("master", master);
    type("\023x\021y\n");
    show_read("slave", slave);
    t.c_iflag |= IXANY;
    CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
    type("\023");
    sleep_ms(20);
    R(write(slave, "e", 1));
    type("z");
    sleep_ms(20);
    R(write(slave, "f", 1));
    show_read("master", master);
    return verdict();
}
