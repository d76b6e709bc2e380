/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_stat.c - stat in all its forms, statfs. */
#include "kernel/fs/sys.h"

#include "fs_abi.h"

#define BLOCK_BYTES 4096
#define STATX_BASIC_STATS 0x7ffu
#define STATX_BTIME 0x800u
#define STATX_MNT_ID 0x1000u
#define STATX_RESERVED 0x80000000u
#define STATX_ATTR_MOUNT_ROOT 0x2000u

struct statx_time_k {
    int64_t sec;
    uint32_t nsec;
    int32_t reserved;
};

struct statx_k {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, pad0;
    uint64_t ino, size, blocks, attributes_mask;
    struct statx_time_k atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t mnt_id;
    uint32_t dio_mem_align, dio_offset_align;
    uint64_t spare[12];
};
_Static_assert(sizeof(struct statx_k) == 256, "struct statx");

struct statfs_k {
    int64_t type, bsize, blocks, bfree, bavail, files, ffree;
    int32_t fsid[2];
    int64_t namelen, frsize, flags, spare[4];
};
_Static_assert(sizeof(struct statfs_k) == 120, "struct statfs");

/* Seconds round down, so that nanoseconds are never negative. */
static int64_t time_sec(int64_t ns)
{
    int64_t s = ns / PORT_NS_PER_S;
    return ns % PORT_NS_PER_S < 0 ? s - 1 : s;
}

static uint64_t time_nsec(int64_t ns)
{
    int64_t r = ns % PORT_NS_PER_S;
    return (uint64_t)(r < 0 ? r + PORT_NS_PER_S : r);
}

static void vnode_refresh(struct vnode *vn)
{
    if (vn->ops && vn->ops->refresh)
        vn->ops->refresh(vn);
}

static long stat_out(struct vnode *vn, uint64_t addr)
{
    struct stat_k st;
    vnode_refresh(vn);
    memset(&st, 0, sizeof(st));
    st.st_dev = vn->sb->dev;
    st.st_ino = vn->ino;
    st.st_mode = vn->mode;
    st.st_nlink = vn->nlink;
    st.st_uid = vn->uid;
    st.st_gid = vn->gid;
    st.st_rdev = vn->rdev;
    st.st_size = (int64_t)vn->size;
    st.st_blksize = BLOCK_BYTES;
    st.st_blocks = (int64_t)vn->blocks;
    st.st_atime_s = time_sec(vn->atime_ns);
    st.st_atime_ns = time_nsec(vn->atime_ns);
    st.st_mtime_s = time_sec(vn->mtime_ns);
    st.st_mtime_ns = time_nsec(vn->mtime_ns);
    st.st_ctime_s = time_sec(vn->ctime_ns);
    st.st_ctime_ns = time_nsec(vn->ctime_ns);
    return port_copy_out(addr, &st, sizeof(st));
}

SYSCALL2(fstat, uint64_t, fd, uint64_t, buf)
{
    struct file *f = fd_get_path((int)fd);
    if (!f)
        return -EBADF;
    long r = stat_out(f->vnode, buf);
    file_unref(f);
    return r;
}

SYSCALL4(newfstatat, uint64_t, dirfd, uint64_t, path, uint64_t, buf, uint64_t, flags)
{
    struct dentry *d;
    if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
        return -EINVAL;
    int err = sys_lookup_at(dirfd, path, (unsigned)flags, &d);
    if (err)
        return err;
    long r = stat_out(d->vnode, buf);
    dentry_unref(d);
    return r;
}

static struct statx_time_k statx_time(int64_t ns)
{
    return (struct statx_time_k){.sec = time_sec(ns), .nsec = (uint32_t)time_nsec(ns)};
}

static void statx_fill(struct statx_k *sx, const struct dentry *d)
{
    struct vnode *vn = d->vnode;
    vnode_refresh(vn);
    memset(sx, 0, sizeof(*sx));
    sx->mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;
    sx->blksize = BLOCK_BYTES;
    sx->attributes_mask = STATX_ATTR_MOUNT_ROOT;
    if (d->sb && d->sb->root == d)
        sx->attributes = STATX_ATTR_MOUNT_ROOT;
    sx->nlink = vn->nlink;
    sx->uid = vn->uid;
    sx->gid = vn->gid;
    sx->mode = (uint16_t)vn->mode;
    sx->ino = vn->ino;
    sx->size = vn->size;
    sx->blocks = vn->blocks;
    sx->atime = statx_time(vn->atime_ns);
    sx->btime = statx_time(vn->btime_ns);
    sx->ctime = statx_time(vn->ctime_ns);
    sx->mtime = statx_time(vn->mtime_ns);
    sx->rdev_major = dev_major(vn->rdev);
    sx->rdev_minor = dev_minor(vn->rdev);
    sx->dev_major = dev_major(vn->sb->dev);
    sx->dev_minor = dev_minor(vn->sb->dev);
    sx->mnt_id = vn->sb->id;
}

SYSCALL5(statx, uint64_t, dirfd, uint64_t, path, uint64_t, flags, uint64_t, mask, uint64_t, buf)
{
    struct dentry *d;
    struct statx_k sx;
    if (mask & STATX_RESERVED)
        return -EINVAL;
    if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
                            AT_STATX_SYNC_TYPE))
        return -EINVAL;
    if ((flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    int err = sys_lookup_at(dirfd, path, (unsigned)flags, &d);
    if (err)
        return err;
    statx_fill(&sx, d);
    dentry_unref(d);
    return port_copy_out(buf, &sx, sizeof(sx));
}

/* ST_* of statfs are the MS_* bits, ST_VALID and, as Linux mounts by default, ST_RELATIME. */
static long statfs_out(const struct super_block *sb, uint64_t addr)
{
    struct statfs_k s;
    memset(&s, 0, sizeof(s));
    s.type = sb->magic;
    s.bsize = BLOCK_BYTES;
    s.frsize = BLOCK_BYTES;
    s.namelen = NAME_BYTES_MAX;
    s.flags = 0x20 | (sb->flags & 0xf) | 0x1000;
    s.fsid[0] = (int32_t)sb->dev;
    if (sb->magic == MAGIC_TMPFS) {
        uint64_t total = sb->pages_max ? sb->pages_max : page_count_total();
        uint64_t left = total > sb->pages_used ? total - sb->pages_used : 0;
        s.blocks = (int64_t)total;
        s.bfree = s.bavail = (int64_t)left;
        s.files = (int64_t)total;
        s.ffree = (int64_t)(total > sb->ino_last ? total - sb->ino_last : 0);
    }
    return port_copy_out(addr, &s, sizeof(s));
}

SYSCALL2(statfs, uint64_t, path, uint64_t, buf)
{
    struct dentry *d;
    int err = sys_lookup_at((uint64_t)AT_FDCWD, path, 0, &d);
    if (err)
        return err;
    long r = statfs_out(d->vnode->sb, buf);
    dentry_unref(d);
    return r;
}

SYSCALL2(fstatfs, uint64_t, fd, uint64_t, buf)
{
    struct file *f = fd_get_path((int)fd);
    if (!f)
        return -EBADF;
    struct super_block pipefs = {.magic = MAGIC_PIPEFS, .dev = f->vnode->sb->dev};
    bool pipe = (f->dentry->flags & DENTRY_ANON) && vnode_is_fifo(f->vnode);
    long r = statfs_out(pipe ? &pipefs : f->vnode->sb, buf);
    file_unref(f);
    return r;
}
