// SPDX-License-Identifier: GPL-2.0-or-later
/* Link counts, links to links, directories, existing names. */
#include "contract.h"

int main(void)
{
    struct stat a, b;

    close(file_with("/tmp/a", "text"));
    R(link("/tmp/a", "/tmp/b"));
    stat("/tmp/a", &a);
    stat("/tmp/b", &b);
    V(a.st_ino == b.st_ino);
    V(a.st_nlink);
    R(link("/tmp/a", "/tmp/b"));
    R(link("/tmp/none", "/tmp/c"));
    R(link("/tmp", "/tmp/c"));
    R(link("/tmp/a", "/tmp/none/c"));
    R(link("/tmp/a/x", "/tmp/c"));
    R(link("/tmp/a", "/proc/c"));
    R(symlink("a", "/tmp/l"));
    R(link("/tmp/l", "/tmp/m"));
    lstat("/tmp/m", &b);
    V(S_ISLNK(b.st_mode));
    V(b.st_nlink);
    R(linkat(AT_FDCWD, "/tmp/l", AT_FDCWD, "/tmp/n", AT_SYMLINK_FOLLOW));
    stat("/tmp/a", &a);
    V(a.st_nlink);
    R(unlink("/tmp/a"));
    S(text_of("/tmp/b"));
    stat("/tmp/b", &b);
    V(b.st_nlink);
    int fd = open("/tmp/b", O_RDONLY);
    R(unlink("/tmp/b"));
    R(unlink("/tmp/n"));
    fstat(fd, &b);
    V(b.st_nlink);
    R(linkat(fd, "", AT_FDCWD, "/tmp/back", AT_EMPTY_PATH));
    fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    V(fd >= 0);
    R(write(fd, "tmp", 3));
    R(linkat(fd, "", AT_FDCWD, "/tmp/t", AT_EMPTY_PATH));
    S(text_of("/tmp/t"));
    return verdict();
}
