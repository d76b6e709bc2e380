// SPDX-License-Identifier: GPL-2.0-or-later
/* Owners by descriptor. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "");
    struct stat st;

    R(fchown(fd, 10, 20));
    fstat(fd, &st);
    SAY("%d %d", st.st_uid, st.st_gid);
    R(fchown(fd, -1, 30));
    fstat(fd, &st);
    SAY("%d %d", st.st_uid, st.st_gid);
    R(fchown(99, 0, 0));
    R(fchown(open("/tmp/f", O_PATH), 0, 0));
    CHILD(setuid(10); R(fchown(fd, 10, 10)); R(fchown(fd, 11, -1)));
    R(fchownat(fd, "", 1, 2, AT_EMPTY_PATH));
    fstat(fd, &st);
    SAY("%d %d", st.st_uid, st.st_gid);
    return verdict();
}
