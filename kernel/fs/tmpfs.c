/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tmpfs.c - trees in memory.
 *
 * The tree is the tree of linked dentries (dentry.c); this file gives vnodes
 * their operations and a directory its entries. A directory's size counts 20
 * bytes for each entry, "." and ".." included, as on Linux.
 *
 * Cookies: 0 is ".", 1 is "..", a child's is its own + 1. Removing an entry
 * moves no other, so a reader in the middle of a directory misses nothing.
 */
#include "kernel/fs/tmpfs.h"
#include "kernel/fs/pipe.h"
#include "kernel/fs/port.h"
#include "kernel/include/chrdev.h"
#include "kernel/include/fs_uapi.h"

static void symlink_destroy(struct vnode *vn)
{
    kfree(vn->priv);
}

static int symlink_readlink(struct vnode *vn, char *buf, size_t size)
{
    size_t len = (size_t)vn->size;
    if (len > size)
        len = size;
    memcpy(buf, vn->priv, len);
    return (int)len;
}

static int dir_create(struct vnode *dir, uint32_t mode, uint64_t rdev, const char *target,
                      struct vnode **out)
{
    return tmpfs_create(dir->sb, mode, rdev, target, out);
}

static const struct vnode_ops tmpfs_dir_ops = {
    .create = dir_create,
    .readdir = linked_readdir,
};
static const struct vnode_ops tmpfs_symlink_ops = {
    .readlink = symlink_readlink,
    .destroy = symlink_destroy,
};
static const struct vnode_ops tmpfs_special_ops = {0};

static int make_symlink(struct vnode *vn, const char *target)
{
    size_t len = strlen(target);
    vn->ops = &tmpfs_symlink_ops;
    vn->priv = kmalloc(len + 1);
    if (!vn->priv)
        return -ENOMEM;
    memcpy(vn->priv, target, len + 1);
    vn->size = len;
    return 0;
}

int tmpfs_create(struct super_block *sb, uint32_t mode, uint64_t rdev, const char *target,
                 struct vnode **out)
{
    struct vnode *vn = vnode_alloc(sb, mode);
    if (!vn)
        return -ENOMEM;
    int err = 0;
    switch (mode & S_IFMT_) {
    case S_IFREG_:
        vn->ops = &tmpfs_file_ops;
        vn->fops = &tmpfs_file_fops;
        vn->priv = kzalloc(sizeof(struct tmpfs_file));
        err = vn->priv ? 0 : -ENOMEM;
        break;
    case S_IFDIR_:
        vn->ops = &tmpfs_dir_ops;
        vn->fops = &dir_fops;
        vn->size = 40;
        break;
    case S_IFLNK_:
        err = make_symlink(vn, target);
        break;
    default:
        vn->ops = &tmpfs_special_ops;
        vn->rdev = rdev;
        if ((mode & S_IFMT_) == S_IFIFO_)
            vn->fops = &fifo_fops;
        else if ((mode & S_IFMT_) == S_IFCHR_)
            vn->fops = &chrdev_fops;
    }
    if (err) {
        vnode_unref(vn);
        return err;
    }
    *out = vn;
    return 0;
}

static unsigned type_of(const struct vnode *vn)
{
    return (vn->mode >> 12) & 15;
}

/* Parent for "..": above the mount, where dir is the root of one. */
static const struct dentry *dot_dot(const struct dentry *dir)
{
    while (dir->parent == dir && dir->sb && dir->sb->covers)
        dir = dir->sb->covers;
    return dir->parent;
}

/* First child whose place is at or after cookie. */
static struct dentry *child_from(struct dentry *dir, uint64_t cookie)
{
    struct dentry *last = dir->child_last;
    if (!last || last->cookie < cookie)
        return NULL;
    struct dentry *d = dir->child_first;
    while (d && d->cookie < cookie)
        d = d->sibling_next;
    return d;
}

int linked_readdir(struct dentry *dir, struct dir_emit *e)
{
    if (e->pos == 0) {
        if (!e->emit(e, ".", 1, dir->vnode->ino, DT_DIR))
            return 0;
        e->pos = 1;
    }
    if (e->pos == 1) {
        if (!e->emit(e, "..", 2, dot_dot(dir)->vnode->ino, DT_DIR))
            return 0;
        e->pos = 2;
    }
    for (struct dentry *d = child_from(dir, e->pos - 1); d; d = d->sibling_next) {
        e->pos = d->cookie + 1;
        const struct vnode *vn = d->mounted ? d->mounted->root->vnode : d->vnode;
        if (!e->emit(e, d->name, d->name_len, vn->ino, type_of(vn)))
            return 0;
        e->pos = d->cookie + 2;
    }
    return 0;
}

static uint64_t parse_size(const char *s)
{
    uint64_t v = 0;
    while (*s >= '0' && *s <= '9')
        v = v * 10 + (uint64_t)(*s++ - '0');
    if (*s == 'k' || *s == 'K')
        v <<= 10;
    else if (*s == 'm' || *s == 'M')
        v <<= 20;
    else if (*s == 'g' || *s == 'G')
        v <<= 30;
    return v;
}

static uint32_t parse_octal(const char *s)
{
    uint32_t v = 0;
    while (*s >= '0' && *s <= '7')
        v = v * 8 + (uint32_t)(*s++ - '0');
    return v & 07777;
}

static void parse_options(struct super_block *sb, const char *options, uint32_t *mode)
{
    while (options && *options) {
        if (!strncmp(options, "size=", 5))
            sb->pages_max = (parse_size(options + 5) + PAGE_BYTES - 1) / PAGE_BYTES;
        else if (!strncmp(options, "mode=", 5))
            *mode = parse_octal(options + 5);
        while (*options && *options != ',')
            options++;
        if (*options == ',')
            options++;
    }
}

static int tmpfs_mount(struct super_block *sb, const char *options)
{
    uint32_t mode = sb->type == &tmpfs_type ? 01777 : 0755;
    struct vnode *vn;
    sb->magic = MAGIC_TMPFS;
    if (sb->type != &ramfs_type)
        sb->pages_max = page_count_total() / 2;
    parse_options(sb, options, &mode);
    int err = tmpfs_create(sb, S_IFDIR_ | mode, 0, NULL, &vn);
    if (err)
        return err;
    sb->root = dentry_alloc(NULL, sb, "/", 1, vn);
    if (!sb->root)
        return -ENOMEM;
    if (sb->type == &devtmpfs_type)
        return chrdev_populate(sb);
    return 0;
}

struct fs_type tmpfs_type = {.name = "tmpfs", .mount = tmpfs_mount, .no_device = true};
struct fs_type devtmpfs_type = {.name = "devtmpfs", .mount = tmpfs_mount, .no_device = true};
struct fs_type ramfs_type = {.name = "ramfs", .mount = tmpfs_mount, .no_device = true};
struct fs_type rootfs_type = {.name = "rootfs", .mount = tmpfs_mount, .no_device = true};
