// SPDX-License-Identifier: GPL-2.0-or-later
/* Files made, copied, moved, archived, compared and removed. */
#include "contract.h"

static void sh(const char *script)
{
    char *args[] = {"busybox", "sh", "-c", (char *)script, NULL}, *env[] = {"PATH=/bin", NULL};

    CHILD(execve("/bin/busybox", args, env));
}

int main(void)
{
    sh("mkdir -p /tmp/a/b/c; seq 2000 > /tmp/a/b/n; ln -s b/n /tmp/a/l; ls -1R /tmp/a");
    sh("cp -a /tmp/a /tmp/z; cmp /tmp/a/b/n /tmp/z/b/n; echo $?; readlink /tmp/z/l");
    sh("cd /tmp; tar -cf t.tar a; mkdir x; tar -xf t.tar -C x; diff -r a x/a; echo $?");
    sh("gzip -c /tmp/a/b/n | gunzip | md5sum");
    sh("find /tmp/a | sort; find /tmp/a -type f -exec wc -l {} +");
    sh("mv /tmp/x /tmp/y; rm -r /tmp/y /tmp/z; ls /tmp");
    sh("dd if=/dev/zero of=/tmp/d bs=1k count=5 2> /dev/null; wc -c < /tmp/d");
    sh("chmod 640 /tmp/d; stat -c %a /tmp/d; touch -d @100 /tmp/d; stat -c %Y /tmp/d");
    sh("rm /none; rmdir /tmp/a; echo $?");
    return verdict();
}
