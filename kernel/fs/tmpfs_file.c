/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tmpfs_file.c - bytes of regular files, in pages that mmap shares.
 *
 * Invariant: all bytes of a present page beyond the file's size are zero when
 * the size grows over them (truncate clears the tail), except what a shared
 * mapping stored there, which Linux does not clear either until truncate.
 */
#include "kernel/fs/port.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/include/fs_uapi.h"

#include "fs_abi.h"

#define FILE_BYTES_MAX 0x7fffffffffffffffull
#define SIGXFSZ_ 25

#define FALLOC_KEEP_SIZE 0x01
#define FALLOC_PUNCH_HOLE 0x02
#define FALLOC_ZERO_RANGE 0x10

static struct pagetree *pages_of(struct vnode *vn)
{
    return &((struct tmpfs_file *)vn->priv)->pages;
}

static void count_pages(struct vnode *vn, int64_t pages)
{
    vn->blocks += (uint64_t)(pages * (PAGE_BYTES / 512));
    vn->sb->pages_used += (uint64_t)pages;
}

/* The page at index, made by `alloc` where there is none; no new reference. */
static int page_make_by(struct vnode *vn, uint64_t index, struct page *(*alloc)(void),
                        struct page **out)
{
    struct page *p = pagetree_get(pages_of(vn), index);
    if (!p) {
        if (vn->sb->pages_max && vn->sb->pages_used >= vn->sb->pages_max)
            return -ENOSPC;
        p = alloc();
        if (!p)
            return -ENOMEM;
        if (pagetree_set(pages_of(vn), index, p)) {
            page_unref(p);
            return -ENOMEM;
        }
        count_pages(vn, 1);
    }
    *out = p;
    return 0;
}

static int page_make(struct vnode *vn, uint64_t index, struct page **out)
{
    return page_make_by(vn, index, page_alloc_zeroed, out);
}

static int file_get_page(struct vnode *vn, uint64_t index, bool for_write, struct page **out)
{
    (void)for_write; /* a hole gets its page on the first touch of a mapping */
    if (index >= (vn->size + PAGE_BYTES - 1) / PAGE_BYTES)
        return -ERANGE;
    struct page *p;
    int err = page_make(vn, index, &p);
    if (err)
        return err;
    page_ref(p);
    *out = p;
    return 0;
}

static void drop_pages(struct vnode *vn, uint64_t first, uint64_t last)
{
    uint64_t before = pages_of(vn)->pages;
    port_unmap_pages(vn, first, last);
    pagetree_remove(pages_of(vn), first, last + 1);
    count_pages(vn, (int64_t)(pages_of(vn)->pages - before));
}

static void clear_in_page(struct vnode *vn, uint64_t from, uint64_t to)
{
    struct page *p = pagetree_get(pages_of(vn), from / PAGE_BYTES);
    if (p && to > from)
        memset((uint8_t *)page_to_virt(p) + from % PAGE_BYTES, 0, (size_t)(to - from));
}

static int file_truncate(struct vnode *vn, uint64_t size)
{
    if (size > FILE_BYTES_MAX)
        return -EFBIG;
    if (size < vn->size && (vn->seals & F_SEAL_SHRINK))
        return -EPERM;
    if (size > vn->size && (vn->seals & F_SEAL_GROW))
        return -EPERM;
    if (size < vn->size) {
        uint64_t first = (size + PAGE_BYTES - 1) / PAGE_BYTES;
        vn->size = size;
        drop_pages(vn, first, UINT64_MAX / PAGE_BYTES);
        clear_in_page(vn, size, first * PAGE_BYTES);
    }
    vn->size = size;
    vnode_touch_mtime(vn);
    return 0;
}

static void zero_range(struct vnode *vn, uint64_t off, uint64_t end)
{
    uint64_t first = (off + PAGE_BYTES - 1) / PAGE_BYTES, last = end / PAGE_BYTES;
    if (first > last) { /* inside one page */
        clear_in_page(vn, off, end);
        return;
    }
    clear_in_page(vn, off, first * PAGE_BYTES);
    clear_in_page(vn, last * PAGE_BYTES, end);
    if (last > first)
        drop_pages(vn, first, last - 1);
}

