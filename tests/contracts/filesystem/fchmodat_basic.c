// SPDX-License-Identifier: GPL-2.0-or-later
/* Modes by path and directory. */
#include "contract.h"

int main(void)
{
    struct stat st;

    R(mkdir("/tmp/d", 0755));
    int d = open("/tmp/d", O_RDONLY);
    close(file_with("/tmp/d/f", ""));
    R(syscall(SYS_fchmodat, d, "f", 0611));
    R(syscall(SYS_fchmodat, 99, "f", 0611));
    R(syscall(SYS_fchmodat, 99, "/tmp/d/f", 0622));
    R(syscall(SYS_fchmodat, d, "none", 0611));
    R(syscall(SYS_fchmodat, d, "", 0611));
    R(syscall(SYS_fchmodat, AT_FDCWD, "/tmp/d/f/x", 0611));
    R(symlink("f", "/tmp/d/l"));
    R(syscall(SYS_fchmodat, d, "l", 0633));
    fstatat(d, "f", &st, 0);
    SAY("%o", st.st_mode);
    return verdict();
}
