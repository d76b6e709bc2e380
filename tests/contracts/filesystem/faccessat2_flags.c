// SPDX-License-Identifier: GPL-2.0-or-later
/* faccessat2: effective ids, links, an empty path. */
#include "contract.h"

#include <sys/syscall.h>

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

static int access2(int dir, const char *path, int mode, int flags)
{
    return (int)syscall(SYS_faccessat2, dir, path, mode, flags);
}

int main(void)
{
    int fd;

    chdir("/tmp");
    fd = file_with("f", "x");
    R(fchmod(fd, 0600));
    R(symlink("f", "l"));
    R(symlink("none", "dangling"));
    R(access2(AT_FDCWD, "f", R_OK | W_OK, 0));
    R(access2(AT_FDCWD, "f", X_OK, 0));
    R(access2(AT_FDCWD, "l", F_OK, AT_SYMLINK_NOFOLLOW));
    R(access2(AT_FDCWD, "dangling", F_OK, 0));
    R(access2(AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW));
    R(access2(fd, "", R_OK, AT_EMPTY_PATH));
    R(access2(fd, "", R_OK, 0));
    R(access2(99, "", R_OK, AT_EMPTY_PATH));
    R(access2(AT_FDCWD, "f", 8, 0));
    R(access2(AT_FDCWD, "f", R_OK, 0x8000));
    CHILD(CHECK(!setresuid(1000, 0, 0)); R(access2(AT_FDCWD, "f", R_OK, 0));
          R(access2(AT_FDCWD, "f", R_OK, AT_EACCESS)));
    CHILD(CHECK(!setresuid(0, 1000, 0)); R(access2(AT_FDCWD, "f", R_OK, 0));
          R(access2(AT_FDCWD, "f", R_OK, AT_EACCESS)));
    return verdict();
}
