// SPDX-License-Identifier: GPL-2.0-or-later
/* A program by descriptor, by directory, and with AT_EMPTY_PATH. */
#include "contract.h"

int main(int argc, char **argv)
{
    char *args[] = {"x", "y", NULL}, *env[] = {NULL};
    int self, dir;

    if (argc > 1) {
        SAY("started with %s", argv[1]);
        return 0;
    }
    self = open("/proc/self/exe", O_RDONLY);
    dir = open("/proc/self", O_RDONLY | O_DIRECTORY);
    CHILD(syscall(SYS_execveat, self, "", args, env, AT_EMPTY_PATH));
    CHILD(syscall(SYS_execveat, dir, "exe", args, env, 0));
    CHILD(syscall(SYS_execveat, 99, "/proc/self/exe", args, env, 0));
    R(syscall(SYS_execveat, dir, "exe", args, env, AT_SYMLINK_NOFOLLOW));
    R(syscall(SYS_execveat, self, "", args, env, 0));
    R(syscall(SYS_execveat, 99, "exe", args, env, 0));
    R(syscall(SYS_execveat, self, "exe", args, env, 0));
    R(syscall(SYS_execveat, dir, "exe", args, env, 0x40000));
    R(syscall(SYS_execveat, dir, "", args, env, AT_EMPTY_PATH));
    return verdict();
}
