// SPDX-License-Identifier: GPL-2.0-or-later
/* The current directory across changes, links, renames; errors. */
#include "contract.h"

int main(void)
{
    char cwd[300], name[300];

    S(getcwd(cwd, sizeof(cwd)));
    V(syscall(SYS_getcwd, cwd, sizeof(cwd)));
    R(mkdir("/tmp/a", 0755));
    R(mkdir("/tmp/a/b", 0755));
    R(chdir("/tmp/a/b"));
    V(syscall(SYS_getcwd, cwd, sizeof(cwd)));
    S(cwd);
    R(syscall(SYS_getcwd, cwd, 5));
    R(syscall(SYS_getcwd, (void *)8, 100));
    R(chdir(".."));
    S(getcwd(cwd, sizeof(cwd)));
    R(symlink("/tmp/a/b", "/tmp/l"));
    R(chdir("/tmp/l"));
    S(getcwd(cwd, sizeof(cwd)));
    R(rename("/tmp/a", "/tmp/z"));
    S(getcwd(cwd, sizeof(cwd)));
    R(chdir("/none"));
    close(file_with("/tmp/f", ""));
    R(chdir("/tmp/f"));
    R(chdir(""));
    memset(name, 'n', 299);
    name[256] = '\0';
    R(chdir(name));
    CHILD(R(chdir("/")));
    S(getcwd(cwd, sizeof(cwd)));
    R(chdir("/../..//tmp/./z/"));
    S(getcwd(cwd, sizeof(cwd)));
    return verdict();
}
