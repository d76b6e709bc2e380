// SPDX-License-Identifier: GPL-2.0-or-later
/* O_ASYNC on pipes: which signal each change sends, with which siginfo, and to whom. */
#include "contract.h"

#include <sys/ioctl.h>

static volatile int signals, code, fd, band;

static void heard(int signo, siginfo_t *info, void *context)
{
    (void)context;
    signals = signals * 100 + signo;
    code = info->si_code;
    if (info->si_code > 0 && info->si_code <= 6) {
        fd = info->si_fd;
        band = (int)info->si_band;
    } else {
        fd = band = -1;
    }
}

static void tell(const char *when)
{
    SAY("%s: signals %d code %d band %#x fd %d", when, signals, code, band, fd);
    signals = code = fd = band = 0;
}

int main(void)
{
    struct sigaction act = {.sa_sigaction = heard, .sa_flags = SA_SIGINFO};
    struct f_owner_ex owner;
    int p[2], on = 1;
    char c;

    CHECK(!pipe(p) && p[0] < 10);
    sigaction(SIGIO, &act, NULL);
    sigaction(SIGUSR1, &act, NULL);
    sigaction(SIGRTMIN + 2, &act, NULL);
    V(fcntl(p[0], F_GETOWN));
    V(fcntl(p[0], F_GETSIG));
    R(fcntl(p[0], F_SETFL, O_ASYNC));
    X(fcntl(p[0], F_GETFL) & O_ASYNC);
    R(write(p[1], "a", 1));
    tell("no owner");
    R(fcntl(p[0], F_SETOWN, getpid()));
    SAY("own: %d", fcntl(p[0], F_GETOWN) == getpid());
    R(write(p[1], "a", 1));
    tell("write");
    R(write(p[1], "a", 1));
    tell("write again");
    R(read(p[0], &c, 1));
    tell("read by the reader");
    R(fcntl(p[0], F_SETSIG, SIGRTMIN + 2));
    SAY("sig: %d", fcntl(p[0], F_GETSIG) == SIGRTMIN + 2);
    R(write(p[1], "a", 1));
    tell("real-time");
    R(fcntl(p[0], F_SETSIG, SIGUSR1));
    R(write(p[1], "a", 1));
    tell("SIGUSR1");
    R(fcntl(p[0], F_SETSIG, SIGIO));
    R(write(p[1], "a", 1));
    tell("SIGIO by name");
    R(fcntl(p[0], F_SETSIG, 65));
    R(fcntl(p[0], F_SETSIG, 0));

    R(fcntl(p[1], F_SETOWN, getpid()));
    R(ioctl(p[1], FIOASYNC, &on));
    X(fcntl(p[1], F_GETFL) & (O_ASYNC | O_ACCMODE));
    R(fcntl(p[1], F_SETSIG, SIGRTMIN + 2));
    R(fcntl(p[0], F_SETFL, 0));
    R(read(p[0], &c, 1));
    tell("read, the writer hears");
    R(close(p[0]));
    tell("no reader");
    on = 0;
    R(ioctl(p[1], FIOASYNC, &on));
    X(fcntl(p[1], F_GETFL) & O_ASYNC);

    owner = (struct f_owner_ex){F_OWNER_PGRP, getpgrp()};
    R(fcntl(p[1], F_SETOWN_EX, &owner));
    SAY("group: %d", fcntl(p[1], F_GETOWN_EX, &owner) == 0 && owner.type == F_OWNER_PGRP &&
                         owner.pid == getpgrp());
    owner = (struct f_owner_ex){F_OWNER_TID, gettid()};
    R(fcntl(p[1], F_SETOWN_EX, &owner));
    owner.type = 3;
    R(fcntl(p[1], F_SETOWN_EX, &owner));
    owner = (struct f_owner_ex){F_OWNER_PID, 0x3ffffff};
    R(fcntl(p[1], F_SETOWN_EX, &owner));
    R(fcntl(p[1], F_SETOWN, 0x3ffffff));
    R(fcntl(p[1], F_SETOWN, 0));
    V(fcntl(p[1], F_GETOWN));
    int f = file_with("/tmp/f", "x");
    R(ioctl(f, FIOASYNC, &on));
    on = 1;
    R(ioctl(f, FIOASYNC, &on));
    R(fcntl(f, F_SETFL, O_ASYNC));
    X(fcntl(f, F_GETFL) & O_ASYNC);
    return verdict();
}
