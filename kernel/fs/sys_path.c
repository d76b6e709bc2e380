/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_path.c - paths and times as system calls are given them. */
#include "kernel/fs/sys.h"

int path_from_user(uint64_t addr, bool allow_empty, char **out)
{
    char *buf = kmalloc(PATH_BYTES_MAX);
    if (!buf)
        return -ENOMEM;
    long len = port_string_in(buf, addr, PATH_BYTES_MAX);
    if (len == 0 && !allow_empty)
        len = -ENOENT;
    if (len < 0) {
        kfree(buf);
        return (int)len;
    }
    *out = buf;
    return 0;
}

void path_free(char *path)
{
    kfree(path);
}

int path_start(int dirfd, const char *path, struct dentry **out)
{
    *out = NULL;
    if (dirfd == AT_FDCWD || path[0] == '/')
        return 0;
    const struct file *f = fd_table_peek(port_fds(), dirfd);
    if (!f)
        return -EBADF;
    if (path[0] && !vnode_is_dir(f->vnode))
        return -ENOTDIR;
    *out = dentry_ref(f->dentry);
    return 0;
}

int sys_path_at(struct sys_path *p, uint64_t dirfd, uint64_t addr, bool allow_empty)
{
    int err = path_from_user(addr, allow_empty, &p->path);
    if (err)
        return err;
    err = path_start((int)dirfd, p->path, &p->start);
    if (err)
        path_free(p->path);
    return err;
}

void sys_path_done(struct sys_path *p)
{
    path_free(p->path);
    dentry_unref(p->start);
}

/* An empty path: what the descriptor itself names. */
static int lookup_descriptor(int dirfd, struct dentry **out)
{
    const struct file *f = fd_table_peek(port_fds(), dirfd);
    if (!f && dirfd != AT_FDCWD)
        return -EBADF;
    *out = dentry_ref(f ? f->dentry : port_fs()->cwd);
    return 0;
}

int sys_lookup_at(uint64_t dirfd, uint64_t addr, unsigned at_flags, struct dentry **out)
{
    struct sys_path p;
    char first;
    bool empty = (at_flags & AT_EMPTY_PATH) != 0;
    if (empty && !port_copy_in(&first, addr, 1) && !first)
        return lookup_descriptor((int)dirfd, out); /* fstat, as glibc does it */
    int err = sys_path_at(&p, dirfd, addr, empty);
    if (err)
        return err;
    unsigned flags = (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
                     (empty ? LOOKUP_EMPTY : 0);
    err = path_lookup(p.start, p.path, flags, out);
    sys_path_done(&p);
    return err;
}

int sys_deadline(uint64_t addr, uint64_t *deadline_ns, uint64_t *interval_ns)
{
    struct timespec_k ts;
    *deadline_ns = POLL_NO_DEADLINE;
    if (interval_ns)
        *interval_ns = POLL_NO_DEADLINE;
    if (!addr)
        return 0;
    if (port_copy_in(&ts, addr, sizeof(ts)))
        return -EFAULT;
    if (ts.sec < 0 || ts.nsec < 0 || ts.nsec >= PORT_NS_PER_S)
        return -EINVAL;
    uint64_t ns = POLL_NO_DEADLINE;
    if (ts.sec < INT64_MAX / PORT_NS_PER_S - 1)
        ns = (uint64_t)(ts.sec * PORT_NS_PER_S + ts.nsec);
    if (interval_ns)
        *interval_ns = ns;
    uint64_t now = port_monotonic_ns();
    *deadline_ns = ns > POLL_NO_DEADLINE - now ? POLL_NO_DEADLINE : now + ns;
    return 0;
}
