// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a named pipe: blocking, not blocking, both ends. */
#include "contract.h"

int main(void)
{
    char b[8] = {0};
    int r, w;

    R(mkfifo("/tmp/p", 0600));
    R(open("/tmp/p", O_WRONLY | O_NONBLOCK));
    r = (int)R(open("/tmp/p", O_RDONLY | O_NONBLOCK));
    R(read(r, b, 1));
    w = (int)R(open("/tmp/p", O_WRONLY | O_NONBLOCK));
    R(read(r, b, 1));
    R(write(w, "abc", 3));
    R(read(r, b, 8));
    R(close(w));
    R(read(r, b, 8));
    R(close(r));
    r = (int)R(open("/tmp/p", O_RDWR));
    R(write(r, "x", 1));
    R(read(r, b, 1));
    R(close(r));
    pid_t p = fork();
    if (p == 0) {
        w = open("/tmp/p", O_WRONLY);
        _exit(write(w, "from the child", 14) != 14);
    }
    r = open("/tmp/p", O_RDONLY);
    R(read(r, b, 4));
    show_status("writer", reap(p));
    R(lseek(r, 0, SEEK_SET));
    R(mkfifo("/tmp/p", 0600));
    return verdict();
}
