// SPDX-License-Identifier: GPL-2.0-or-later
/* FIFOs, sockets, devices and files by mknod. */
#include "contract.h"

#include <sys/sysmacros.h>

int main(void)
{
    struct stat st;

    R(mknodat(AT_FDCWD, "/tmp/p", S_IFIFO | 0640, 0));
    stat("/tmp/p", &st);
    SAY("%o", st.st_mode);
    R(mknod("/tmp/p", S_IFIFO | 0600, 0));
    R(mknod("/tmp/r", S_IFREG | 0600, 0));
    R(mknod("/tmp/z", 0600, 0));
    stat("/tmp/z", &st);
    SAY("%o", st.st_mode);
    R(mknod("/tmp/s", S_IFSOCK | 0600, 0));
    R(open("/tmp/s", O_RDONLY));
    R(mknod("/tmp/n", S_IFCHR | 0666, makedev(1, 3)));
    stat("/tmp/n", &st);
    SAY("%o %d %d", st.st_mode, major(st.st_rdev), minor(st.st_rdev));
    int fd = open("/tmp/n", O_RDWR);
    R(write(fd, "gone", 4));
    R(read(fd, &st, 4));
    R(mknod("/tmp/d", S_IFDIR | 0700, 0));
    R(mknod("/tmp/b", 0170000 | 0700, 0));
    R(mknod("/tmp/none/p", S_IFIFO, 0));
    R(mknod("/tmp/c", S_IFCHR | 0666, makedev(250, 250)));
    R(open("/tmp/c", O_RDWR));
    CHILD(setuid(1); R(chmod("/tmp", 0777)); R(mknod("/tmp/u", S_IFCHR | 0666, makedev(1, 3))));
    return verdict();
}
