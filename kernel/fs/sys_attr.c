/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_attr.c - permissions, owners, times and sizes. */
#include "kernel/fs/inotify.h"
#include "kernel/fs/sys.h"

#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe
#define FALLOC_KEEP_SIZE 1
#define FALLOC_SUPPORTED 3u

SYSCALL4(faccessat2, uint64_t, dirfd, uint64_t, path, uint64_t, mode, uint64_t, flags)
{
    struct dentry *d;
    if ((mode & ~7ull) || (flags & ~(uint64_t)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
        return -EINVAL;
    int err = sys_lookup_at(dirfd, path, (unsigned)flags, &d);
    if (err)
        return err;
    uint32_t uid = flags & AT_EACCESS ? port_fsuid() : port_ruid();
    uint32_t gid = flags & AT_EACCESS ? port_fsgid() : port_rgid();
    if (mode) /* R_OK, W_OK, X_OK are MAY_READ, MAY_WRITE, MAY_EXEC */
        err = vnode_permission_as(d->vnode, (unsigned)mode, uid, gid);
    dentry_unref(d);
    return err;
}

SYSCALL3(faccessat, uint64_t, dirfd, uint64_t, path, uint64_t, mode)
{
    return syscall_faccessat2(dirfd, path, mode, 0);
}

static long set_attr(struct dentry *d, const struct vnode_attr *a)
{
    long r = vnode_set_attr(d->vnode, a);
    if (!r)
        inotify_dentry(d, IN_ATTRIB);
    return r;
}

static long set_attr_at(uint64_t dirfd, uint64_t path, unsigned flags, const struct vnode_attr *a)
{
    struct dentry *d;
    int err = sys_lookup_at(dirfd, path, flags, &d);
    if (err)
        return err;
    long r = -EOPNOTSUPP; /* a symlink's own mode */
    if (!(a->valid & ATTR_MODE) || !vnode_is_symlink(d->vnode))
        r = set_attr(d, a);
    dentry_unref(d);
    return r;
}

static long set_attr_fd(uint64_t fd, const struct vnode_attr *a)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = set_attr(f->dentry, a);
    file_unref(f);
    return r;
}

SYSCALL2(fchmod, uint64_t, fd, uint64_t, mode)
{
    struct vnode_attr a = {.valid = ATTR_MODE, .mode = (uint32_t)mode & 07777u};
    return set_attr_fd(fd, &a);
}

static long chmod_at(uint64_t dirfd, uint64_t path, uint64_t mode, unsigned flags)
{
    struct vnode_attr a = {.valid = ATTR_MODE, .mode = (uint32_t)mode & 07777u};
    return set_attr_at(dirfd, path, flags, &a);
}

SYSCALL3(fchmodat, uint64_t, dirfd, uint64_t, path, uint64_t, mode)
{
    return chmod_at(dirfd, path, mode, 0);
}

static struct vnode_attr owner_attr(uint64_t uid, uint64_t gid)
{
    struct vnode_attr a = {.uid = (uint32_t)uid, .gid = (uint32_t)gid};
    if (a.uid != UINT32_MAX)
        a.valid |= ATTR_UID;
    if (a.gid != UINT32_MAX)
        a.valid |= ATTR_GID;
    return a;
}

SYSCALL3(fchown, uint64_t, fd, uint64_t, uid, uint64_t, gid)
{
    struct vnode_attr a = owner_attr(uid, gid);
    return set_attr_fd(fd, &a);
}

SYSCALL5(fchownat, uint64_t, dirfd, uint64_t, path, uint64_t, uid, uint64_t, gid, uint64_t, flags)
{
    struct vnode_attr a = owner_attr(uid, gid);
    if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return set_attr_at(dirfd, path, (unsigned)flags, &a);
}

static bool time_is_valid(const struct timespec_k *t)
{
    return t->nsec == UTIME_NOW || t->nsec == UTIME_OMIT ||
           (t->nsec >= 0 && t->nsec < PORT_NS_PER_S);
}

static void time_to_attr(const struct timespec_k *t, unsigned bit, int64_t *ns,
                         struct vnode_attr *a)
{
    if (t->nsec == UTIME_OMIT)
        return;
    a->valid |= bit;
    *ns = t->nsec == UTIME_NOW ? port_realtime_ns() : port_ns(t->sec, t->nsec);
}

static long set_times(struct dentry *d, const struct timespec_k times[2])
{
    struct vnode_attr a = {0};
    bool now = times[0].nsec == UTIME_NOW && times[1].nsec == UTIME_NOW;
    if (times[0].nsec == UTIME_OMIT && times[1].nsec == UTIME_OMIT)
        return 0;
    if (d->sb && (d->sb->flags & MS_RDONLY))
        return -EROFS;
    if (!vnode_is_owner(d->vnode)) {
        if (!now)
            return -EPERM;
        int err = vnode_permission(d->vnode, MAY_WRITE);
        if (err)
            return err;
    }
    time_to_attr(&times[0], ATTR_ATIME, &a.atime_ns, &a);
    time_to_attr(&times[1], ATTR_MTIME, &a.mtime_ns, &a);
    return set_attr(d, &a);
}

SYSCALL4(utimensat, uint64_t, dirfd, uint64_t, path, uint64_t, addr, uint64_t, flags)
{
    struct timespec_k times[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    struct dentry *d;
    if (addr && port_copy_in(times, addr, sizeof(times)))
        return -EFAULT;
    if (!time_is_valid(&times[0]) || !time_is_valid(&times[1]))
        return -EINVAL;
    if (!path) { /* futimens */
        struct file *f = fd_get((int)dirfd);
        if (!f)
            return (int)dirfd == AT_FDCWD ? -EFAULT : -EBADF;
        long r = flags ? -EINVAL : set_times(f->dentry, times);
        file_unref(f);
        return r;
    }
    if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    int err = sys_lookup_at(dirfd, path, (unsigned)flags, &d);
    if (err)
        return err;
    long r = set_times(d, times);
    dentry_unref(d);
    return r;
}

static long resize(struct vnode *vn, int64_t size)
{
    if (size < 0)
        return -EINVAL;
    if ((uint64_t)size > port_limit_fsize() && (uint64_t)size > vn->size) {
        port_signal_self(25);
        return -EFBIG;
    }
    if (!vn->ops || !vn->ops->truncate)
        return -EINVAL;
    long r = vn->ops->truncate(vn, (uint64_t)size);
    if (!r && !port_is_privileged())
        vnode_drop_suid(vn);
    return r;
}

SYSCALL2(truncate, uint64_t, path, uint64_t, size)
{
    struct dentry *d;
    if ((int64_t)size < 0)
        return -EINVAL;
    int err = sys_lookup_at((uint64_t)AT_FDCWD, path, 0, &d);
    if (err)
        return err;
    if (vnode_is_dir(d->vnode))
        err = -EISDIR;
    else if (!vnode_is_regular(d->vnode))
        err = -EINVAL;
    else
        err = vnode_permission(d->vnode, MAY_WRITE);
    if (!err && d->vnode->deny_write)
        err = -ETXTBSY;
    long r = err ? err : resize(d->vnode, (int64_t)size);
    if (!r)
        inotify_dentry(d, IN_MODIFY);
    dentry_unref(d);
    return r;
}

SYSCALL2(ftruncate, uint64_t, fd, uint64_t, size)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = -EINVAL;
    if (vnode_is_regular(f->vnode) && file_can_write(f))
        r = resize(f->vnode, (int64_t)size);
    if (!r)
        inotify_dentry(f->dentry, IN_MODIFY);
    file_unref(f);
    return r;
}

static long fallocate(struct file *f, int mode, int64_t off, int64_t len)
{
    struct vnode *vn = f->vnode;
    int64_t end;
    if (off < 0 || len <= 0)
        return -EINVAL;
    if (!file_can_write(f))
        return -EBADF;
    if ((unsigned)mode & ~FALLOC_SUPPORTED)
        return -EOPNOTSUPP;
    if (vnode_is_fifo(vn))
        return -ESPIPE;
    if (vnode_is_dir(vn))
        return -EISDIR;
    if (!vnode_is_regular(vn))
        return -ENODEV;
    if (__builtin_add_overflow(off, len, &end))
        return -EFBIG;
    if (!(mode & FALLOC_KEEP_SIZE) && (uint64_t)end > port_limit_fsize())
        return -EFBIG;
    if (!vn->ops->fallocate)
        return -EOPNOTSUPP;
    return vn->ops->fallocate(vn, mode, (uint64_t)off, (uint64_t)len);
}

SYSCALL4(fallocate, uint64_t, fd, uint64_t, mode, uint64_t, off, uint64_t, len)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = fallocate(f, (int)mode, (int64_t)off, (int64_t)len);
    if (!r)
        inotify_dentry(f->dentry, IN_MODIFY);
    file_unref(f);
    return r;
}

/* Advice changes nothing here: all files are in memory. Only its errors are real. */
SYSCALL4(fadvise64, uint64_t, fd, uint64_t, off, uint64_t, len, uint64_t, advice)
{
    (void)off;
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = vnode_is_fifo(f->vnode) ? -ESPIPE : 0;
    if (!r && ((int64_t)len < 0 || advice > 5))
        r = -EINVAL;
    file_unref(f);
    return r;
}

SYSCALL3(readahead, uint64_t, fd, uint64_t, off, uint64_t, len)
{
    (void)off;
    (void)len;
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = !file_can_read(f) ? -EBADF : vnode_is_regular(f->vnode) ? 0 : -EINVAL;
    file_unref(f);
    return r;
}

SYSCALL1(umask, uint64_t, mask)
{
    struct fs_context *fs = port_fs();
    long old = (long)fs->umask;
    fs->umask = (uint32_t)mask & 0777u;
    return old;
}
