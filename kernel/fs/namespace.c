/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * namespace.c - names made and removed: mknod, mkdir, symlink, link, unlink,
 * rmdir. Rename is in rename.c.
 *
 * The order of the checks is Linux's, because callers see which error wins:
 * EEXIST before EACCES on a directory that cannot be written, ENOENT for a
 * trailing slash on something that is no directory.
 */
#include "kernel/fs/namespace.h"
#include "kernel/fs/inotify.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#define LINKS_TO_FILE_MAX 0x7fffffffu

int dir_may_write(struct dentry *dir)
{
    if (dir->flags & DENTRY_UNLINKED)
        return -ENOENT;
    return vnode_permission(dir->vnode, MAY_WRITE | MAY_EXEC);
}

static void dir_changed(struct dentry *dir, int entries)
{
    struct vnode *vn = dir->vnode;
    vn->size = (uint64_t)((int64_t)vn->size + entries * 20);
    vnode_touch_mtime(vn);
}

void dir_add(struct dentry *d)
{
    dentry_link(d);
    dir_changed(d->parent, 1);
    if (vnode_is_dir(d->vnode))
        d->parent->vnode->nlink++;
}

void dir_remove(struct dentry *d)
{
    dir_changed(d->parent, -1);
    if (vnode_is_dir(d->vnode)) {
        d->parent->vnode->nlink--;
        d->vnode->nlink = 0;
    } else {
        d->vnode->nlink--;
    }
    d->vnode->ctime_ns = port_realtime_ns();
    dentry_unlink(d);
}

/* A sticky directory gives an entry only to its owner, the directory's, or uid 0. */
int dir_may_delete(struct dentry *dir, struct dentry *victim)
{
    int err = dir_may_write(dir);
    if (err)
        return err;
    if ((dir->vnode->mode & S_ISVTX_) && port_fsuid() != dir->vnode->uid &&
        !vnode_is_owner(victim->vnode))
        return -EPERM;
    return 0;
}

/* The directory of a name to be made; the name must not exist. */
static int prepare_create(struct dentry *start, const char *path, uint32_t mode,
                          struct path_last *last)
{
    struct dentry *d;
    uint32_t type = mode & S_IFMT_;
    bool is_dir = type == S_IFDIR_, device = type == S_IFCHR_ || type == S_IFBLK_;
    int err = path_lookup_parent(start, path, last);
    if (err)
        return err;
    if (last->is_dot)
        err = -EEXIST;
    else if (!dentry_lookup_child(last->dir, last->name, last->len, &d)) {
        dentry_unref(d);
        err = -EEXIST;
    } else if (last->trailing_slash && !is_dir)
        err = -ENOENT;
    else if (last->dir->sb->flags & MS_RDONLY)
        err = -EROFS;
    else
        err = dir_may_write(last->dir);
    if (!err && (!last->dir->vnode->ops || !last->dir->vnode->ops->create))
        err = last->dir->vnode->ops && last->dir->vnode->ops->lookup ? -ENOENT : -EPERM;
    if (!err && device && !port_is_privileged())
        err = -EPERM;
    if (err)
        dentry_unref(last->dir);
    return err;
}

/* Makes a vnode in dir; a set-gid directory hands its group (and, to directories, the bit) on. */
int dir_create(struct dentry *dir, const char *name, size_t len, uint32_t mode, uint64_t rdev,
               const char *target, struct dentry **out)
{
    struct vnode *vn;
    if ((dir->vnode->mode & S_ISGID_) && (mode & S_IFMT_) == S_IFDIR_)
        mode |= S_ISGID_;
    int err = dir->vnode->ops->create(dir->vnode, mode, rdev, target, &vn);
    if (err)
        return err;
    if (dir->vnode->mode & S_ISGID_)
        vn->gid = dir->vnode->gid;
    struct dentry *d = dentry_alloc(dir, dir->sb, name, len, vn);
    if (!d)
        return -ENOMEM;
    dir_add(d);
    inotify_name(dir, d, IN_CREATE);
    *out = d;
    return 0;
}

static int make(struct dentry *start, const char *path, uint32_t mode, uint64_t rdev,
                const char *target)
{
    struct path_last *last = kmalloc(sizeof(*last));
    struct dentry *d;
    if (!last)
        return -ENOMEM;
    int err = prepare_create(start, path, mode, last);
    if (!err) {
        err = dir_create(last->dir, last->name, last->len, mode, rdev, target, &d);
        dentry_unref(last->dir);
        if (!err)
            dentry_unref(d);
    }
    kfree(last);
    return err;
}

