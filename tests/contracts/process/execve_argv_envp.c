// SPDX-License-Identifier: GPL-2.0-or-later
/* Arguments and environment arrive whole, and the errors of execve. */
#include "contract.h"

extern char **environ;
int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "show") == 0) {
        V(argc);
        for (int i = 1; i < argc; i++)
            SAY("[%zu] %.40s", strlen(argv[i]), argv[i]);
        for (char **e = environ; *e; e++)
            SAY("env %s", *e);
        V(argv[argc] == NULL);
        S(argv[0]);
        return 0;
    }
    static char big[100001], huge[140000];
    char *args[] = {"a name", "show", "", "two words", big, NULL};
    char *env[] = {"A=1", "EMPTY=", "=odd", NULL}, *none[] = {NULL};

    memset(big, 'x', sizeof(big) - 1);
    memset(huge, 'y', sizeof(huge) - 1);
    CHILD(execve("/proc/self/exe", args, env));
    CHILD(execve("/proc/self/exe", args, none));
    CHILD(execve("/proc/self/exe", args, NULL));
    args[2] = huge;
    R(execve("/proc/self/exe", args, env));
    args[2] = "";
    R(execve("/none", args, env));
    R(execve("/tmp", args, env));
    close(file_with("/tmp/text", "not a program"));
    R(execve("/tmp/text", args, env));
    R(chmod("/tmp/text", 0755));
    R(execve("/tmp/text", args, env));
    R(execve("/tmp/text/x", args, env));
    R(execve(NULL, args, env));
    char **volatile bad = (char **)8;
    R(execve("/proc/self/exe", bad, env));
    close(file_with("/tmp/empty", ""));
    R(chmod("/tmp/empty", 0755));
    R(execve("/tmp/empty", args, env));
    close(file_with("/tmp/elf", "\177ELF but cut"));
    R(chmod("/tmp/elf", 0755));
    R(execve("/tmp/elf", args, env));
    R(execve("", args, env));
    return verdict();
}
