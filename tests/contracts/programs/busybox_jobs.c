// SPDX-License-Identifier: GPL-2.0-or-later
/* Background jobs, waiting, signals and process groups from a shell. */
#include "contract.h"

static void sh(const char *script)
{
    char *args[] = {"busybox", "sh", "-c", (char *)script, NULL}, *env[] = {"PATH=/bin", NULL};

    CHILD(execve("/bin/busybox", args, env));
}

int main(void)
{
    sh("(sleep 0.2; echo late) & echo early; wait; echo done");
    sh("(exit 3) & a=$!; (exit 4) & b=$!; wait $b; echo $?; wait $a; echo $?");
    sh("sleep 10 & kill -STOP $!; kill -CONT $!; kill -KILL $!; wait $!; echo $?");
    sh("timeout 0.2 sleep 5; echo $?");
    sh("nice -n 5 nice");
    sh("i=0; while [ $i -lt 30 ]; do (exit $i) & i=$((i + 1)); done; wait; echo all");
    return verdict();
}
