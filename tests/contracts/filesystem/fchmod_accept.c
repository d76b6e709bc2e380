// SPDX-License-Identifier: GPL-2.0-or-later
/* Modes by descriptor. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", ""), ro = open("/tmp/f", O_RDONLY), p[2];
    struct stat st;

    R(fchmod(fd, 0601));
    fstat(fd, &st);
    SAY("%o", st.st_mode);
    R(fchmod(ro, 0444));
    fstat(fd, &st);
    SAY("%o", st.st_mode);
    R(fchmod(fd, 0177777));
    fstat(fd, &st);
    SAY("%o", st.st_mode);
    R(fchmod(99, 0600));
    R(fchmod(open("/tmp/f", O_PATH), 0600));
    CHECK(pipe(p) == 0);
    R(fchmod(p[0], 0640));
    fstat(p[0], &st);
    SAY("%o", st.st_mode);
    CHILD(setuid(3); R(fchmod(fd, 0777)));
    return verdict();
}
