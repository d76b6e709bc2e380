// SPDX-License-Identifier: GPL-2.0-or-later
/* Replacing, moving directories, what cannot be renamed, and renameat2. */
#include "contract.h"

int main(void)
{
    int fd;
    char c[5] = {0};

    fd = file_with("/tmp/a", "aaaa");
    close(file_with("/tmp/b", "bbbb"));
    R(rename("/tmp/a", "/tmp/b"));
    S(text_of("/tmp/b"));
    R(access("/tmp/a", F_OK));
    R(read(fd, c, 4));
    R(rename("/tmp/none", "/tmp/x"));
    R(rename("/tmp/b", "/tmp/b"));
    R(mkdir("/tmp/d", 0755));
    R(mkdir("/tmp/d/e", 0755));
    R(mkdir("/tmp/full", 0755));
    close(file_with("/tmp/full/x", ""));
    R(rename("/tmp/b", "/tmp/d"));
    R(rename("/tmp/d", "/tmp/b"));
    R(rename("/tmp/d", "/tmp/d/e/f"));
    R(rename("/tmp/d", "/tmp/full"));
    R(rename("/tmp/full", "/tmp/d/e"));
    R(access("/tmp/d/e/x", F_OK));
    R(rename("/tmp/d/.", "/tmp/q"));
    R(rename("/tmp/b", "/proc/b"));
    R(link("/tmp/b", "/tmp/h"));
    R(rename("/tmp/b", "/tmp/h"));
    R(access("/tmp/b", F_OK));
    close(file_with("/tmp/c", "cccc"));
    R(syscall(SYS_renameat2, AT_FDCWD, "/tmp/b", AT_FDCWD, "/tmp/c", 1));
    R(syscall(SYS_renameat2, AT_FDCWD, "/tmp/b", AT_FDCWD, "/tmp/c", 2));
    S(text_of("/tmp/b"));
    S(text_of("/tmp/c"));
    R(syscall(SYS_renameat2, AT_FDCWD, "/tmp/b", AT_FDCWD, "/tmp/c", 3));
    R(syscall(SYS_renameat2, AT_FDCWD, "/tmp/b", AT_FDCWD, "/tmp/none", 2));
    R(unlink("/tmp/d"));
    R(unlink("/tmp/none"));
    R(unlink("/tmp/b/x"));
    R(unlink("/tmp/b/"));
    R(unlink(""));
    R(unlink("/proc/version"));
    R(chmod("/tmp", 01777));
    R(chown("/tmp/b", 8, 8));
    CHILD(setuid(5); R(unlink("/tmp/b")); R(rename("/tmp/b", "/tmp/mine")));
    CHILD(setuid(8); R(unlink("/tmp/b")));
    return verdict();
}
