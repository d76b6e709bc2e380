// SPDX-License-Identifier: GPL-2.0-or-later
/* What each flag of open does, together and on each kind of file. */
#include "contract.h"

int main(void)
{
    char path[5000];
    int fd;

    R(open("/tmp/none", O_RDONLY));
    fd = (int)R(open("/tmp/f", O_CREAT | O_EXCL | O_RDWR, 0644));
    R(write(fd, "0123456789", 10));
    R(open("/tmp/f", O_CREAT | O_EXCL | O_RDWR, 0644));
    R(lseek(open("/tmp/f", O_RDWR), 0, SEEK_END));
    R(open("/tmp/f", O_DIRECTORY));
    R(open("/tmp", O_RDWR));
    R(open("/tmp", O_CREAT | O_RDONLY, 0644));
    R(open("/tmp/new/", O_CREAT | O_RDWR, 0644));
    R(open("/tmp/f/", O_RDONLY));
    R(symlink("/tmp/f", "/tmp/l"));
    R(symlink("/tmp/made", "/tmp/m"));
    R(symlink("/tmp/loop", "/tmp/loop"));
    R(open("/tmp/l", O_RDONLY | O_NOFOLLOW));
    R(open("/tmp/l", O_RDONLY | O_NOFOLLOW | O_PATH) > 0);
    R(open("/tmp/m", O_CREAT | O_EXCL | O_RDWR, 0644));
    R(open("/tmp/m", O_CREAT | O_RDWR, 0644) > 0);
    R(access("/tmp/made", F_OK));
    R(open("/tmp/loop", O_RDONLY));
    R(lseek(open("/tmp/f", O_WRONLY | O_TRUNC), 0, SEEK_END));
    R(open("/tmp/f", O_RDONLY | O_TMPFILE, 0600));
    R(open("/tmp", O_RDONLY | O_TMPFILE, 0600));
    R(open("/tmp", O_WRONLY | O_DIRECTORY | O_CREAT, 0600));
    fd = open("/tmp/f", O_RDWR | O_APPEND | O_CLOEXEC);
    R(fcntl(fd, F_GETFD));
    R(open("", O_RDONLY));
    memset(path, 'x', sizeof(path));
    path[4999] = '\0';
    R(open(path, O_RDONLY));
    path[4095] = '\0';
    R(open(path, O_RDONLY));
    memset(path, '/', 4000);
    strcpy(path + 4000, "tmp/f");
    R(open(path, O_RDONLY) > 0);
    R(openat(99, "x", O_RDONLY));
    R(open("/dev/none", O_RDONLY));
    R(open("/tmp/f/../f", O_RDONLY));
    R(open("/tmp/f", 3) > 0);
    return verdict();
}
