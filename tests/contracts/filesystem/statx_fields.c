// SPDX-License-Identifier: GPL-2.0-or-later
/* statx fills what is asked for; flags and masks checked. */
#include "contract.h"

#ifndef AT_STATX_FORCE_SYNC
#define AT_STATX_FORCE_SYNC 0x2000
#define AT_STATX_DONT_SYNC 0x4000
#endif
struct sx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, pad;
    uint64_t ino, size, blocks, attributes_mask;
    char times[64];
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    char rest[128];
};

int main(void)
{
    struct sx s;
    int fd = file_with("/tmp/f", "0123456789");

    memset(&s, 0xff, sizeof(s));
    R(syscall(SYS_statx, AT_FDCWD, "/tmp/f", 0, 0x7ff, &s));
    V((s.mask & 0x7ff) == 0x7ff);
    SAY("nlink %u uid %u mode %o size %lld blocks %lld blksize %u", s.nlink, s.uid, s.mode,
        (long long)s.size, (long long)s.blocks, s.blksize);
    R(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, 0x200, &s));
    V((s.mask & 0x200) != 0);
    R(syscall(SYS_statx, fd, "", 0, 0x200, &s));
    R(symlink("f", "/tmp/l"));
    R(syscall(SYS_statx, AT_FDCWD, "/tmp/l", AT_SYMLINK_NOFOLLOW, 1, &s));
    SAY("%o size %lld", s.mode & S_IFMT, (long long)s.size);
    R(syscall(SYS_statx, AT_FDCWD, "/dev/null", 0, 0x7ff, &s));
    SAY("%o %u %u", s.mode & S_IFMT, s.rdev_major, s.rdev_minor);
    R(syscall(SYS_statx, AT_FDCWD, "/tmp/f", AT_STATX_FORCE_SYNC, 0, &s));
    R(syscall(SYS_statx, AT_FDCWD, "/tmp/f", AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, 0, &s));
    R(syscall(SYS_statx, AT_FDCWD, "/tmp/f", 0, 0x80000000u, &s));
    R(syscall(SYS_statx, AT_FDCWD, "/tmp/f", 0x10, 0, &s));
    R(syscall(SYS_statx, AT_FDCWD, "/none", 0, 0, &s));
    R(syscall(SYS_statx, AT_FDCWD, "/tmp/f", 0, 0, (void *)8));
    return verdict();
}
