/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_legacy.c - calls that only x86_64 still has, each in terms of its successor. */
#include "kernel/fs/sys.h"

#include "fs_abi.h"

/* Handlers of other files, by their table form (syscall.h). */
long sys_epoll_create1(const uint64_t *args);
long sys_epoll_pwait(const uint64_t *args);
long sys_eventfd2(const uint64_t *args);
long sys_faccessat(const uint64_t *args);
long sys_fchmodat(const uint64_t *args);
long sys_fchownat(const uint64_t *args);
long sys_inotify_init1(const uint64_t *args);
long sys_linkat(const uint64_t *args);
long sys_mkdirat(const uint64_t *args);
long sys_mknodat(const uint64_t *args);
long sys_newfstatat(const uint64_t *args);
long sys_openat(const uint64_t *args);
long sys_pipe2(const uint64_t *args);
long sys_readlinkat(const uint64_t *args);
long sys_renameat2(const uint64_t *args);
long sys_symlinkat(const uint64_t *args);
long sys_unlinkat(const uint64_t *args);
long sys_utimensat(const uint64_t *args);

#define HERE ((uint64_t)AT_FDCWD)

SYSCALL3(open, uint64_t, path, uint64_t, flags, uint64_t, mode)
{
    return sys_openat((const uint64_t[6]){HERE, path, flags, mode});
}

SYSCALL2(creat, uint64_t, path, uint64_t, mode)
{
    return sys_openat((const uint64_t[6]){HERE, path, O_CREAT | O_WRONLY | O_TRUNC, mode});
}

SYSCALL2(stat, uint64_t, path, uint64_t, buf)
{
    return sys_newfstatat((const uint64_t[6]){HERE, path, buf, 0});
}

SYSCALL2(lstat, uint64_t, path, uint64_t, buf)
{
    return sys_newfstatat((const uint64_t[6]){HERE, path, buf, AT_SYMLINK_NOFOLLOW});
}

SYSCALL2(access, uint64_t, path, uint64_t, mode)
{
    return sys_faccessat((const uint64_t[6]){HERE, path, mode});
}

SYSCALL1(pipe, uint64_t, fds)
{
    return sys_pipe2((const uint64_t[6]){fds, 0});
}

SYSCALL2(rename, uint64_t, oldpath, uint64_t, newpath)
{
    return sys_renameat2((const uint64_t[6]){HERE, oldpath, HERE, newpath, 0});
}

SYSCALL2(mkdir, uint64_t, path, uint64_t, mode)
{
    return sys_mkdirat((const uint64_t[6]){HERE, path, mode});
}

SYSCALL1(rmdir, uint64_t, path)
{
    return sys_unlinkat((const uint64_t[6]){HERE, path, AT_REMOVEDIR});
}

SYSCALL2(link, uint64_t, oldpath, uint64_t, newpath)
{
    return sys_linkat((const uint64_t[6]){HERE, oldpath, HERE, newpath, 0});
}

SYSCALL1(unlink, uint64_t, path)
{
    return sys_unlinkat((const uint64_t[6]){HERE, path, 0});
}

SYSCALL2(symlink, uint64_t, target, uint64_t, path)
{
    return sys_symlinkat((const uint64_t[6]){target, HERE, path});
}

SYSCALL3(readlink, uint64_t, path, uint64_t, buf, uint64_t, size)
{
    return sys_readlinkat((const uint64_t[6]){HERE, path, buf, size});
}

SYSCALL2(chmod, uint64_t, path, uint64_t, mode)
{
    return sys_fchmodat((const uint64_t[6]){HERE, path, mode});
}

SYSCALL3(chown, uint64_t, path, uint64_t, uid, uint64_t, gid)
{
    return sys_fchownat((const uint64_t[6]){HERE, path, uid, gid, 0});
}

SYSCALL3(lchown, uint64_t, path, uint64_t, uid, uint64_t, gid)
{
    return sys_fchownat((const uint64_t[6]){HERE, path, uid, gid, AT_SYMLINK_NOFOLLOW});
}

SYSCALL3(mknod, uint64_t, path, uint64_t, mode, uint64_t, dev)
{
    return sys_mknodat((const uint64_t[6]){HERE, path, mode, dev});
}

/* Old times in seconds or microseconds, applied as utimensat would. */
static long set_old_times(uint64_t dirfd, uint64_t path, const int64_t ns[2])
{
    struct vnode_attr a = {.valid = ATTR_ATIME | ATTR_MTIME, .atime_ns = ns[0], .mtime_ns = ns[1]};
    struct dentry *d;
    int err = sys_lookup_at(dirfd, path, 0, &d);
    if (err)
        return err;
    err = vnode_is_owner(d->vnode) ? vnode_set_attr(d->vnode, &a) : -EPERM;
    dentry_unref(d);
    return err;
}

SYSCALL2(utime, uint64_t, path, uint64_t, times)
{
    int64_t seconds[2], ns[2];
    if (!times)
        return sys_utimensat((const uint64_t[6]){HERE, path, 0, 0});
    if (port_copy_in(seconds, times, sizeof(seconds)))
        return -EFAULT;
    for (int i = 0; i < 2; i++)
        ns[i] = port_ns(seconds[i], 0);
    return set_old_times(HERE, path, ns);
}

SYSCALL3(futimesat, uint64_t, dirfd, uint64_t, path, uint64_t, times)
{
    int64_t tv[4], ns[2]; /* seconds, microseconds, twice */
    if (!times)
        return sys_utimensat((const uint64_t[6]){dirfd, path, 0, 0});
    if (port_copy_in(tv, times, sizeof(tv)))
        return -EFAULT;
    for (int i = 0; i < 2; i++) {
        if (tv[2 * i + 1] < 0 || tv[2 * i + 1] >= 1000000)
            return -EINVAL;
        ns[i] = port_ns(tv[2 * i], tv[2 * i + 1] * 1000);
    }
    return set_old_times(dirfd, path, ns);
}

SYSCALL2(utimes, uint64_t, path, uint64_t, times)
{
    return syscall_futimesat(HERE, path, times);
}

SYSCALL1(epoll_create, uint64_t, size)
{
    return (int)size <= 0 ? -EINVAL : sys_epoll_create1((const uint64_t[6]){0});
}

SYSCALL4(epoll_wait, uint64_t, epfd, uint64_t, events, uint64_t, max, uint64_t, timeout_ms)
{
    return sys_epoll_pwait((const uint64_t[6]){epfd, events, max, timeout_ms, 0, 0});
}

SYSCALL1(eventfd, uint64_t, count)
{
    return sys_eventfd2((const uint64_t[6]){count, 0});
}

SYSCALL0(inotify_init)
{
    return sys_inotify_init1((const uint64_t[6]){0});
}
