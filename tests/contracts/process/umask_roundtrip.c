// SPDX-License-Identifier: GPL-2.0-or-later
/* The mask is cut to nine bits, applies to what is made, and is inherited. */
#include "contract.h"

int main(void)
{
    struct stat st;

    V(umask(0));
    V(umask(07777));
    V(umask(027));
    V(umask(027));
    close(open("/tmp/f", O_CREAT | O_WRONLY, 0777));
    CHECK(stat("/tmp/f", &st) == 0);
    SAY("%o", st.st_mode);
    R(mkdir("/tmp/d", 0777));
    CHECK(stat("/tmp/d", &st) == 0);
    SAY("%o", st.st_mode);
    R(mknod("/tmp/p", S_IFIFO | 0666, 0));
    CHECK(stat("/tmp/p", &st) == 0);
    SAY("%o", st.st_mode);
    R(chmod("/tmp/f", 0777));
    CHECK(stat("/tmp/f", &st) == 0);
    SAY("%o", st.st_mode);
    CHILD(V(umask(0)));
    V(umask(022));
    return verdict();
}
