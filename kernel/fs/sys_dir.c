/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_dir.c - directories: listing, working directory, names made and removed, mounts. */
#include "kernel/fs/sys.h"

#define MNT_FORCE 1u
#define MNT_DETACH 2u
#define MNT_EXPIRE 4u
#define UMOUNT_NOFOLLOW 8u
#define DIRENT_HEADER_BYTES 19u /* ino, off, reclen, type */

/*
 * struct linux_dirent64 records into user memory, each finished when its successor's place is
 * known.
 */
struct getdents {
    struct dir_emit emit;
    uint64_t buf;
    size_t size, used;
    uint64_t last;       /* user address of the last record, whose d_off is open */
    int err;
    bool legacy;         /* struct linux_dirent: the type is in the last byte */
};

static bool getdents_emit(struct dir_emit *e, const char *name, size_t len, uint64_t ino,
                          unsigned type)
{
    struct getdents *g = (struct getdents *)e;
    uint8_t rec[DIRENT_HEADER_BYTES + NAME_BYTES_MAX + 16];
    size_t header = g->legacy ? DIRENT_HEADER_BYTES - 1 : DIRENT_HEADER_BYTES;
    size_t bytes = (header + len + 1 + (g->legacy ? 1 : 0) + 7) & ~(size_t)7;
    uint16_t reclen = (uint16_t)bytes;
    if (g->used + bytes > g->size) {
        if (!g->used)
            g->err = -EINVAL;
        return false;
    }
    memset(rec, 0, bytes);
    memcpy(rec, &ino, 8);
    memcpy(rec + 16, &reclen, 2);
    memcpy(rec + header, name, len);
    rec[g->legacy ? bytes - 1 : 18] = (uint8_t)type;
    /* d_off of this record is where the next one begins, which is only known then. */
    uint64_t off = e->pos;
    if ((g->last && port_copy_out(g->last + 8, &off, sizeof(off))) ||
        port_copy_out(g->buf + g->used, rec, bytes)) {
        g->err = -EFAULT;
        return false;
    }
    g->last = g->buf + g->used;
    g->used += bytes;
    return true;
}

static long getdents(uint64_t fd, uint64_t buf, uint64_t size, bool legacy)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    struct getdents g = {.buf = buf, .size = (uint32_t)size, .legacy = legacy};
    long r = -ENOTDIR;
    if (f->ops->readdir) {
        g.emit.emit = getdents_emit;
        g.emit.pos = f->pos;
        r = f->dentry->flags & DENTRY_UNLINKED ? -ENOENT : f->ops->readdir(f, &g.emit);
    }
    if (!r && g.used) {
        uint64_t off = g.emit.pos;
        f->pos = off;
        r = port_copy_out(g.last + 8, &off, sizeof(off)) ? -EFAULT : (long)g.used;
    } else if (!r) {
        r = g.err;
    }
    file_unref(f);
    return r;
}

SYSCALL3(getdents64, uint64_t, fd, uint64_t, buf, uint64_t, size)
{
    return getdents(fd, buf, size, false);
}

SYSCALL3(getdents, uint64_t, fd, uint64_t, buf, uint64_t, size)
{
    return getdents(fd, buf, size, true);
}

SYSCALL2(getcwd, uint64_t, buf, uint64_t, size)
{
    static const char unreachable[] = "(unreachable)";
    const struct fs_context *fs = port_fs();
    char *path = kmalloc(PATH_BYTES_MAX);
    if (!path)
        return -ENOMEM;
    /* chroot may leave the working directory outside. */
    size_t before = dentry_is_below(fs->cwd, fs->root) ? 0 : sizeof(unreachable) - 1;
    memcpy(path, unreachable, before);
    long len = dentry_path(fs->cwd, before ? fs_root() : fs->root, false, path + before,
                           PATH_BYTES_MAX - before);
    if (len >= 0) {
        len += (long)before;
        if ((uint64_t)len + 1 > size)
            len = -ERANGE;
        else
            len = port_copy_out(buf, path, (size_t)len + 1) ? -EFAULT : len + 1;
    }
    kfree(path);
    return len;
}

static void set_cwd(struct dentry *d)
{
    struct fs_context *fs = port_fs();
    dentry_unref(fs->cwd);
    fs->cwd = d;
}

/* A directory that may be entered, from a path. */
static int lookup_enterable(uint64_t path, struct dentry **out)
{
    struct sys_path p;
    int err = sys_path_at(&p, (uint64_t)AT_FDCWD, path, false);
    if (err)
        return err;
    err = path_lookup(p.start, p.path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, out);
    sys_path_done(&p);
    if (!err) {
        err = vnode_permission((*out)->vnode, MAY_EXEC);
        if (err)
            dentry_unref(*out);
    }
    return err;
}

SYSCALL1(chdir, uint64_t, path)
{
    struct dentry *d;
    int err = lookup_enterable(path, &d);
    if (!err)
        set_cwd(d);
    return err;
}

SYSCALL1(fchdir, uint64_t, fd)
{
    struct file *f = fd_get_path((int)fd);
    if (!f)
        return -EBADF;
    long r = -ENOTDIR;
    if (vnode_is_dir(f->vnode))
        r = vnode_permission(f->vnode, MAY_EXEC);
    if (!r)
        set_cwd(dentry_ref(f->dentry));
    file_unref(f);
    return r;
}

SYSCALL1(chroot, uint64_t, path)
{
    struct dentry *d;
    struct fs_context *fs = port_fs();
    int err = lookup_enterable(path, &d);
    if (err)
        return err;
    if (!port_is_privileged()) {
        dentry_unref(d);
        return -EPERM;
    }
    dentry_unref(fs->root);
    fs->root = d;
    return 0;
}

