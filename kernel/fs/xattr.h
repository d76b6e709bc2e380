/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xattr.h - extended attributes kept in memory, for file systems of tmpfs's kind. */
#ifndef KERNEL_FS_XATTR_H
#define KERNEL_FS_XATTR_H

#include "kernel/include/vnode.h"

#define XATTR_CREATE 1u
#define XATTR_REPLACE 2u
#define XATTR_NAME_BYTES_MAX 255u
#define XATTR_VALUE_BYTES_MAX 65536u

int xattr_set(struct vnode *vn, const char *name, const void *value, size_t len, unsigned flags);
/* size 0 asks for the length. -ENODATA, -ERANGE. */
long xattr_get(struct vnode *vn, const char *name, void *buf, size_t size);
long xattr_list(struct vnode *vn, char *buf, size_t size);
int xattr_remove(struct vnode *vn, const char *name);
void xattr_free(struct vnode *vn);

#endif
