// SPDX-License-Identifier: GPL-2.0-or-later
/* c_iflag and c_oflag: what becomes of carriage returns, newlines, tabs and capitals. */
#include "pty.h"

static void with(tcflag_t iflag, tcflag_t oflag)
{
    struct termios t = modes();

    t.c_iflag = iflag;
    t.c_oflag = oflag;
    t.c_lflag = ICANON;
    CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
    SAY("iflag %o oflag %o", (unsigned)iflag, (unsigned)oflag);
    type("a\rb\n\xc1\n");
    show_read("read", slave);
    show_read("read", slave);
    show_read("read", slave);
    CHECK(tcflush(slave, TCIFLUSH) == 0);
    CHECK(write(slave, "x\ty\nz\rq", 7) == 7);
    show_read("written", master);
}

int main(void)
{
    open_pair(O_NONBLOCK);
    with(0, 0);
    with(ICRNL, OPOST | ONLCR);
    with(INLCR | IGNCR, OPOST | OCRNL);
    with(ISTRIP, OPOST | ONLRET);
    with(ICRNL, OPOST | ONLCR | TAB3);
    with(ICRNL, OPOST | ONOCR);
    return verdict();
}
