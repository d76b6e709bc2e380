// SPDX-License-Identifier: GPL-2.0-or-later
/* Pipelines: order, exit codes, a reader that stops early, many stages. */
#include "contract.h"

static void sh(const char *script)
{
    char *args[] = {"busybox", "sh", "-c", (char *)script, NULL}, *env[] = {"PATH=/bin", NULL};

    CHILD(execve("/bin/busybox", args, env));
}

int main(void)
{
    sh("seq 1000 | grep 7 | wc -l");
    sh("seq 100000 | head -n 3");
    sh("yes | head -n 2; echo $?");
    sh("seq 20 | sort -r | tail -n 2 | tr 0-9 a-j");
    sh("echo abc | sed 's/b/[&]/' | tee /tmp/t | md5sum; cat /tmp/t");
    sh("false | true; echo $?; true | false; echo $?");
    sh("seq 50 | cat | cat | cat | cat | cat | cat | cat | awk '{ s += $1 } END { print s }'");
    sh("(echo out; echo err >&2) 2>&1 | sort");
    sh("printf 'b 2\\na 1\\nb 2\\n' | sort | uniq -c | awk '{print $1, $2}'");
    return verdict();
}
