// SPDX-License-Identifier: GPL-2.0-or-later
/* fcntl locks: conflicts between processes, splitting, release at close, F_GETLK. */
#include "contract.h"

static int lock(int fd, int cmd, int type, off_t from, off_t len)
{
    struct flock l = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = from, .l_len = len};
    int r = fcntl(fd, cmd, &l);

    if (r == 0 && cmd == F_GETLK)
        SAY("type %d from %lld len %lld", l.l_type, (long long)l.l_start, (long long)l.l_len);
    return r;
}

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), e = open("/tmp/f", O_RDWR);

    R(lock(fd, F_SETLK, F_WRLCK, 2, 4));
    R(lock(e, F_SETLK, F_WRLCK, 0, 10));
    CHILD(R(lock(fd, F_GETLK, F_RDLCK, 0, 0)); R(lock(fd, F_SETLK, F_RDLCK, 0, 1)));
    R(lock(fd, F_SETLK, F_UNLCK, 4, 2));
    R(lock(fd, F_SETLK, F_RDLCK, 0, 2));
    CHILD(R(lock(fd, F_GETLK, F_WRLCK, 0, 0)); R(lock(fd, F_SETLK, F_RDLCK, 0, 2));
          R(lock(fd, F_SETLK, F_WRLCK, 4, 2)); R(lock(fd, F_SETLK, F_WRLCK, 6, 1)));
    R(lock(fd, F_GETLK, F_WRLCK, 0, 0));
    pid_t p = fork();
    if (p == 0) {
        R(lock(fd, F_SETLKW, F_WRLCK, 2, 1));
        _exit(0);
    }
    sleep_ms(50);
    R(lock(fd, F_SETLK, F_UNLCK, 0, 0));
    show_status("child", reap(p));
    R(lock(fd, F_SETLK, F_WRLCK, 0, 5));
    R(close(e));
    CHILD(R(lock(fd, F_SETLK, F_WRLCK, 0, 5)));
    R(lock(fd, F_SETLK, 99, 0, 5));
    R(lock(fd, F_SETLK, F_WRLCK, -1, 5));
    R(lock(open("/tmp/f", O_RDONLY), F_SETLK, F_WRLCK, 0, 5));
    R(lock(open("/tmp/f", O_WRONLY), F_SETLK, F_RDLCK, 0, 5));
    return verdict();
}
