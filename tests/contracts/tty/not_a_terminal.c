// SPDX-License-Identifier: GPL-2.0-or-later
/* Terminal calls on what is none, without a controlling terminal, and by a second session. */
#include "pty.h"

int main(void)
{
    int fds[2], value;
    struct termios t;

    CHECK(pipe(fds) == 0);
    R(tcgetattr(fds[0], &t));
    R(ioctl(fds[0], TIOCGWINSZ, &value));
    R(tcgetpgrp(fds[0]));
    R(isatty(fds[0]));
    R(ioctl(open("/dev/null", O_RDWR), TIOCGPGRP, &value));
    open_pair(0);
    R(tcgetpgrp(slave));
    R(ioctl(slave, TIOCNOTTY, 0));
    R(ioctl(slave, TIOCSETD, &(int){0}));
    R(ioctl(slave, TIOCGETD, &value));
    V(value);
    R(ioctl(slave, 0x54ff, 0));
    R(tcgetattr(slave, (struct termios *)8));
    R(lseek(slave, 0, SEEK_SET));
    CHILD(CHECK(setsid() > 0); R(open("/dev/tty", O_RDWR)); R(ioctl(slave, TIOCSCTTY, 0));
          R(ioctl(slave, TIOCNOTTY, 0)); R(open("/dev/tty", O_RDWR)));
    CHILD(CHECK(setsid() > 0); R(ioctl(slave, TIOCSCTTY, 0));
          CHILD(CHECK(setsid() > 0); R(ioctl(slave, TIOCSCTTY, 0)); R(tcgetpgrp(slave))));
    R(ioctl(slave, TIOCSCTTY, 0));
    return verdict();
}
