/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_open.c - openat, openat2, close, close_range, memfd_create. */
#include "kernel/fs/namei.h"
#include "kernel/fs/sys.h"
#include "kernel/fs/tmpfs.h"

#include "fs_abi.h"

#define CLOSE_RANGE_UNSHARE 2u
#define CLOSE_RANGE_CLOEXEC 4u
#define MFD_CLOEXEC 1u
#define MFD_ALLOW_SEALING 2u
#define MFD_NOEXEC_SEAL 8u
#define MFD_EXEC 16u

static long install(int err, struct file *f, unsigned flags)
{
    if (err)
        return err;
    return fd_give(f, (flags & O_CLOEXEC) != 0);
}

SYSCALL4(openat, uint64_t, dirfd, uint64_t, path, uint64_t, flags, uint64_t, mode)
{
    struct sys_path p;
    struct file *f;
    int err = sys_path_at(&p, dirfd, path, false);
    if (err)
        return err;
    err = fs_open(p.start, p.path, (unsigned)flags | O_LARGEFILE, (uint32_t)mode, &f);
    sys_path_done(&p);
    return install(err, f, (unsigned)flags);
}

struct open_how_k {
    uint64_t flags, mode, resolve;
};

/* What a longer structure of a newer program holds beyond ours must be zero. */
static int how_in(uint64_t addr, uint64_t size, struct open_how_k *how)
{
    uint8_t byte;
    if (size < sizeof(*how))
        return -EINVAL;
    if (size > PAGE_BYTES)
        return -E2BIG;
    for (uint64_t i = sizeof(*how); i < size; i++) {
        if (port_copy_in(&byte, addr + i, 1))
            return -EFAULT;
        if (byte)
            return -E2BIG;
    }
    return port_copy_in(how, addr, sizeof(*how));
}

static int how_check(const struct open_how_k *how)
{
    const unsigned both = RESOLVE_BENEATH | RESOLVE_IN_ROOT;
    if ((how->resolve & ~(uint64_t)RESOLVE_ALL) || (how->resolve & both) == both)
        return -EINVAL;
    if (how->flags >> 32)
        return -EINVAL;
    bool creates = how->flags & (O_CREAT | O_TMPFILE_BIT);
    if (creates ? how->mode & ~07777ull : how->mode)
        return -EINVAL;
    if ((how->resolve & RESOLVE_CACHED) && (how->flags & (O_TRUNC | O_CREAT | O_TMPFILE_BIT)))
        return -EAGAIN;
    return 0;
}

SYSCALL4(openat2, uint64_t, dirfd, uint64_t, path_addr, uint64_t, how_addr, uint64_t, size)
{
    struct open_how_k how;
    struct dentry *start;
    struct file *f = NULL;
    char *path;
    int err = how_in(how_addr, size, &how);
    if (!err)
        err = how_check(&how);
    if (!err)
        err = path_from_user(path_addr, false, &path);
    if (err)
        return err;
    bool inside = how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT);
    err = path_start((int)dirfd, inside ? "." : path, &start);
    if (!err) {
        err = fs_open_restricted(start, path, (unsigned)how.flags | O_LARGEFILE,
                                 (uint32_t)how.mode, (unsigned)how.resolve, &f);
        dentry_unref(start);
    }
    path_free(path);
    return install(err, f, (unsigned)how.flags);
}

SYSCALL1(close, uint64_t, fd)
{
    return fd_close((int)fd);
}

SYSCALL3(close_range, uint64_t, first, uint64_t, last, uint64_t, flags)
{
    uint32_t from = (uint32_t)first, to = (uint32_t)last;
    if (flags & ~(uint64_t)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC))
        return -EINVAL;
    if (from > to)
        return -EINVAL;
    if (flags & CLOSE_RANGE_UNSHARE) {
        int err = port_unshare_fds();
        if (err)
            return err;
    }
    struct fd_table *t = port_fds();
    for (uint32_t fd = from; fd <= to && fd < t->count; fd++) {
        if (!t->slots[fd].file)
            continue;
        if (flags & CLOSE_RANGE_CLOEXEC)
            t->slots[fd].cloexec = true;
        else
            fd_close((int)fd);
    }
    return 0;
}

/* memfd: a nameless file of the root file system; its path reads "/memfd:NAME (deleted)". */
static int memfd_open(const char *name, unsigned flags, struct file **out)
{
    char label[NAME_BYTES_MAX + 20];
    struct vnode *vn;
    int err = tmpfs_create(fs_root()->sb, S_IFREG_ | 0777, 0, NULL, &vn);
    if (err)
        return err;
    vn->nlink = 0;
    vn->seals = flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL) ? 0 : F_SEAL_SEAL;
    if (flags & MFD_NOEXEC_SEAL)
        vn->mode &= ~0111u;
    int len = snprintf(label, sizeof(label), "/memfd:%s (deleted)", name);
    struct dentry *d = dentry_alloc(NULL, fs_root()->sb, label, (size_t)len, vn);
    if (!d)
        return -ENOMEM;
    d->flags |= DENTRY_ANON;
    err = file_open_dentry(d, O_RDWR | O_LARGEFILE, out);
    dentry_unref(d);
    return err;
}

SYSCALL2(memfd_create, uint64_t, name_addr, uint64_t, flags)
{
    char name[NAME_BYTES_MAX - 5];
    struct file *f;
    if (flags & ~(uint64_t)(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC))
        return -EINVAL;
    long len = port_string_in(name, name_addr, sizeof(name));
    if (len < 0)
        return len == -ENAMETOOLONG ? -EINVAL : len;
    long fd = memfd_open(name, (unsigned)flags, &f);
    if (fd)
        return fd;
    return fd_give(f, (flags & MFD_CLOEXEC) != 0);
}
