// SPDX-License-Identifier: GPL-2.0-or-later
/* Access by owner, group and others, by real and by effective ids. */
#include "contract.h"

int main(void)
{
    close(file_with("/tmp/f", "x"));
    R(chown("/tmp/f", 1000, 2000));
    R(chmod("/tmp/f", 0640));
    R(access("/tmp/f", F_OK));
    R(access("/tmp/f", R_OK | W_OK));
    R(access("/tmp/f", X_OK));
    R(access("/tmp/none", F_OK));
    R(access("/tmp/f/x", F_OK));
    R(access("/tmp/f", 8));
    R(access("", F_OK));
    CHILD(setgid(3); setuid(1000); R(access("/tmp/f", R_OK | W_OK)); R(access("/tmp/f", X_OK)));
    CHILD(setgid(2000); setuid(5); R(access("/tmp/f", R_OK)); R(access("/tmp/f", W_OK)));
    CHILD(setgid(3); setuid(5); R(access("/tmp/f", R_OK)); R(access("/tmp/f", F_OK));
          R(chmod("/tmp/f", 0777)); R(open("/tmp/f", O_RDONLY)));
    CHILD(seteuid(5); R(access("/tmp/f", R_OK)); R(open("/tmp/f", O_RDONLY));
          R(faccessat(AT_FDCWD, "/tmp/f", R_OK, AT_EACCESS)));
    R(mkdir("/tmp/d", 0700));
    close(file_with("/tmp/d/f", "x"));
    R(chmod("/tmp/d/f", 0666));
    CHILD(setuid(5); R(access("/tmp/d/f", F_OK)); R(open("/tmp/d", O_RDONLY)));
    R(chmod("/tmp/d", 0711));
    CHILD(setuid(5); R(access("/tmp/d/f", R_OK)); R(open("/tmp/d", O_RDONLY));
          R(open("/tmp/d/new", O_CREAT | O_WRONLY, 0600)));
    R(chmod("/tmp/f", 0000));
    OK(open("/tmp/f", O_RDWR));
    return verdict();
}
