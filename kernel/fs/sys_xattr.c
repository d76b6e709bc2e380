/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_xattr.c - extended attributes by path, by path without following, and by descriptor. */
#include "kernel/fs/inotify.h"
#include "kernel/fs/sys.h"
#include "kernel/fs/xattr.h"

/* What the three forms of each call differ in. */
static int target_of(uint64_t where, bool is_fd, unsigned at_flags, struct dentry **out)
{
    if (!is_fd)
        return sys_lookup_at((uint64_t)AT_FDCWD, where, at_flags, out);
    struct file *f = fd_get((int)where);
    if (!f)
        return -EBADF;
    *out = dentry_ref(f->dentry);
    file_unref(f);
    return 0;
}

static int name_in(uint64_t addr, char *name)
{
    long len = port_string_in(name, addr, XATTR_NAME_BYTES_MAX + 1);
    if (len == 0 || len == -ENAMETOOLONG)
        return -ERANGE;
    return len < 0 ? (int)len : 0;
}

static long do_set(struct dentry *d, uint64_t name_addr, uint64_t value, size_t size,
                   unsigned flags)
{
    char name[XATTR_NAME_BYTES_MAX + 1];
    if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
        return -EINVAL;
    long r = name_in(name_addr, name);
    if (r)
        return r;
    if (size > XATTR_VALUE_BYTES_MAX)
        return -E2BIG;
    void *copy = kmalloc(size + 1);
    if (!copy)
        return -ENOMEM;
    r = size && port_copy_in(copy, value, size) ? -EFAULT : 0;
    if (!r)
        r = xattr_set(d->vnode, name, copy, size, flags);
    if (!r)
        inotify_dentry(d, IN_ATTRIB);
    kfree(copy);
    return r;
}

static long do_get(struct dentry *d, uint64_t name_addr, uint64_t value, size_t size)
{
    char name[XATTR_NAME_BYTES_MAX + 1];
    long r = name_in(name_addr, name);
    if (r)
        return r;
    if (size > XATTR_VALUE_BYTES_MAX)
        size = XATTR_VALUE_BYTES_MAX;
    void *copy = kmalloc(size + 1);
    if (!copy)
        return -ENOMEM;
    r = xattr_get(d->vnode, name, copy, size);
    if (r > 0 && size && port_copy_out(value, copy, (size_t)r))
        r = -EFAULT;
    kfree(copy);
    return r;
}

static long do_list(struct dentry *d, uint64_t list, size_t size)
{
    if (size > XATTR_VALUE_BYTES_MAX)
        size = XATTR_VALUE_BYTES_MAX;
    char *copy = kmalloc(size + 1);
    if (!copy)
        return -ENOMEM;
    long r = xattr_list(d->vnode, copy, size);
    if (r > 0 && size && port_copy_out(list, copy, (size_t)r))
        r = -EFAULT;
    kfree(copy);
    return r;
}

static long do_remove(struct dentry *d, uint64_t name_addr)
{
    char name[XATTR_NAME_BYTES_MAX + 1];
    long r = name_in(name_addr, name);
    return r ? r : xattr_remove(d->vnode, name);
}

#define ON_TARGET(where, is_fd, at_flags, call)                                                   \
    do {                                                                                          \
        struct dentry *d;                                                                         \
        long r = target_of(where, is_fd, at_flags, &d);                                           \
        if (r)                                                                                    \
            return r;                                                                             \
        r = call;                                                                                 \
        dentry_unref(d);                                                                          \
        return r;                                                                                 \
    } while (0)

SYSCALL5(setxattr, uint64_t, path, uint64_t, name, uint64_t, value, uint64_t, size, uint64_t,
         flags)
{
    ON_TARGET(path, false, 0, do_set(d, name, value, size, (unsigned)flags));
}

SYSCALL5(lsetxattr, uint64_t, path, uint64_t, name, uint64_t, value, uint64_t, size, uint64_t,
         flags)
{
    ON_TARGET(path, false, AT_SYMLINK_NOFOLLOW, do_set(d, name, value, size, (unsigned)flags));
}

SYSCALL5(fsetxattr, uint64_t, fd, uint64_t, name, uint64_t, value, uint64_t, size, uint64_t, flags)
{
    ON_TARGET(fd, true, 0, do_set(d, name, value, size, (unsigned)flags));
}

SYSCALL4(getxattr, uint64_t, path, uint64_t, name, uint64_t, value, uint64_t, size)
{
    ON_TARGET(path, false, 0, do_get(d, name, value, size));
}

SYSCALL4(lgetxattr, uint64_t, path, uint64_t, name, uint64_t, value, uint64_t, size)
{
    ON_TARGET(path, false, AT_SYMLINK_NOFOLLOW, do_get(d, name, value, size));
}

SYSCALL4(fgetxattr, uint64_t, fd, uint64_t, name, uint64_t, value, uint64_t, size)
{
    ON_TARGET(fd, true, 0, do_get(d, name, value, size));
}

SYSCALL3(listxattr, uint64_t, path, uint64_t, list, uint64_t, size)
{
    ON_TARGET(path, false, 0, do_list(d, list, size));
}

SYSCALL3(llistxattr, uint64_t, path, uint64_t, list, uint64_t, size)
{
    ON_TARGET(path, false, AT_SYMLINK_NOFOLLOW, do_list(d, list, size));
}

SYSCALL3(flistxattr, uint64_t, fd, uint64_t, list, uint64_t, size)
{
    ON_TARGET(fd, true, 0, do_list(d, list, size));
}

SYSCALL2(removexattr, uint64_t, path, uint64_t, name)
{
    ON_TARGET(path, false, 0, do_remove(d, name));
}

SYSCALL2(lremovexattr, uint64_t, path, uint64_t, name)
{
    ON_TARGET(path, false, AT_SYMLINK_NOFOLLOW, do_remove(d, name));
}

SYSCALL2(fremovexattr, uint64_t, fd, uint64_t, name)
{
    ON_TARGET(fd, true, 0, do_remove(d, name));
}
