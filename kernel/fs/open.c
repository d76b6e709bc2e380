/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open.c - opening by path, with O_CREAT, O_EXCL, O_NOFOLLOW, O_PATH and
 * O_TMPFILE; and opening programs for exec.
 */
#include "kernel/fs/inotify.h"
#include "kernel/fs/namei.h"
#include "kernel/fs/namespace.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#include "fs_abi.h"

struct open {
    unsigned flags, resolve;
    uint32_t mode;
    struct dentry *found; /* referenced */
    bool created;
};

static unsigned open_access(unsigned flags)
{
    static const unsigned access[4] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
                                       MAY_READ | MAY_WRITE};
    return access[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

/* Linux's may_open: type, device, permission. */
static int open_may(const struct open *o)
{
    struct vnode *vn = o->found->vnode;
    unsigned access = open_access(o->flags);
    unsigned type = vn->mode & S_IFMT_;
    if (type == S_IFLNK_)
        return -ELOOP;
    if (type == S_IFDIR_ && ((access & MAY_WRITE) || (o->flags & O_CREAT)))
        return -EISDIR;
    if ((type == S_IFCHR_ || type == S_IFBLK_) && (o->found->sb->flags & MS_NODEV))
        return -EACCES;
    if (!o->created) {
        int err = vnode_permission(vn, access);
        if (err)
            return err;
        if ((o->flags & O_NOATIME) && !vnode_is_owner(vn))
            return -EPERM;
    }
    if (type == S_IFSOCK_ || type == S_IFBLK_ || ((o->found->flags & DENTRY_ANON) && !vn->fops))
        return -ENXIO;
    if ((access & MAY_WRITE) && vn->deny_write)
        return -ETXTBSY;
    return 0;
}

static int open_found(const struct open *o, struct file **out)
{
    struct vnode *vn = o->found->vnode;
    if ((o->flags & O_DIRECTORY) && !vnode_is_dir(vn))
        return -ENOTDIR;
    if (o->flags & O_PATH)
        return file_open_dentry(o->found, o->flags, out);
    int err = open_may(o);
    if (!err && (o->flags & O_TRUNC) && vnode_is_regular(vn) && !o->created && vn->ops->truncate)
        err = vn->ops->truncate(vn, 0);
    if (!err)
        err = file_open_dentry(o->found, o->flags, out);
    if (!err)
        inotify_dentry(o->found, IN_OPEN);
    return err;
}

/* The last component does not exist and is wanted. */
static int open_create(struct open *o, const struct path_last *last)
{
    struct dentry *dir = last->dir;
    if (dir->sb->flags & MS_RDONLY)
        return -EROFS;
    int err = dir_may_write(dir);
    if (err)
        return err;
    if (!dir->vnode->ops->create)
        return -EACCES;
    uint32_t mode = S_IFREG_ | (o->mode & 07777u & ~port_fs()->umask);
    o->created = true;
    return dir_create(dir, last->name, last->len, mode, 0, NULL, &o->found);
}

/* The last component of the path: found, created, or (1) a symlink was followed. */
static int open_last(struct walk *w, struct open *o, struct path_last *last)
{
    bool create = o->flags & O_CREAT;
    if (last->is_dot && create && !w->arrived)
        return o->flags & O_EXCL ? -EEXIST : -EISDIR;
    if (last->is_dot)
        return walk_dots(w, last, &o->found);
    if (create && last->trailing_slash)
        return -EISDIR;
    int err = dentry_lookup_child(w->at, last->name, last->len, &o->found);
    if (err == -ENOENT && create)
        return open_create(o, last);
    if (err)
        return err;
    err = walk_may_enter(w, o->found);
    if (!err && create && (o->flags & O_EXCL))
        err = -EEXIST;
    else if (!err && vnode_is_symlink(o->found->vnode) &&
             (!(o->flags & O_NOFOLLOW) || last->trailing_slash)) {
        err = walk_enter_link(w, o->found);
        if (!err)
            err = 1;
    } else if (!err && last->trailing_slash && !vnode_is_dir(o->found->vnode))
        err = -ENOTDIR;
    if (err) {
        dentry_unref(o->found);
        o->found = NULL;
    }
    return err;
}

static int open_walk(struct open *o, struct dentry *start, const char *path)
{
    struct walk w;
    int err = walk_start(&w, start, path);
    if (!err)
        err = walk_restrict(&w, start, o->resolve);
    struct path_last *last = kmalloc(sizeof(*last));
    if (!last)
        err = -ENOMEM;
    while (!err) {
        err = walk_parent(&w, last);
        if (err)
            break;
        err = open_last(&w, o, last);
        if (err <= 0)
            break;
        err = 0;
    }
    kfree(last);
    walk_end(&w);
    return err;
}

/* O_TMPFILE: a file of the directory's file system that has no name (yet). */
static int open_tmpfile(struct dentry *start, const char *path, unsigned flags, uint32_t mode,
                        struct file **out)
{
    struct dentry *dir, *d = NULL;
    struct vnode *vn;
    if ((flags & O_ACCMODE) == O_RDONLY)
        return -EINVAL;
    int err = path_lookup(start, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &dir);
    if (err)
        return err;
    err = dir_may_write(dir);
    if (!err && (!dir->vnode->ops || !dir->vnode->ops->create))
        err = -EOPNOTSUPP;
    mode = S_IFREG_ | (mode & 07777u & ~port_fs()->umask);
    if (!err)
        err = dir->vnode->ops->create(dir->vnode, mode, 0, NULL, &vn);
    if (!err) {
        char name[24];
        vn->nlink = 0;
        int len = snprintf(name, sizeof(name), "#%lu", (unsigned long)vn->ino);
        d = dentry_alloc(dir, dir->sb, name, (size_t)len, vn);
        err = d ? file_open_dentry(d, flags & ~(O_TMPFILE_BIT | O_DIRECTORY), out) : -ENOMEM;
    }
    if (!err && (flags & O_EXCL))
        d->flags |= DENTRY_UNLINKED; /* may never be given a name */
    dentry_unref(d);
    dentry_unref(dir);
    return err;
}

int fs_open(struct dentry *start, const char *path, unsigned flags, uint32_t mode,
            struct file **out)
{
    return fs_open_restricted(start, path, flags, mode, 0, out);
}

int fs_open_restricted(struct dentry *start, const char *path, unsigned flags, uint32_t mode,
                       unsigned resolve, struct file **out)
{
    struct open o = {.flags = flags, .mode = mode, .resolve = resolve};
    if (flags & O_PATH)
        o.flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    else if (flags & O_TMPFILE_BIT)
        return flags & O_DIRECTORY ? open_tmpfile(start, path, flags, mode, out) : -EINVAL;
    else if ((flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
        return -EINVAL;
    int err = open_walk(&o, start, path);
    if (err)
        return err;
    err = open_found(&o, out);
    dentry_unref(o.found);
    return err;
}

int fs_open_exec(struct dentry *start, const char *path, unsigned lookup_flags, struct file **out)
{
    struct dentry *d;
    int err = path_lookup(start, path, lookup_flags, &d);
    if (err)
        return err;
    if (vnode_is_symlink(d->vnode))
        err = -ELOOP;
    else if (!vnode_is_regular(d->vnode) || (d->sb->flags & MS_NOEXEC))
        err = -EACCES;
    if (!err)
        err = vnode_permission(d->vnode, MAY_EXEC);
    if (!err && d->vnode->writers)
        err = -ETXTBSY;
    if (!err)
        err = file_open_dentry(d, O_RDONLY | O_LARGEFILE, out);
    dentry_unref(d);
    return err;
}
