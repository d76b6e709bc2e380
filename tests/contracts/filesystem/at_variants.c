// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths relative to a directory's descriptor, and the flags of the calls. */
#include "contract.h"

int main(void)
{
    struct stat st;
    char b[32] = {0};

    R(mkdir("/tmp/d", 0755));
    int d = open("/tmp/d", O_RDONLY | O_DIRECTORY), f = file_with("/tmp/f", "x");
    R(openat(d, "a", O_CREAT | O_WRONLY, 0644));
    R(mkdirat(d, "sub", 0755));
    R(symlinkat("a", d, "link"));
    R(readlinkat(d, "link", b, sizeof(b)));
    S(b);
    R(fstatat(d, "link", &st, 0));
    V(S_ISREG(st.st_mode));
    R(fstatat(d, "link", &st, AT_SYMLINK_NOFOLLOW));
    V(S_ISLNK(st.st_mode));
    R(fstatat(d, "", &st, 0));
    R(fstatat(d, "", &st, AT_EMPTY_PATH));
    V(S_ISDIR(st.st_mode));
    R(fstatat(f, "x", &st, 0));
    R(fstatat(99, "x", &st, 0));
    R(fstatat(99, "/tmp/f", &st, 0));
    R(fstatat(d, "a", &st, 0x80000));
    R(linkat(d, "a", d, "b", 0));
    R(renameat(d, "b", AT_FDCWD, "/tmp/c"));
    R(access("/tmp/c", F_OK));
    R(unlinkat(d, "sub", 0));
    R(unlinkat(d, "a", AT_REMOVEDIR));
    R(unlinkat(d, "sub", AT_REMOVEDIR));
    R(unlinkat(d, "a", 0x55));
    R(unlinkat(d, "a", 0));
    R(openat(d, "../f", O_RDONLY));
    R(fchownat(d, "link", 7, 8, AT_SYMLINK_NOFOLLOW));
    R(fstatat(d, "link", &st, AT_SYMLINK_NOFOLLOW));
    SAY("%d %d", st.st_uid, st.st_gid);
    R(rmdir("/tmp/d"));
    R(unlinkat(d, "link", 0));
    R(rmdir("/tmp/d"));
    R(openat(d, "new", O_CREAT | O_WRONLY, 0644));
    R(fstat(d, &st));
    V(st.st_nlink);
    return verdict();
}
