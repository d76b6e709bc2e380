// SPDX-License-Identifier: GPL-2.0-or-later
/* Making and removing directories: counts, modes, names that cannot be. */
#include "contract.h"

int main(void)
{
    struct stat st;
    char name[300];

    R(mkdir("/tmp/d", 0777));
    stat("/tmp/d", &st);
    SAY("%o links %d", st.st_mode, (int)st.st_nlink);
    R(mkdir("/tmp/d/e", 0700));
    R(mkdir("/tmp/d/f/", 01700));
    stat("/tmp/d", &st);
    V(st.st_nlink);
    stat("/tmp/d/f", &st);
    SAY("%o", st.st_mode);
    R(mkdir("/tmp/d", 0777));
    R(mkdir("/tmp/none/d", 0777));
    close(file_with("/tmp/x", ""));
    R(mkdir("/tmp/x/d", 0777));
    R(mkdir("/tmp/x", 0777));
    R(mkdir("", 0777));
    R(mkdir("/", 0777));
    R(mkdir("/tmp/.", 0777));
    memset(name, 'n', sizeof(name));
    memcpy(name, "/tmp/", 5);
    name[261] = '\0';
    R(mkdir(name, 0777));
    name[260] = '\0';
    V(mkdir(name, 0777));
    R(rmdir("/tmp/d"));
    R(rmdir("/tmp/x"));
    R(rmdir("/tmp/none"));
    R(rmdir("/tmp/d/e/."));
    R(rmdir("/tmp/d/e/.."));
    R(rmdir("/"));
    R(rmdir("/tmp/d/e/"));
    R(unlink("/tmp/d/f"));
    R(rmdir("/tmp/d/f"));
    R(rmdir("/tmp/d"));
    CHILD(setuid(5); R(mkdir("/d", 0777)));
    R(mkdir("/proc/d", 0777));
    return verdict();
}
