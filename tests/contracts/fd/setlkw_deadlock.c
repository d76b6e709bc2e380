// SPDX-License-Identifier: GPL-2.0-or-later
/* F_SETLKW that would close a circle of waiters is refused; F_OFD_SETLKW is not looked at. */
#include "contract.h"

static int lock(int fd, int cmd, short type, off_t start)
{
    struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};

    return fcntl(fd, cmd, &l);
}

static int set(int fd, short type, off_t start)
{
    return lock(fd, F_SETLK, type, start);
}

static int waits(int fd, short type, off_t start)
{
    return lock(fd, F_SETLKW, type, start);
}

/* A child that holds `own`, then waits for `want`, then tells how that ended. */
static pid_t holder(off_t own, off_t want)
{
    pid_t p = fork();

    if (p == 0) {
        int fd = open("/tmp/f", O_RDWR);

        CHECK(set(fd, F_WRLCK, own) == 0);
        sleep_ms(30);
        _exit(waits(fd, F_WRLCK, want) ? errno : 0);
    }
    return p;
}

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789");
    pid_t a, b;

    R(set(fd, F_WRLCK, 0));
    a = holder(1, 0);
    sleep_ms(60);
    R(set(fd, F_WRLCK, 1));
    R(waits(fd, F_WRLCK, 1));
    R(waits(fd, F_RDLCK, 1));
    R(waits(fd, F_WRLCK, 2));
    R(set(fd, F_UNLCK, 0));
    show_status("two", reap(a));
    R(waits(fd, F_WRLCK, 1));
    R(set(fd, F_UNLCK, 1));
    R(set(fd, F_UNLCK, 2));

    R(set(fd, F_WRLCK, 0));
    a = holder(1, 0);
    b = holder(2, 1);
    sleep_ms(60);
    R(waits(fd, F_WRLCK, 2));
    R(set(fd, F_UNLCK, 0));
    show_status("three, first", reap(a));
    show_status("three, second", reap(b));

    R(set(fd, F_WRLCK, 0));
    a = fork();
    if (a == 0) { /* an OFD lock belongs to nobody who could wait */
        int other = open("/tmp/f", O_RDWR);

        CHECK(lock(other, F_OFD_SETLK, F_WRLCK, 1) == 0);
        sleep_ms(30);
        _exit(lock(other, F_OFD_SETLKW, F_WRLCK, 0) ? errno : 0);
    }
    sleep_ms(60);
    signal(SIGALRM, SIG_IGN);
    R(set(fd, F_WRLCK, 1));
    R(set(fd, F_UNLCK, 0));
    show_status("ofd", reap(a));
    return verdict();
}
