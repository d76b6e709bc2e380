/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_fd.c - descriptors: dup, fcntl, ioctl, flock, pipe2, sync. */
#include "kernel/fs/async.h"
#include "kernel/fs/locks.h"
#include "kernel/fs/pipe.h"
#include "kernel/fs/sys.h"

#include "fs_abi.h"

#define FIONCLEX 0x5450u
#define FIOCLEX 0x5451u
#define FIOASYNC 0x5452u
#define FIONBIO 0x5421u
#define FIONREAD 0x541bu
#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME)

static long dup_min(uint64_t fd, int min, bool cloexec)
{
    struct file *f = fd_get_path((int)fd);
    if (!f)
        return -EBADF;
    long r = -EINVAL;
    if (min >= 0 && (uint64_t)min < port_limit_files())
        r = fd_install(f, min, cloexec);
    if (r < 0)
        file_unref(f);
    return r;
}

SYSCALL1(dup, uint64_t, fd)
{
    struct file *f = fd_get_path((int)fd);
    if (!f)
        return -EBADF;
    long r = fd_install(f, 0, false);
    if (r < 0)
        file_unref(f);
    return r;
}

static long dup_to(int oldfd, int newfd, bool cloexec)
{
    if (newfd < 0 || (uint64_t)newfd >= port_limit_files())
        return -EBADF;
    struct file *f = fd_get_path(oldfd);
    if (!f)
        return -EBADF;
    long r = fd_replace(newfd, f, cloexec);
    if (r < 0)
        file_unref(f);
    return r;
}

SYSCALL2(dup2, uint64_t, oldfd, uint64_t, newfd)
{
    if ((int)oldfd == (int)newfd)
        return fd_table_peek(port_fds(), (int)oldfd) ? (int)newfd : -EBADF;
    return dup_to((int)oldfd, (int)newfd, false);
}

SYSCALL3(dup3, uint64_t, oldfd, uint64_t, newfd, uint64_t, flags)
{
    if ((flags & ~(uint64_t)O_CLOEXEC) || (int)oldfd == (int)newfd)
        return -EINVAL;
    return dup_to((int)oldfd, (int)newfd, (flags & O_CLOEXEC) != 0);
}

static long fcntl_seals(struct file *f, int cmd, uint64_t arg)
{
    struct vnode *vn = f->vnode;
    bool memfd = (f->dentry->flags & DENTRY_ANON) && vnode_is_regular(vn);
    if (!memfd)
        return -EINVAL;
    if (cmd == F_GET_SEALS)
        return (long)vn->seals;
    if (arg & ~31ull)
        return -EINVAL;
    if (!file_can_write(f) || (vn->seals & F_SEAL_SEAL))
        return -EPERM;
    if ((arg & F_SEAL_WRITE) && port_has_writable_mapping(vn))
        return -EBUSY;
    vn->seals |= (unsigned)arg;
    return 0;
}

static long fcntl_pipe_size(struct file *f, int cmd, uint64_t arg)
{
    struct pipe *p = pipe_of_file(f);
    if (!p)
        return -EBADF;
    if (cmd == F_GETPIPE_SZ)
        return p->capacity;
    if (arg > 0x80000000u)
        return -EINVAL;
    if (arg > PIPE_BYTES_MAX && !port_is_privileged())
        return -EPERM;
    int err = pipe_resize(p, (uint32_t)arg);
    if (!err)
        poll_wake(&p->writable, POLL_WRITABLE);
    return err ? err : (long)p->capacity;
}

static long fcntl_slot(int fd, int cmd, uint64_t arg)
{
    struct fd_slot *slot = &port_fds()->slots[fd];
    if (cmd == F_GETFD)
        return slot->cloexec ? FD_CLOEXEC : 0;
    slot->cloexec = (arg & FD_CLOEXEC) != 0;
    return 0;
}

static long set_flags(struct file *f, int fd, unsigned flags)
{
    int err = 0;
    if (!f->ops->async)
        flags &= ~O_ASYNC;
    if ((f->flags ^ flags) & O_ASYNC)
        err = async_set(f, fd, (flags & O_ASYNC) != 0);
    if (!err)
        f->flags = (f->flags & ~SETFL_MASK) | (flags & SETFL_MASK);
    return err;
}

static long fcntl_file(struct file *f, int fd, int cmd, uint64_t arg)
{
    switch (cmd) {
    case F_SETFL:
        return set_flags(f, fd, (unsigned)arg);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return locks_fcntl(f, cmd, arg);
    case F_SETOWN:
    case F_GETOWN:
    case F_SETOWN_EX:
    case F_GETOWN_EX:
    case F_SETSIG:
    case F_GETSIG:
        return async_fcntl(f, cmd, arg);
    case F_SETPIPE_SZ:
    case F_GETPIPE_SZ:
        return fcntl_pipe_size(f, cmd, arg);
    case F_ADD_SEALS:
    case F_GET_SEALS:
        return fcntl_seals(f, cmd, arg);
    }
    return -EINVAL;
}

