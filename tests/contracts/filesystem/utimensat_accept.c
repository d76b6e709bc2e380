// SPDX-License-Identifier: GPL-2.0-or-later
/* Setting times: now, omit, exact, by path and descriptor; who may. */
#include "contract.h"

static void show(const char *path)
{
    struct stat st;

    CHECK(lstat(path, &st) == 0);
    if (st.st_atim.tv_sec < 1000000)
        SAY("atime %lld.%09ld", (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec);
    else
        SAY("atime recent");
    if (st.st_mtim.tv_sec < 1000000)
        SAY("mtime %lld.%09ld", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    else
        SAY("mtime recent");
}

int main(void)
{
    struct timespec t[2] = {{100, 5}, {200, 999999999}};
    int fd = file_with("/tmp/f", "x");

    R(utimensat(AT_FDCWD, "/tmp/f", t, 0));
    show("/tmp/f");
    t[0].tv_nsec = UTIME_OMIT;
    t[1] = (struct timespec){300, 0};
    R(futimens(fd, t));
    show("/tmp/f");
    t[0].tv_nsec = UTIME_NOW;
    t[1].tv_nsec = UTIME_OMIT;
    R(utimensat(AT_FDCWD, "/tmp/f", t, 0));
    show("/tmp/f");
    R(utimensat(AT_FDCWD, "/tmp/f", NULL, 0));
    show("/tmp/f");
    t[0] = (struct timespec){1, 1000000000};
    R(utimensat(AT_FDCWD, "/tmp/f", t, 0));
    t[0] = t[1] = (struct timespec){7, 7};
    R(symlink("f", "/tmp/l"));
    R(utimensat(AT_FDCWD, "/tmp/l", t, AT_SYMLINK_NOFOLLOW));
    show("/tmp/l");
    show("/tmp/f");
    R(utimensat(AT_FDCWD, "/none", t, 0));
    R(syscall(SYS_utimensat, 99, NULL, t, 0));
    R(utimensat(AT_FDCWD, "/tmp/f", t, 0x1));
    R(syscall(SYS_utimensat, AT_FDCWD, "/tmp/f", (void *)8, 0));
    CHILD(setuid(4); R(utimensat(AT_FDCWD, "/tmp/f", t, 0));
          R(utimensat(AT_FDCWD, "/tmp/f", NULL, 0)));
    R(chmod("/tmp/f", 0666));
    CHILD(setuid(4); R(utimensat(AT_FDCWD, "/tmp/f", t, 0));
          R(utimensat(AT_FDCWD, "/tmp/f", NULL, 0)));
    t[0].tv_nsec = t[1].tv_nsec = UTIME_OMIT;
    R(utimensat(AT_FDCWD, "/tmp/f", t, 0));
    return verdict();
}
