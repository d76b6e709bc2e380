// SPDX-License-Identifier: GPL-2.0-or-later
/* A static glibc program starts, uses locale, time zone and user lookups, and ends. */
#include "contract.h"

static void sh(const char *script)
{
    char *args[] = {"busybox", "sh", "-c", (char *)script, NULL};
    char *env[] = {"PATH=/bin", "LC_ALL=C.UTF-8", "TZ=UTC", NULL};

    CHILD(execve("/bin/busybox", args, env));
}

int main(void)
{
    mkdir("/etc", 0755);
    close(file_with("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nuser:x:7:8::/:/bin/sh\n"));
    close(file_with("/etc/group", "root:x:0:\nmany:x:8:user\n"));
    sh("busybox id user");
    sh("busybox whoami");
    sh("busybox date -d @86400 '+%Y-%m-%d %H:%M:%S'");
    sh("busybox stat -c '%U %G %a %s' /etc/passwd");
    sh("busybox printf 'a%5.2fb\\n' 3.14159");
    sh("busybox hostname");
    sh("busybox nproc > /dev/null; echo $?");
    sh("busybox getopt -o a:b -l long -- -b -a x --long y");
    return verdict();
}
