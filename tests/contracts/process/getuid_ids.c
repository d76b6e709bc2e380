// SPDX-License-Identifier: GPL-2.0-or-later
/* Ids as root, and what a file's owner is under another effective id. */
#include "contract.h"

int main(void)
{
    struct stat st;

    SAY("%d %d %d %d", getuid(), geteuid(), getgid(), getegid());
    R(chmod("/tmp", 0777));
    CHILD(R(setegid(7)); R(seteuid(5)); close(file_with("/tmp/f", "x"));
          CHECK(stat("/tmp/f", &st) == 0); SAY("%d %d", st.st_uid, st.st_gid);
          R(setuid(0)); SAY("%d %d", getuid(), geteuid()));
    CHILD(R(setgid(100)); R(setuid(100));
          SAY("%d %d %d %d", getuid(), geteuid(), getgid(), getegid());
          R(setuid(0)); R(setgid(0)); R(chown("/tmp/f", 100, 100)); R(open("/tmp/f", O_WRONLY));
          R(kill(1, 0)); R(setpriority(PRIO_PROCESS, 0, -1)); R(chroot("/tmp")));
    return verdict();
}
