/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tmpfs.h - files in memory: the root, /tmp, /dev and memfd.
 *
 * Rules of use
 *   - tmpfs.c owns trees and super blocks, tmpfs_file.c the bytes of files.
 */
#ifndef KERNEL_FS_TMPFS_H
#define KERNEL_FS_TMPFS_H

#include "kernel/include/file.h"
#include "kernel/include/pagetree.h"

struct tmpfs_file {
    struct pagetree pages;
};

extern struct fs_type tmpfs_type, devtmpfs_type, ramfs_type, rootfs_type, devpts_type;
extern const struct vnode_ops tmpfs_file_ops;
extern const struct file_ops tmpfs_file_fops;

/* A vnode of any type in sb; target for symlinks. */
int tmpfs_create(struct super_block *sb, uint32_t mode, uint64_t rdev, const char *target,
                 struct vnode **out);

/* Shared by all file systems whose dentries are linked (and by the host tests). */
int linked_readdir(struct dentry *dir, struct dir_emit *e);
extern const struct file_ops dir_fops;

#endif
