// SPDX-License-Identifier: GPL-2.0-or-later
/* Syncing what can be synced. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "x"), p[2];

    CHECK(pipe(p) == 0);
    R(fsync(fd));
    R(fdatasync(fd));
    R(fsync(99));
    R(fsync(p[0]));
    R(fdatasync(p[1]));
    R(fsync(open("/tmp", O_RDONLY)));
    R(fsync(open("/dev/null", O_RDWR)));
    R(syncfs(fd));
    R(syncfs(99));
    R(syscall(SYS_sync_file_range, fd, 0l, 0l, 2));
    R(syscall(SYS_sync_file_range, fd, 0l, 0l, 64));
    sync();
    return verdict();
}
