// SPDX-License-Identifier: GPL-2.0-or-later
/* Modes and owners, what changing the owner clears, and who may. */
#include "contract.h"

static void show(const char *path)
{
    struct stat st;

    CHECK(lstat(path, &st) == 0);
    SAY("%s %o %d %d", path, st.st_mode, st.st_uid, st.st_gid);
}

int main(void)
{
    close(file_with("/tmp/f", "x"));
    R(chmod("/tmp/f", 07777));
    show("/tmp/f");
    R(chown("/tmp/f", 5, -1));
    show("/tmp/f");
    R(chmod("/tmp/f", 06755));
    R(chown("/tmp/f", -1, 6));
    show("/tmp/f");
    R(chmod("/tmp/f", 06744));
    R(chown("/tmp/f", -1, 7));
    show("/tmp/f");
    R(chmod("/tmp/f", 04755));
    int fd = open("/tmp/f", O_WRONLY);
    R(write(fd, "y", 1));
    show("/tmp/f");
    CHILD(setgid(7); setuid(5); R(chmod("/tmp/f", 02755)); show("/tmp/f");
          R(chown("/tmp/f", 5, 7)); R(chown("/tmp/f", 6, -1)); R(chown("/tmp/f", -1, 9));
          R(write(open("/tmp/f", O_WRONLY), "z", 1)); show("/tmp/f"));
    CHILD(setuid(9); R(chmod("/tmp/f", 0777)); R(chown("/tmp/f", -1, -1)));
    R(symlink("f", "/tmp/l"));
    R(lchown("/tmp/l", 1, 2));
    show("/tmp/l");
    R(chmod("/tmp/l", 0600));
    show("/tmp/l");
    show("/tmp/f");
    R(chmod("/tmp/none", 0600));
    R(chown("/tmp/none", 0, 0));
    R(mkdir("/tmp/d", 0755));
    R(chmod("/tmp/d", 02777));
    CHILD(setuid(9); close(file_with("/tmp/d/f", "")); R(mkdir("/tmp/d/e", 0755)));
    R(chown("/tmp/d", 0, 77));
    CHILD(setuid(9); close(file_with("/tmp/d/g", "")); R(mkdir("/tmp/d/h", 0755)));
    show("/tmp/d");
    show("/tmp/d/e");
    show("/tmp/d/g");
    show("/tmp/d/h");
    return verdict();
}
