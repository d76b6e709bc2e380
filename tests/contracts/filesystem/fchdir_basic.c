// SPDX-License-Identifier: GPL-2.0-or-later
/* Changing to an open directory. */
#include "contract.h"

int main(void)
{
    char cwd[64];

    R(mkdir("/tmp/d", 0755));
    int d = open("/tmp/d", O_RDONLY), f = file_with("/tmp/f", "");
    R(fchdir(d));
    S(getcwd(cwd, sizeof(cwd)));
    R(fchdir(f));
    R(fchdir(99));
    R(fchdir(open("/", O_PATH)));
    S(getcwd(cwd, sizeof(cwd)));
    R(chmod("/tmp/d", 0600));
    CHILD(setuid(1); R(fchdir(d)));
    R(chdir("/tmp/d"));
    R(rmdir("/tmp/d"));
    R(syscall(SYS_getcwd, cwd, sizeof(cwd)));
    R(open(".", O_RDONLY) >= 0);
    R(open("x", O_CREAT | O_WRONLY, 0644));
    R(chdir(".."));
    S(getcwd(cwd, sizeof(cwd)));
    return verdict();
}
