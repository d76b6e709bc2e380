// SPDX-License-Identifier: GPL-2.0-or-later
/* Small programs of busybox, by applet. */
#include "contract.h"

#define BUSYBOX(...)                                                                               \
    do {                                                                                           \
        char *args[] = {"busybox", __VA_ARGS__, NULL}, *env[] = {"PATH=/bin", "A=b", NULL};        \
        CHILD(execve("/bin/busybox", args, env));                                                  \
    } while (0)

int main(void)
{
    BUSYBOX("true");
    BUSYBOX("false");
    BUSYBOX("echo", "two  words", "x");
    BUSYBOX("printf", "%d-%s-%x\\n", "10", "s", "255");
    BUSYBOX("expr", "6", "*", "7");
    BUSYBOX("basename", "/a/b.c", ".c");
    BUSYBOX("env");
    BUSYBOX("seq", "3");
    BUSYBOX("test", "-d", "/tmp");
    BUSYBOX("test", "-f", "/tmp");
    BUSYBOX("cat", "/none");
    BUSYBOX("sleep", "0");
    BUSYBOX("id", "-u");
    BUSYBOX("uname", "-s");
    BUSYBOX("nonesuch");
    return verdict();
}
