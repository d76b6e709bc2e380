// SPDX-License-Identifier: GPL-2.0-or-later
/* The shell: variables, loops, substitutions, functions, traps, exit codes. */
#include "contract.h"

static void sh(const char *script)
{
    char *args[] = {"busybox", "sh", "-c", (char *)script, "name", "one", "two words", NULL};
    char *env[] = {"PATH=/bin", NULL};

    CHILD(execve("/bin/busybox", args, env));
}

int main(void)
{
    sh("echo $# \"$1\" \"$2\" $0");
    sh("x=5; while [ $x -gt 0 ]; do echo $x; x=$((x - 2)); done");
    sh("echo $(echo inner; exit 3) $?; (exit 9); echo $?");
    sh("f() { echo in f $1; return 4; }; f arg; echo $?");
    sh("trap 'echo trapped' USR1; kill -USR1 $$; echo after");
    sh("trap 'echo at exit' EXIT; exit 6");
    sh("cat <<E\nhere $((1 + 1))\nE");
    sh("case abc in a*) echo star;; esac; echo ${x:-default} ${#PATH}");
    sh("kill -TERM $$; sleep 1");
    sh("set -e; false; echo never");
    sh("echo a > /tmp/x; echo b >> /tmp/x; read l < /tmp/x; echo $l; ls /tmp");
    sh("exec 5> /tmp/y; echo five >&5; cat /tmp/y; exec 5>&-; echo no >&5");
    sh("umask; cd /tmp; pwd; cd /none; echo $?");
    return verdict();
}
