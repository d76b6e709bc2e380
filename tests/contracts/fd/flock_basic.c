// SPDX-License-Identifier: GPL-2.0-or-later
/* Shared and exclusive locks of open files, among processes. */
#include "contract.h"

#include <sys/file.h>

int main(void)
{
    int a = file_with("/tmp/f", "x"), b = open("/tmp/f", O_RDWR), d = dup(a);

    R(flock(a, LOCK_EX));
    R(flock(b, LOCK_SH | LOCK_NB));
    R(flock(d, LOCK_EX | LOCK_NB));
    R(flock(a, LOCK_SH));
    R(flock(b, LOCK_SH | LOCK_NB));
    R(flock(b, LOCK_EX | LOCK_NB));
    R(flock(d, LOCK_UN));
    R(flock(b, LOCK_EX | LOCK_NB));
    CHILD(R(flock(b, LOCK_EX | LOCK_NB)); int c = open("/tmp/f", O_RDONLY);
          R(flock(c, LOCK_SH | LOCK_NB)));
    R(flock(b, LOCK_UN));
    pid_t p = fork();
    if (p == 0) {
        int c = open("/tmp/f", O_RDONLY);
        R(flock(c, LOCK_EX));
        sleep_ms(50);
        _exit(0);
    }
    sleep_ms(20);
    R(flock(a, LOCK_SH | LOCK_NB));
    R(flock(a, LOCK_SH));
    show_status("child", reap(p));
    R(flock(a, 0));
    R(flock(a, 0x40));
    R(flock(99, LOCK_SH));
    R(close(a));
    R(close(d));
    R(flock(b, LOCK_EX | LOCK_NB));
    return verdict();
}
