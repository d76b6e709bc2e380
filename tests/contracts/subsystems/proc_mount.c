// SPDX-License-Identifier: GPL-2.0-or-later
/* Mounting proc a second time, and what an unmounted one leaves. */
#include "contract.h"

#include <sys/mount.h>

int main(void)
{
    R(mkdir("/tmp/p", 0755));
    R(mount("proc", "/tmp/p", "proc", 0, NULL));
    R(access("/tmp/p/self/stat", R_OK));
    R(access("/tmp/p/1", F_OK));
    R(umount("/tmp/p"));
    R(access("/tmp/p/self", F_OK));
    R(umount("/tmp/p"));
    return verdict();
}
