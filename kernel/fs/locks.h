/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks.h - advisory locks: POSIX (owner: a process's fd table), open file
 * description (owner: the file) and flock (owner: the file).
 *
 * Rules of use
 *   - An owner is compared by address only and never followed.
 *   - Closing any descriptor of a file drops the POSIX locks of that table;
 *     the last reference to a file drops its OFD and flock locks.
 */
#ifndef KERNEL_FS_LOCKS_H
#define KERNEL_FS_LOCKS_H

#include "kernel/include/file.h"

struct flock_k { /* Linux's struct flock, the same on both CPUs */
    int16_t type;
    int16_t whence;
    int32_t pad;
    int64_t start;
    int64_t len;
    int32_t pid;
    int32_t pad2;
};

long locks_fcntl(struct file *f, int cmd, uint64_t user_flock);
long locks_flock(struct file *f, int operation);
void locks_drop_posix(struct vnode *vn, const void *owner);
void locks_drop_file(struct file *f);
void locks_free(struct vnode *vn);

#endif
