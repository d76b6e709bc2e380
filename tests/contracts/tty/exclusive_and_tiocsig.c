// SPDX-License-Identifier: GPL-2.0-or-later
/* TIOCEXCL and TIOCSIG: who may open a terminal in exclusive use, and signals by the master. */
#include "pty.h"

int main(void)
{
    int value = 0, number;
    char name[32];

    open_pair(0);
    CHECK(ioctl(master, IOC_GPTN, &number) == 0);
    snprintf(name, sizeof(name), "/dev/pts/%d", number);
    CHECK(chmod(name, 0666) == 0);
    R(ioctl(slave, TIOCEXCL, 0));
    R(ioctl(slave, 0x80045440u, &value));
    V(value);
    V(open(name, O_RDWR | O_NOCTTY) >= 0);
    CHILD(CHECK(setuid(1000) == 0); R(open(name, O_RDWR | O_NOCTTY)));
    R(ioctl(slave, TIOCNXCL, 0));
    CHILD(CHECK(setuid(1000) == 0); V(open(name, O_RDWR | O_NOCTTY) >= 0));
    R(ioctl(master, 0x40045436u, SIGKILL));
    R(ioctl(master, 0x40045436u, SIGINT));
    CHILD(CHECK(setsid() > 0); R(ioctl(slave, TIOCSCTTY, 0));
          ioctl(master, 0x40045436u, SIGINT); pause());
    return verdict();
}
