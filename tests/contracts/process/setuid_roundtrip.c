// SPDX-License-Identifier: GPL-2.0-or-later
/* A set-uid program gets its owner's effective id, unless no_new_privs stands. */
#include "contract.h"

#include <sys/prctl.h>

static void copy_self(const char *to, mode_t mode, uid_t uid)
{
    static char bytes[1 << 20];
    int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    ssize_t n = read(in, bytes, sizeof(bytes));

    CHECK(n > 0 && write(out, bytes, (size_t)n) == n);
    CHECK(fchown(out, uid, uid) == 0 && fchmod(out, mode) == 0);
    close(in);
    close(out);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        uid_t r, e, s;
        gid_t gr, ge, gs;

        CHECK(getresuid(&r, &e, &s) == 0 && getresgid(&gr, &ge, &gs) == 0);
        SAY("%s: uid %d %d %d gid %d %d %d", argv[1], r, e, s, gr, ge, gs);
        R(setuid(1000));
        R(seteuid(50));
        SAY("%d %d", getuid(), geteuid());
        return 0;
    }
    char *args[] = {"x", "setuid", NULL}, *env[] = {NULL};

    copy_self("/tmp/s", 04755, 50);
    copy_self("/tmp/g", 02755, 50);
    copy_self("/tmp/n", 0755, 50);
    CHILD(setgid(1000); setuid(1000); args[1] = "setuid"; execve("/tmp/s", args, env));
    CHILD(setgid(1000); setuid(1000); args[1] = "setgid"; execve("/tmp/g", args, env));
    CHILD(setgid(1000); setuid(1000); args[1] = "plain"; execve("/tmp/n", args, env));
    CHILD(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); setgid(1000); setuid(1000); args[1] = "no new";
          execve("/tmp/s", args, env));
    return verdict();
}