static int file_fallocate(struct vnode *vn, int mode, uint64_t off, uint64_t len)
{
    uint64_t end = off + len;
    bool keep = mode & FALLOC_KEEP_SIZE;
    if (mode & ~(FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE))
        return -EOPNOTSUPP;
    if ((mode & FALLOC_PUNCH_HOLE) && !keep)
        return -EOPNOTSUPP;
    if (mode & FALLOC_PUNCH_HOLE) {
        if (vn->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
            return -EPERM;
        zero_range(vn, off, end);
        vnode_touch_mtime(vn);
        return 0;
    }
    if (!keep && end > vn->size && (vn->seals & F_SEAL_GROW))
        return -EPERM;
    for (uint64_t i = off / PAGE_BYTES; i * PAGE_BYTES < end; i++) {
        struct page *p;
        int err = page_make(vn, i, &p);
        if (err)
            return err;
    }
    if (!keep && end > vn->size)
        vn->size = end;
    vn->ctime_ns = port_realtime_ns();
    return 0;
}

static void file_destroy(struct vnode *vn)
{
    if (!vn->priv)
        return;
    vn->sb->pages_used -= pages_of(vn)->pages;
    pagetree_remove(pages_of(vn), 0, UINT64_MAX);
    kfree(vn->priv);
}

const struct vnode_ops tmpfs_file_ops = {
    .truncate = file_truncate,
    .fallocate = file_fallocate,
    .get_page = file_get_page,
    .destroy = file_destroy,
};

static long tmpfs_read(struct file *f, struct uio *u, uint64_t *pos)
{
    struct vnode *vn = f->vnode;
    size_t total = 0;
    long r = 0;
    while (u->resid && *pos < vn->size) {
        size_t in_page = *pos % PAGE_BYTES;
        size_t n = PAGE_BYTES - in_page;
        if (n > vn->size - *pos)
            n = (size_t)(vn->size - *pos);
        if (n > u->resid)
            n = u->resid;
        struct page *p = pagetree_get(pages_of(vn), *pos / PAGE_BYTES);
        if (p) {
            page_ref(p);
            r = uio_read_part(u, (uint8_t *)page_to_virt(p) + in_page, n);
            page_unref(p);
        } else {
            r = uio_zero(u, n);
        }
        if (r <= 0)
            break;
        *pos += (uint64_t)r;
        total += (size_t)r;
        if ((size_t)r < n)
            break;
    }
    if (total && !(f->flags & O_NOATIME))
        vnode_touch_atime(vn);
    return total || r >= 0 ? (long)total : r;
}

/* How many bytes may be written at pos: RLIMIT_FSIZE, the largest offset, seals. */
static long write_room(struct vnode *vn, uint64_t pos, size_t want)
{
    uint64_t limit = port_limit_fsize();
    if (vn->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
        return -EPERM;
    if ((vn->seals & F_SEAL_GROW) && pos + want > vn->size) {
        if (pos >= vn->size)
            return -EPERM;
        want = (size_t)(vn->size - pos);
    }
    if (pos >= limit) {
        port_signal_self(SIGXFSZ_);
        return -EFBIG;
    }
    if (limit > FILE_BYTES_MAX)
        limit = FILE_BYTES_MAX;
    if (pos >= limit)
        return -EFBIG;
    return (long)(want < limit - pos ? want : limit - pos);
}

static long tmpfs_write(struct file *f, struct uio *u, uint64_t *pos)
{
    struct vnode *vn = f->vnode;
    if (!u->resid)
        return 0;
    if (f->flags & O_APPEND)
        *pos = vn->size;
    long room = write_room(vn, *pos, u->resid);
    if (room < 0)
        return room;
    size_t total = 0;
    long r = 0;
    while (total < (size_t)room) {
        size_t in_page = *pos % PAGE_BYTES;
        size_t n = PAGE_BYTES - in_page;
        if (n > (size_t)room - total)
            n = (size_t)room - total;
        struct page *p;
        /* A whole page is not cleared first, but behind what did not come. */
        bool fresh = n == PAGE_BYTES && !pagetree_get(pages_of(vn), *pos / PAGE_BYTES);
        r = page_make_by(vn, *pos / PAGE_BYTES, fresh ? page_alloc : page_alloc_zeroed, &p);
        if (r)
            break;
        page_ref(p);
        r = uio_write(u, (uint8_t *)page_to_virt(p) + in_page, n);
        if (fresh && r < (long)PAGE_BYTES)
            memset((uint8_t *)page_to_virt(p) + (r > 0 ? r : 0), 0, PAGE_BYTES - (r > 0 ? r : 0));
        page_unref(p);
        if (r <= 0)
            break;
        *pos += (uint64_t)r;
        total += (size_t)r;
        if (*pos > vn->size)
            vn->size = *pos;
        if ((size_t)r < n)
            break;
    }
    if (total) {
        vnode_touch_mtime(vn);
        if (!port_is_privileged())
            vnode_drop_suid(vn);
    }
    return total ? (long)total : r;
}

static int64_t seek_data(struct vnode *vn, uint64_t off)
{
    uint64_t index = off / PAGE_BYTES;
    if (off >= vn->size || !pagetree_next(pages_of(vn), &index, UINT64_MAX))
        return -ENXIO;
    uint64_t at = index * PAGE_BYTES;
    if (at >= vn->size)
        return -ENXIO;
    return (int64_t)(at > off ? at : off);
}

static int64_t seek_hole(struct vnode *vn, uint64_t off)
{
    if (off >= vn->size)
        return -ENXIO;
    uint64_t index = off / PAGE_BYTES;
    while (index * PAGE_BYTES < vn->size && pagetree_get(pages_of(vn), index))
        index++;
    uint64_t at = index * PAGE_BYTES;
    if (at < off)
        at = off;
    return (int64_t)(at < vn->size ? at : vn->size);
}

static int64_t tmpfs_seek(struct file *f, int64_t offset, int whence)
{
    int64_t base = 0;
    switch (whence) {
    case SEEK_SET:
        break;
    case SEEK_CUR:
        base = (int64_t)f->pos;
        break;
    case SEEK_END:
        base = (int64_t)f->vnode->size;
        break;
    case SEEK_DATA:
    case SEEK_HOLE:
        if (offset < 0)
            return -ENXIO;
        offset = whence == SEEK_DATA ? seek_data(f->vnode, (uint64_t)offset)
                                     : seek_hole(f->vnode, (uint64_t)offset);
        if (offset < 0)
            return offset;
        break;
    default:
        return -EINVAL;
    }
    if (__builtin_add_overflow(base, offset, &base) || base < 0)
        return -EINVAL;
    f->pos = (uint64_t)base;
    return base;
}

const struct file_ops tmpfs_file_fops = {
    .read = tmpfs_read,
    .write = tmpfs_write,
    .seek = tmpfs_seek,
};