SYSCALL3(mkdirat, uint64_t, dirfd, uint64_t, path, uint64_t, mode)
{
    struct sys_path p;
    int err = sys_path_at(&p, dirfd, path, false);
    if (err)
        return err;
    err = fs_mkdir(p.start, p.path, (uint32_t)mode & 01777u & ~port_fs()->umask);
    sys_path_done(&p);
    return err;
}

SYSCALL4(mknodat, uint64_t, dirfd, uint64_t, path, uint64_t, mode, uint64_t, dev)
{
    struct sys_path p;
    uint32_t bits = ((uint32_t)mode & S_IFMT_) | ((uint32_t)mode & 07777u & ~port_fs()->umask);
    int err = sys_path_at(&p, dirfd, path, false);
    if (err)
        return err;
    err = fs_mknod(p.start, p.path, bits, (uint32_t)dev);
    sys_path_done(&p);
    return err;
}

SYSCALL3(unlinkat, uint64_t, dirfd, uint64_t, path, uint64_t, flags)
{
    struct sys_path p;
    if (flags & ~(uint64_t)AT_REMOVEDIR)
        return -EINVAL;
    int err = sys_path_at(&p, dirfd, path, false);
    if (err)
        return err;
    err = flags & AT_REMOVEDIR ? fs_rmdir(p.start, p.path) : fs_unlink(p.start, p.path);
    sys_path_done(&p);
    return err;
}

SYSCALL5(renameat2, uint64_t, olddir, uint64_t, oldpath, uint64_t, newdir, uint64_t, newpath,
         uint64_t, flags)
{
    struct sys_path from, to;
    int err = sys_path_at(&from, olddir, oldpath, false);
    if (err)
        return err;
    err = sys_path_at(&to, newdir, newpath, false);
    if (!err) {
        err = fs_rename(from.start, from.path, to.start, to.path, (unsigned)flags);
        sys_path_done(&to);
    }
    sys_path_done(&from);
    return err;
}

SYSCALL4(renameat, uint64_t, olddir, uint64_t, oldpath, uint64_t, newdir, uint64_t, newpath)
{
    return syscall_renameat2(olddir, oldpath, newdir, newpath, 0);
}

SYSCALL5(linkat, uint64_t, olddir, uint64_t, oldpath, uint64_t, newdir, uint64_t, newpath,
         uint64_t, flags)
{
    struct dentry *old;
    struct sys_path to;
    if (flags & ~(uint64_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    unsigned at = (flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW) |
                  ((unsigned)flags & AT_EMPTY_PATH);
    int err = sys_lookup_at(olddir, oldpath, at, &old);
    if (err)
        return err;
    err = sys_path_at(&to, newdir, newpath, false);
    if (!err) {
        err = fs_link(old, to.start, to.path);
        sys_path_done(&to);
    }
    dentry_unref(old);
    return err;
}

SYSCALL3(symlinkat, uint64_t, target_addr, uint64_t, dirfd, uint64_t, path)
{
    char *target;
    struct sys_path p;
    int err = path_from_user(target_addr, false, &target);
    if (err)
        return err;
    err = sys_path_at(&p, dirfd, path, false);
    if (!err) {
        err = fs_symlink(p.start, p.path, target);
        sys_path_done(&p);
    }
    path_free(target);
    return err;
}

SYSCALL4(readlinkat, uint64_t, dirfd, uint64_t, path, uint64_t, buf, uint64_t, size)
{
    struct dentry *d;
    if ((int32_t)size <= 0)
        return -EINVAL;
    int err = sys_lookup_at(dirfd, path, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &d);
    if (err)
        return err;
    struct vnode *vn = d->vnode;
    char *target = kmalloc(PATH_BYTES_MAX);
    long len = -ENOMEM;
    if (target)
        len = vnode_is_symlink(vn) ? vn->ops->readlink(vn, target, PATH_BYTES_MAX) : -EINVAL;
    if (len > (int32_t)size)
        len = (int32_t)size;
    if (len > 0 && port_copy_out(buf, target, (size_t)len))
        len = -EFAULT;
    kfree(target);
    dentry_unref(d);
    return len;
}

static long string_or_empty(uint64_t addr, char *buf, size_t size)
{
    buf[0] = '\0';
    return addr ? port_string_in(buf, addr, size) : 0;
}

SYSCALL5(mount, uint64_t, source, uint64_t, target, uint64_t, type, uint64_t, flags, uint64_t, data)
{
    char name[32], from[64], options[256];
    struct dentry *where;
    if (!port_is_privileged())
        return -EPERM;
    if (string_or_empty(type, name, sizeof(name)) < 0 ||
        string_or_empty(source, from, sizeof(from)) < 0 ||
        string_or_empty(data, options, sizeof(options)) < 0)
        return -EFAULT;
    int err = sys_lookup_at((uint64_t)AT_FDCWD, target, 0, &where);
    if (err)
        return err;
    err = fs_mount(name, from, where, (unsigned)flags, options);
    dentry_unref(where);
    return err;
}

SYSCALL2(umount2, uint64_t, target, uint64_t, flags)
{
    struct dentry *d;
    if (flags & ~(uint64_t)(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
        return -EINVAL;
    if (!port_is_privileged())
        return -EPERM;
    int err = sys_lookup_at((uint64_t)AT_FDCWD, target,
                            flags & UMOUNT_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0, &d);
    if (err)
        return err;
    err = fs_umount(d, (unsigned)flags);
    dentry_unref(d);
    return err;
}
