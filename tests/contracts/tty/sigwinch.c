// SPDX-License-Identifier: GPL-2.0-or-later
/* A new window size tells the foreground group, once; the same size again tells nobody. */
#include "pty.h"

static volatile int got;

static void on_winch(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    got++;
    SAY("SIGWINCH code %d", info->si_code);
}

int main(void)
{
    struct winsize size = {.ws_row = 5, .ws_col = 6, .ws_xpixel = 7, .ws_ypixel = 8}, now;

    open_pair(0);
    CHILD(
        CHECK(setsid() > 0); on_signal(SIGWINCH, on_winch, 0); R(ioctl(slave, TIOCSCTTY, 0));
        R(ioctl(slave, TIOCGWINSZ, &now)); SAY("%d %d", now.ws_row, now.ws_col);
        R(ioctl(master, TIOCSWINSZ, &size)); R(ioctl(master, TIOCSWINSZ, &size)); V(got);
        R(ioctl(slave, TIOCGWINSZ, &now));
        SAY("%d %d %d %d", now.ws_row, now.ws_col, now.ws_xpixel, now.ws_ypixel); size.ws_row = 9;
        R(ioctl(slave, TIOCSWINSZ, &size)); V(got);
        R(ioctl(slave, TIOCSWINSZ, (void *)8)));
    return verdict();
}