int fs_mknod(struct dentry *start, const char *path, uint32_t mode, uint64_t rdev)
{
    uint32_t type = mode & S_IFMT_;
    if (!type) {
        mode |= S_IFREG_;
        type = S_IFREG_;
    }
    if (type == S_IFDIR_)
        return -EPERM;
    if (type != S_IFREG_ && type != S_IFIFO_ && type != S_IFSOCK_ && type != S_IFCHR_ &&
        type != S_IFBLK_)
        return -EINVAL;
    return make(start, path, mode, rdev, NULL);
}

int fs_symlink(struct dentry *start, const char *path, const char *target)
{
    if (!target[0])
        return -ENOENT;
    return make(start, path, S_IFLNK_ | 0777, 0, target);
}

int fs_mkdir(struct dentry *start, const char *path, uint32_t mode)
{
    return make(start, path, S_IFDIR_ | (mode & 01777u), 0, NULL);
}

int fs_link(struct dentry *old, struct dentry *start, const char *path)
{
    struct path_last *last = kmalloc(sizeof(*last));
    if (!last)
        return -ENOMEM;
    struct vnode *vn = old->vnode;
    int err = prepare_create(start, path, S_IFREG_, last);
    if (err)
        goto out;
    if (old->sb != last->dir->sb || (old->flags & DENTRY_ANON))
        err = -EXDEV;
    else if (vnode_is_dir(vn))
        err = -EPERM;
    else if (vn->nlink >= LINKS_TO_FILE_MAX)
        err = -EMLINK;
    else if (vn->nlink == 0 && (old->flags & DENTRY_UNLINKED))
        err = -ENOENT;
    if (!err) {
        struct dentry *d =
            dentry_alloc(last->dir, last->dir->sb, last->name, last->len, vnode_ref(vn));
        if (d) {
            vn->nlink++;
            vn->ctime_ns = port_realtime_ns();
            dir_add(d);
            inotify_name(last->dir, d, IN_CREATE);
            dentry_unref(d);
        } else {
            err = -ENOMEM;
        }
    }
    dentry_unref(last->dir);
out:
    kfree(last);
    return err;
}

/* An existing child for removal: not a mount's root, but the name under it. */
int dir_victim(struct path_last *last, struct dentry **out)
{
    struct dentry *d = dentry_find(last->dir, last->name, last->len);
    if (!d) { /* a file system without linked names: exists, but cannot be removed */
        int err = dentry_lookup_child(last->dir, last->name, last->len, &d);
        if (err)
            return err;
        dentry_unref(d);
        return -EPERM;
    }
    *out = dentry_ref(d);
    return 0;
}

/* Watchers of a file that nobody has open hear of its end before those of the directory. */
static void remove_told(struct dentry *dir, struct dentry *d, uint32_t mask)
{
    bool isdir = vnode_is_dir(d->vnode);
    dir_remove(d);
    if (!isdir)
        inotify_vnode(d->vnode, IN_ATTRIB);
    if (d->refs == 1)
        inotify_dentry_gone(d);
    inotify_name(dir, d, mask);
}

static int remove_file(struct path_last *last)
{
    struct dentry *d;
    if (last->is_dot)
        return -EISDIR;
    int err = dir_victim(last, &d);
    if (err)
        return err;
    if (last->trailing_slash)
        err = vnode_is_dir(d->vnode) ? -EISDIR : -ENOTDIR;
    else
        err = dir_may_delete(last->dir, d);
    if (!err && vnode_is_dir(d->vnode))
        err = -EISDIR;
    else if (!err && d->mounted)
        err = -EBUSY;
    if (!err)
        remove_told(last->dir, d, IN_DELETE);
    dentry_unref(d);
    return err;
}

static int remove_dir(struct path_last *last)
{
    struct dentry *d;
    if (last->is_dot)
        return last->dots == 1 ? -EINVAL : last->dots == 2 ? -ENOTEMPTY : -EBUSY;
    int err = dir_victim(last, &d);
    if (err)
        return err;
    err = dir_may_delete(last->dir, d);
    if (!err && !vnode_is_dir(d->vnode))
        err = -ENOTDIR;
    else if (!err && d->mounted)
        err = -EBUSY;
    else if (!err && d->child_first)
        err = -ENOTEMPTY;
    if (!err)
        remove_told(last->dir, d, IN_DELETE | IN_ISDIR);
    dentry_unref(d);
    return err;
}

static int remove_path(struct dentry *start, const char *path, int (*remove)(struct path_last *))
{
    struct path_last *last = kmalloc(sizeof(*last));
    if (!last)
        return -ENOMEM;
    int err = path_lookup_parent(start, path, last);
    if (!err) {
        err = remove(last);
        dentry_unref(last->dir);
    }
    kfree(last);
    return err;
}

int fs_unlink(struct dentry *start, const char *path)
{
    return remove_path(start, path, remove_file);
}

int fs_rmdir(struct dentry *start, const char *path)
{
    return remove_path(start, path, remove_dir);
}
