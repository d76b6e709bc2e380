// SPDX-License-Identifier: GPL-2.0-or-later
/* O_ASYNC on a terminal: a line, a key in raw mode, and who is told where nobody was named. */
#include "contract.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

static volatile int signals, code, band;

static void heard(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    signals++;
    code = info->si_code;
    band = info->si_code > 0 && info->si_code <= 6 ? (int)info->si_band : 0;
}

static void tell(const char *when)
{
    sleep_ms(20);
    SAY("%s: %s code %d band %#x", when, signals ? "signal" : "nothing", code, band);
    signals = code = band = 0;
}

int main(void)
{
    struct sigaction act = {.sa_sigaction = heard, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct termios t;
    char buf[16];
    int m, s;

    sigaction(SIGIO, &act, NULL);
    CHECK((m = posix_openpt(O_RDWR | O_NOCTTY)) >= 0 && !grantpt(m) && !unlockpt(m));
    CHECK((s = open(ptsname(m), O_RDWR | O_NOCTTY)) >= 0);
    V(fcntl(s, F_GETOWN));
    R(fcntl(s, F_SETFL, O_ASYNC | O_NONBLOCK));
    SAY("the caller: %d", fcntl(s, F_GETOWN) == getpid());
    R(write(m, "ab", 2));
    tell("half a line");
    R(write(m, "c\n", 2));
    tell("a line");
    R(read(s, buf, sizeof(buf)));
    tell("read");
    CHECK(!tcgetattr(s, &t));
    t.c_lflag &= ~(unsigned)(ICANON | ECHO);
    CHECK(!tcsetattr(s, TCSANOW, &t));
    signals = 0;
    R(fcntl(s, F_SETSIG, SIGIO));
    R(write(m, "k", 1));
    tell("a key");
    R(fcntl(s, F_SETFL, 0));
    R(write(m, "k", 1));
    tell("off");
    R(fcntl(m, F_SETFL, O_ASYNC | O_NONBLOCK));
    SAY("the master's: %d", fcntl(m, F_GETOWN) == getpid());
    signals = 0;
    R(write(s, "out", 3));
    tell("output, the master hears");
    return verdict();
}
