/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys.h - what the system call files of fs/ share.
 *
 * Rules of use
 *   - Handlers take registers as they came (uint64_t) and cast where the C
 *     prototype of the call is narrower: an int fd is (int)fd.
 *   - Paths: sys_path_at() copies the string and finds where it starts;
 *     sys_path_done() gives both back.
 */
#ifndef KERNEL_FS_SYS_H
#define KERNEL_FS_SYS_H

#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/syscall.h"

struct sys_path {
    char *path;
    struct dentry *start;
};

int sys_path_at(struct sys_path *p, uint64_t dirfd, uint64_t addr, bool allow_empty);
void sys_path_done(struct sys_path *p);
/* Path to a referenced dentry; at_flags: AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH. */
int sys_lookup_at(uint64_t dirfd, uint64_t addr, unsigned at_flags, struct dentry **out);
/* struct timespec of user memory to a monotonic deadline from now; NULL: none. -EINVAL, -EFAULT. */
int sys_deadline(uint64_t timespec, uint64_t *deadline_ns, uint64_t *interval_ns);

#endif
