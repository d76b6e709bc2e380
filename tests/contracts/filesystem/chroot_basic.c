// SPDX-License-Identifier: GPL-2.0-or-later
/* A new root binds absolute paths and dot-dot, not open descriptors. */
#include "contract.h"

int main(void)
{
    char cwd[64];

    R(mkdir("/tmp/r", 0755));
    R(mkdir("/tmp/r/sub", 0755));
    close(file_with("/tmp/r/inside", "x"));
    close(file_with("/tmp/outside", "x"));
    int out = open("/tmp", O_RDONLY);
    R(chroot("/tmp/outside"));
    R(chroot("/tmp/none"));
    CHILD(setuid(1); R(chroot("/tmp/r")));
    R(chroot("/tmp/r"));
    R(access("/inside", F_OK));
    R(access("/tmp", F_OK));
    R(chdir("/"));
    S(getcwd(cwd, sizeof(cwd)));
    R(access("../../inside", F_OK));
    R(chdir("/sub"));
    R(chdir("../.."));
    S(getcwd(cwd, sizeof(cwd)));
    R(openat(out, "outside", O_RDONLY));
    R(symlink("/inside", "/link"));
    OK(open("/link", O_RDONLY));
    R(fchdir(out));
    R(access("outside", F_OK));
    V(syscall(SYS_getcwd, cwd, sizeof(cwd)));
    S(cwd);
    return verdict();
}
