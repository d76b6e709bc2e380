// SPDX-License-Identifier: GPL-2.0-or-later
/* Supplementary groups: set, read, and the errors. */
#include "contract.h"

#include <grp.h>

int main(void)
{
    gid_t in[3] = {10, 30, 20}, out[8] = {0};

    R(setgroups(3, in));
    R(getgroups(0, NULL));
    R(getgroups(8, out));
    SAY("%d %d %d", out[0], out[1], out[2]);
    R(getgroups(2, out));
    R(syscall(SYS_getgroups, -1, out));
    R(syscall(SYS_getgroups, 8, (void *)8));
    R(syscall(SYS_setgroups, 70000, in));
    R(syscall(SYS_setgroups, 3, (void *)8));
    close(file_with("/tmp/f", "x"));
    R(chown("/tmp/f", 0, 20));
    R(chmod("/tmp/f", 0640));
    CHILD(R(setgid(5)); R(setuid(1000)); OK(open("/tmp/f", O_RDONLY)); R(open("/tmp/f", O_RDWR));
          R(setgroups(1, in)); R(getgroups(0, NULL)));
    R(setgroups(0, NULL));
    R(getgroups(0, NULL));
    CHILD(R(setuid(1000)); R(open("/tmp/f", O_RDONLY)));
    return verdict();
}