SYSCALL3(fcntl, uint64_t, fd, uint64_t, cmd, uint64_t, arg)
{
    struct file *f = fd_get_path((int)fd);
    if (!f)
        return -EBADF;
    long r;
    if ((int)cmd == F_DUPFD || (int)cmd == F_DUPFD_CLOEXEC)
        r = dup_min(fd, (int)arg, (int)cmd == F_DUPFD_CLOEXEC);
    else if ((int)cmd == F_GETFD || (int)cmd == F_SETFD)
        r = fcntl_slot((int)fd, (int)cmd, arg);
    else if ((int)cmd == F_GETFL)
        r = (long)f->flags;
    else
        r = f->flags & O_PATH ? -EBADF : fcntl_file(f, (int)fd, (int)cmd, arg);
    file_unref(f);
    return r;
}

SYSCALL2(flock, uint64_t, fd, uint64_t, operation)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = locks_flock(f, (int)operation);
    file_unref(f);
    return r;
}

static long ioctl_flag(struct file *f, int fd, uint64_t arg, unsigned flag)
{
    int32_t on;
    if (port_copy_in(&on, arg, sizeof(on)))
        return -EFAULT;
    unsigned flags = on ? f->flags | flag : f->flags & ~flag;
    if (flag == O_ASYNC && flags != f->flags && !f->ops->async)
        return -ENOTTY;
    return set_flags(f, fd, flags);
}

static long ioctl_regular(struct file *f, unsigned cmd, uint64_t arg)
{
    if (cmd != FIONREAD)
        return -ENOTTY;
    int32_t left = (int32_t)(f->vnode->size - f->pos);
    return port_copy_out(arg, &left, sizeof(left));
}

SYSCALL3(ioctl, uint64_t, fd, uint64_t, command, uint64_t, arg)
{
    unsigned cmd = (unsigned)command;
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r;
    if (cmd == FIOCLEX || cmd == FIONCLEX)
        r = fcntl_slot((int)fd, F_SETFD, cmd == FIOCLEX ? FD_CLOEXEC : 0);
    else if (cmd == FIONBIO || cmd == FIOASYNC)
        r = ioctl_flag(f, (int)fd, arg, cmd == FIONBIO ? O_NONBLOCK : O_ASYNC);
    else if (f->ops->ioctl)
        r = f->ops->ioctl(f, cmd, arg);
    else
        r = vnode_is_regular(f->vnode) ? ioctl_regular(f, cmd, arg) : -ENOTTY;
    file_unref(f);
    return r;
}

/* Two descriptors to user memory; both are closed again where that fails. */
int fd_install_pair(struct file *a, struct file *b, bool cloexec, uint64_t addr)
{
    int32_t fds[2];
    fds[0] = fd_install(a, 0, cloexec);
    if (fds[0] < 0) {
        file_unref(a);
        file_unref(b);
        return fds[0];
    }
    fds[1] = fd_install(b, 0, cloexec);
    if (fds[1] < 0) {
        fd_close(fds[0]);
        file_unref(b);
        return fds[1];
    }
    if (port_copy_out(addr, fds, sizeof(fds))) {
        fd_close(fds[0]);
        fd_close(fds[1]);
        return -EFAULT;
    }
    return 0;
}

SYSCALL2(pipe2, uint64_t, fds, uint64_t, flags)
{
    struct file *reader, *writer;
    if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
        return -EINVAL;
    int err = pipe_open_pair((unsigned)flags, &reader, &writer);
    if (err)
        return err;
    return fd_install_pair(reader, writer, (flags & O_CLOEXEC) != 0, fds);
}

SYSCALL0(sync)
{
    return 0;
}

/* Files are in memory: there is nothing to write back but the error for what has no such thing. */
static long sync_file(uint64_t fd)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    uint32_t type = f->vnode->mode & S_IFMT_;
    long r = type == S_IFREG_ || type == S_IFDIR_ || type == S_IFBLK_ ? 0 : -EINVAL;
    file_unref(f);
    return r;
}

SYSCALL1(syncfs, uint64_t, fd)
{
    return fd_table_peek(port_fds(), (int)fd) ? 0 : -EBADF;
}

SYSCALL1(fsync, uint64_t, fd)
{
    return sync_file(fd);
}

SYSCALL1(fdatasync, uint64_t, fd)
{
    return sync_file(fd);
}

SYSCALL4(sync_file_range, uint64_t, fd, uint64_t, off, uint64_t, len, uint64_t, flags)
{
    if (flags & ~7ull || (int64_t)off < 0 || (int64_t)len < 0)
        return -EINVAL;
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = vnode_is_fifo(f->vnode) ? -ESPIPE : 0;
    file_unref(f);
    return r;
}
