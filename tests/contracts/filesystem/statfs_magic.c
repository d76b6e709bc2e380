// SPDX-License-Identifier: GPL-2.0-or-later
/* Magic numbers and name lengths of the file systems that are mounted. */
#include "contract.h"

#include <sys/vfs.h>

int main(void)
{
    const char *const paths[] = {"/", "/tmp", "/proc", "/proc/self/fd", "/dev/pts"};
    struct statfs s;

    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        memset(&s, 0xff, sizeof(s));
        CHECK(statfs(paths[i], &s) == 0);
        SAY("%s: 0x%lx namelen %ld bsize %ld frsize %ld", paths[i], (long)s.f_type,
            (long)s.f_namelen, (long)s.f_bsize, (long)s.f_frsize);
    }
    R(statfs("/none", &s));
    R(statfs("/bin/none/x", &s));
    R(syscall(SYS_statfs, "/", (void *)8));
    R(statfs("", &s));
    return verdict();
}
