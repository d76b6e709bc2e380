// SPDX-License-Identifier: GPL-2.0-or-later
/* Mounting over a directory, flags, and taking it away. */
#include "contract.h"

#include <sys/mount.h>

int main(void)
{
    R(mkdir("/tmp/m", 0755));
    close(file_with("/tmp/m/below", ""));
    R(mount("none", "/tmp/m", "tmpfs", 0, "mode=700"));
    R(access("/tmp/m/below", F_OK));
    close(file_with("/tmp/m/above", "x"));
    struct stat st;
    stat("/tmp/m", &st);
    SAY("%o", st.st_mode);
    R(rmdir("/tmp/m"));
    R(rename("/tmp/m/above", "/tmp/above"));
    R(link("/tmp/m/above", "/tmp/above"));
    int fd = open("/tmp/m/above", O_RDONLY);
    R(umount("/tmp/m"));
    R(close(fd));
    R(umount("/tmp/m"));
    R(access("/tmp/m/below", F_OK));
    R(umount("/tmp/m"));
    R(umount("/none"));
    R(mount("none", "/tmp/m", "nofs", 0, NULL));
    R(mount("none", "/none", "tmpfs", 0, NULL));
    R(mount("none", "/tmp/m/below", "tmpfs", 0, NULL));
    R(mount("none", "/tmp/m", "tmpfs", MS_RDONLY, NULL));
    R(open("/tmp/m/x", O_CREAT | O_WRONLY, 0600));
    R(mkdir("/tmp/m/d", 0700));
    R(umount2("/tmp/m", MNT_DETACH));
    CHILD(setuid(1); R(mount("none", "/tmp/m", "tmpfs", 0, NULL)); R(umount("/proc")));
    return verdict();
}
