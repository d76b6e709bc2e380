/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys_rw.c - read, write and their vector and positioned forms; lseek.
 *
 * One path for all: an uio, a direction, and a position that is either the
 * file's own (written back) or the caller's.
 */
#include "kernel/fs/inotify.h"
#include "kernel/fs/sys.h"

#define RWF_HIPRI 1u
#define RWF_DSYNC 2u
#define RWF_SYNC 4u
#define RWF_NOWAIT 8u
#define RWF_APPEND 16u
#define RWF_ALL 31u

enum direction { READ, WRITE };

static long transfer(struct file *f, struct uio *u, enum direction dir, uint64_t *pos)
{
    long (*op)(struct file *, struct uio *, uint64_t *) = dir == READ ? f->ops->read
                                                                       : f->ops->write;
    if (!(dir == READ ? file_can_read(f) : file_can_write(f)))
        return -EBADF;
    if (!op)
        return -EINVAL;
    long n = op(f, u, pos);
    if (n > 0)
        inotify_dentry(f->dentry, dir == READ ? IN_ACCESS : IN_MODIFY);
    return n;
}

static long rw_current(uint64_t fd, struct uio *u, enum direction dir)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    uint64_t pos = f->pos;
    long n = transfer(f, u, dir, &pos);
    if (n >= 0 && f->ops->seek)
        f->pos = pos;
    file_unref(f);
    return n;
}

static long rw_at(uint64_t fd, struct uio *u, enum direction dir, uint64_t off)
{
    uint64_t pos = off;
    if ((int64_t)off < 0)
        return -EINVAL;
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    bool has_position = f->ops->seek && f->ops->seek != file_seek_noop;
    long n = has_position ? transfer(f, u, dir, &pos) : -ESPIPE;
    file_unref(f);
    return n;
}

static long rw_vector(uint64_t fd, uint64_t iov, uint64_t count, enum direction dir, bool at,
                      uint64_t off)
{
    struct uio u;
    int err = uio_init_user_iovec(&u, iov, count);
    if (err) {
        struct file *f = fd_get((int)fd); /* a bad descriptor comes first */
        if (!f)
            return -EBADF;
        file_unref(f);
        return err;
    }
    long n = at ? rw_at(fd, &u, dir, off) : rw_current(fd, &u, dir);
    uio_done(&u);
    return n;
}

SYSCALL3(read, uint64_t, fd, uint64_t, buf, uint64_t, len)
{
    struct uio u;
    if ((int64_t)len < 0)
        return -EINVAL;
    uio_init_user(&u, buf, len);
    return rw_current(fd, &u, READ);
}

SYSCALL3(write, uint64_t, fd, uint64_t, buf, uint64_t, len)
{
    struct uio u;
    if ((int64_t)len < 0)
        return -EINVAL;
    uio_init_user(&u, buf, len);
    return rw_current(fd, &u, WRITE);
}

SYSCALL4(pread64, uint64_t, fd, uint64_t, buf, uint64_t, len, uint64_t, off)
{
    struct uio u;
    if ((int64_t)len < 0)
        return -EINVAL;
    uio_init_user(&u, buf, len);
    return rw_at(fd, &u, READ, off);
}

SYSCALL4(pwrite64, uint64_t, fd, uint64_t, buf, uint64_t, len, uint64_t, off)
{
    struct uio u;
    if ((int64_t)len < 0)
        return -EINVAL;
    uio_init_user(&u, buf, len);
    return rw_at(fd, &u, WRITE, off);
}

SYSCALL3(readv, uint64_t, fd, uint64_t, iov, uint64_t, count)
{
    return rw_vector(fd, iov, count, READ, false, 0);
}

SYSCALL3(writev, uint64_t, fd, uint64_t, iov, uint64_t, count)
{
    return rw_vector(fd, iov, count, WRITE, false, 0);
}

/* 64-bit CPUs pass the whole offset in the low half; the high one is shifted out. */
SYSCALL5(preadv, uint64_t, fd, uint64_t, iov, uint64_t, count, uint64_t, low, uint64_t, high)
{
    (void)high;
    return rw_vector(fd, iov, count, READ, true, low);
}

SYSCALL5(pwritev, uint64_t, fd, uint64_t, iov, uint64_t, count, uint64_t, low, uint64_t, high)
{
    (void)high;
    return rw_vector(fd, iov, count, WRITE, true, low);
}

SYSCALL6(preadv2, uint64_t, fd, uint64_t, iov, uint64_t, count, uint64_t, low, uint64_t, high,
         uint64_t, flags)
{
    (void)high;
    if (flags & ~(uint64_t)RWF_ALL)
        return -EOPNOTSUPP;
    return rw_vector(fd, iov, count, READ, low != UINT64_MAX, low);
}

SYSCALL6(pwritev2, uint64_t, fd, uint64_t, iov, uint64_t, count, uint64_t, low, uint64_t, high,
         uint64_t, flags)
{
    (void)high;
    if (flags & ~(uint64_t)RWF_ALL)
        return -EOPNOTSUPP;
    if (flags & RWF_APPEND) {
        const struct file *f = fd_table_peek(port_fds(), (int)fd);
        if (f)
            low = f->vnode->size;
    }
    return rw_vector(fd, iov, count, WRITE, low != UINT64_MAX, low);
}

SYSCALL3(lseek, uint64_t, fd, uint64_t, offset, uint64_t, whence)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = -ESPIPE;
    if (f->ops->seek)
        r = (unsigned)whence > SEEK_HOLE
                ? -EINVAL
                : (long)f->ops->seek(f, (int64_t)offset, (int)whence);
    file_unref(f);
    return r;
}
