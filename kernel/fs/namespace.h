/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * namespace.h - what open and rename share with namespace.c: entries of a directory, without
 * paths.
 */
#ifndef KERNEL_FS_NAMESPACE_H
#define KERNEL_FS_NAMESPACE_H

#include "kernel/include/fs.h"

int dir_may_write(struct dentry *dir);
int dir_may_delete(struct dentry *dir, struct dentry *victim);
/* A new file under a name that does not exist; *out referenced. */
int dir_create(struct dentry *dir, const char *name, size_t len, uint32_t mode, uint64_t rdev,
               const char *target, struct dentry **out);
int dir_victim(struct path_last *last, struct dentry **out);
/* Link or unlink a dentry and keep sizes, link counts and times right. */
void dir_add(struct dentry *d);
void dir_remove(struct dentry *d);

#endif
