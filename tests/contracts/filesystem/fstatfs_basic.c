// SPDX-License-Identifier: GPL-2.0-or-later
/* What kind of file system a descriptor is on. */
#include "contract.h"

#include <sys/vfs.h>

int main(void)
{
    struct statfs s;
    int p[2];

    CHECK(pipe(p) == 0);
    R(fstatfs(open("/tmp", O_RDONLY), &s));
    X(s.f_type);
    V(s.f_namelen);
    V(s.f_bsize);
    R(fstatfs(p[0], &s));
    X(s.f_type);
    V(s.f_namelen);
    R(fstatfs(open("/proc/self/stat", O_RDONLY), &s));
    X(s.f_type);
    R(fstatfs(99, &s));
    R(syscall(SYS_fstatfs, 0, (void *)8));
    R(fstatfs(open("/tmp", O_PATH), &s));
    return verdict();
}
