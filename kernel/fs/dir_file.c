/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dir_file.c - directories as open files: position and readdir. */
#include "kernel/fs/port.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/include/fs_uapi.h"

static long dir_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)f;
    (void)u;
    (void)pos;
    return -EISDIR;
}

static int64_t dir_seek(struct file *f, int64_t offset, int whence)
{
    if (whence == SEEK_CUR)
        offset += (int64_t)f->pos;
    else if (whence == SEEK_END)
        return -EINVAL;
    else if (whence != SEEK_SET)
        return -EINVAL;
    if (offset < 0)
        return -EINVAL;
    f->pos = (uint64_t)offset;
    return offset;
}

static int dir_readdir(struct file *f, struct dir_emit *e)
{
    vnode_touch_atime(f->vnode);
    return f->vnode->ops->readdir(f->dentry, e);
}

const struct file_ops dir_fops = {
    .read = dir_read,
    .seek = dir_seek,
    .readdir = dir_readdir,
};
