/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devpts.c - the file system of pty slaves: a name for each pty while its master is open.
 *
 * There is one set of ptys. Its names stand in the instance mounted first; others that are
 * mounted later hold ptmx alone.
 */
#include "kernel/dev/tty_core.h"
#include "kernel/fs/namespace.h"
#include "kernel/fs/port.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/include/chrdev.h"
#include "kernel/include/fs_uapi.h"

#define MAGIC_DEVPTS 0x1cd1u
#define GROUP_TTY 5u

static struct dentry *root;

static int node_name(unsigned index, char *name, size_t size)
{
    return snprintf(name, size, "%u", index);
}

static int devpts_mount(struct super_block *sb, const char *options)
{
    struct dentry *ptmx;
    struct vnode *vn;
    (void)options;
    sb->magic = MAGIC_DEVPTS;
    int err = tmpfs_create(sb, S_IFDIR_ | 0755, 0, NULL, &vn);
    if (err)
        return err;
    sb->root = dentry_alloc(NULL, sb, "/", 1, vn);
    if (!sb->root)
        return -ENOMEM;
    err = dir_create(sb->root, "ptmx", 4, S_IFCHR_, dev_make(5, 2), NULL, &ptmx);
    if (err)
        return err;
    ptmx->vnode->mode = S_IFCHR_;
    dentry_unref(ptmx);
    if (!root)
        root = dentry_ref(sb->root); /* for ever, mounted or not */
    return 0;
}

struct fs_type devpts_type = {.name = "devpts", .mount = devpts_mount, .no_device = true};

/* Owned by whoever opened the master, for group tty to write to: as Debian mounts it. */
int devpts_add(unsigned index, uint64_t rdev)
{
    struct dentry *d;
    char name[16];
    int len = node_name(index, name, sizeof(name));
    if (!root)
        return -ENODEV;
    int err = dir_create(root, name, (size_t)len, S_IFCHR_ | 0600, rdev, NULL, &d);
    if (err)
        return err;
    d->vnode->mode = S_IFCHR_ | 0620;
    d->vnode->gid = GROUP_TTY;
    dentry_unref(d);
    return 0;
}

void devpts_remove(unsigned index)
{
    char name[16];
    int len = node_name(index, name, sizeof(name));
    struct dentry *d = root ? dentry_find(root, name, (size_t)len) : NULL;
    if (d)
        dir_remove(d);
}

int devpts_open(unsigned index, unsigned flags)
{
    char name[16];
    int len = node_name(index, name, sizeof(name));
    struct dentry *d = root ? dentry_find(root, name, (size_t)len) : NULL;
    struct file *f;
    if (!d)
        return -EIO;
    int err = file_open_dentry(d, flags & ~O_CLOEXEC, &f);
    if (err)
        return err;
    return (int)fd_give(f, (flags & O_CLOEXEC) != 0);
}
