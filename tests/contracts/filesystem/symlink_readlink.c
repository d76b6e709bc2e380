// SPDX-License-Identifier: GPL-2.0-or-later
/* Contents, cuts, long targets, chains, and errors. */
#include "contract.h"

int main(void)
{
    char b[5000], path[32];
    struct stat st;

    R(symlink("target", "/tmp/l"));
    memset(b, '#', sizeof(b));
    R(readlink("/tmp/l", b, sizeof(b)));
    SAY("%.8s", b);
    R(readlink("/tmp/l", b, 3));
    R(readlink("/tmp/l", b, 0));
    R(syscall(SYS_readlinkat, AT_FDCWD, "/tmp/l", b, 0));
    R(readlink("/tmp", b, 10));
    R(readlink("/tmp/none", b, 10));
    R(symlink("x", "/tmp/l"));
    R(symlink("", "/tmp/e"));
    R(symlink("x", ""));
    lstat("/tmp/l", &st);
    SAY("%o %lld", st.st_mode, (long long)st.st_size);
    R(open("/tmp/l", O_RDONLY));
    memset(b, 'y', sizeof(b));
    b[4095] = '\0';
    V(symlink(b, "/tmp/long"));
    b[4095] = 'y';
    b[4096] = '\0';
    V(symlink(b, "/tmp/longer"));
    SAY("%s", errno_name(errno));
    close(file_with("/tmp/c0", "end of the chain"));
    for (int i = 1; i <= 41; i++) {
        char to[32];

        snprintf(to, sizeof(to), "c%d", i - 1);
        snprintf(path, sizeof(path), "/tmp/c%d", i);
        CHECK(symlink(to, path) == 0);
    }
    R(access("/tmp/c40", F_OK));
    R(access("/tmp/c41", F_OK));
    R(mkdir("/tmp/d", 0755));
    R(symlink("d", "/tmp/ld"));
    R(mkdir("/tmp/ld/in", 0755));
    R(access("/tmp/d/in", F_OK));
    R(rmdir("/tmp/ld"));
    R(rmdir("/tmp/ld/in"));
    R(unlink("/tmp/ld/"));
    R(unlink("/tmp/ld"));
    R(access("/tmp/d", F_OK));
    return verdict();
}
