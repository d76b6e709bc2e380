/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uio.c - transfers between kernel buffers and the vectors of a read or write.
 *
 * Invariant: resid is the sum of the lengths left in iov[0..count), less
 * iov_done; empty vectors are skipped by uio_chunk().
 */
#include "kernel/fs/port.h"

#define UIO_PAGE_BYTES 4096u

void uio_init_kernel(struct uio *u, void *buf, size_t len)
{
    memset(u, 0, sizeof(*u));
    u->fast[0].base = (uint64_t)(uintptr_t)buf;
    u->fast[0].len = len;
    u->iov = u->fast;
    u->count = 1;
    u->resid = len;
}

void uio_init_user(struct uio *u, uint64_t addr, size_t len)
{
    if (len > UIO_BYTES_MAX)
        len = UIO_BYTES_MAX;
    uio_init_kernel(u, (void *)(uintptr_t)addr, len);
    u->user = true;
}

int uio_init_user_iovec(struct uio *u, uint64_t iov_addr, uint64_t count)
{
    memset(u, 0, sizeof(*u));
    u->user = true;
    u->iov = u->fast;
    if (count > UIO_MAXIOV)
        return -EINVAL;
    if (count > UIO_FASTIOV) {
        u->allocated = kmalloc(count * sizeof(struct iovec_k));
        if (!u->allocated)
            return -ENOMEM;
        u->iov = u->allocated;
    }
    u->count = (unsigned)count;
    int err = 0;
    if (count && port_copy_in(u->iov, iov_addr, count * sizeof(struct iovec_k)))
        err = -EFAULT;
    for (unsigned i = 0; !err && i < u->count; i++) {
        if ((int64_t)u->iov[i].len < 0)
            err = -EINVAL;
        else if (u->iov[i].len > UIO_BYTES_MAX - u->resid)
            u->iov[i].len = UIO_BYTES_MAX - u->resid;
        u->resid += u->iov[i].len;
    }
    if (err)
        uio_done(u);
    return err;
}

void uio_done(struct uio *u)
{
    kfree(u->allocated);
    u->allocated = NULL;
}

/* The next run of contiguous bytes, at most len; 0 when the uio is used up. */
static size_t uio_chunk(struct uio *u, size_t len, uint64_t *addr)
{
    while (u->count && u->iov[0].len == u->iov_done) {
        u->iov++;
        u->count--;
        u->iov_done = 0;
    }
    if (!u->count)
        return 0;
    size_t n = u->iov[0].len - u->iov_done;
    *addr = u->iov[0].base + u->iov_done;
    return n < len ? n : len;
}

static void uio_advance(struct uio *u, size_t n)
{
    u->iov_done += n;
    u->resid -= n;
}

static long uio_result(size_t moved, int err)
{
    return moved ? (long)moved : err;
}

long uio_read(struct uio *u, const void *src, size_t len)
{
    size_t moved = 0;
    uint64_t addr;
    int err = 0;
    while (moved < len && !err) {
        size_t n = uio_chunk(u, len - moved, &addr);
        if (!n)
            break;
        if (!u->user)
            memcpy((void *)(uintptr_t)addr, (const uint8_t *)src + moved, n);
        else
            err = port_copy_out(addr, (const uint8_t *)src + moved, n);
        if (!err) {
            uio_advance(u, n);
            moved += n;
        }
    }
    return uio_result(moved, err);
}

long uio_read_part(struct uio *u, const void *src, size_t len)
{
    size_t moved = 0;
    long r = 0;

    while (moved < len) {
        uint64_t addr;
        size_t n = uio_chunk(u, len - moved, &addr), to_page_end;

        if (!n)
            break;
        to_page_end = UIO_PAGE_BYTES - addr % UIO_PAGE_BYTES;
        n = n < to_page_end ? n : to_page_end;
        r = uio_read(u, (const uint8_t *)src + moved, n);
        if (r <= 0)
            break;
        moved += (size_t)r;
    }
    return moved ? (long)moved : r;
}

long uio_write(struct uio *u, void *dst, size_t len)
{
    size_t moved = 0;
    uint64_t addr;
    int err = 0;
    while (moved < len && !err) {
        size_t n = uio_chunk(u, len - moved, &addr);
        if (!n)
            break;
        if (!u->user)
            memcpy((uint8_t *)dst + moved, (const void *)(uintptr_t)addr, n);
        else
            err = port_copy_in((uint8_t *)dst + moved, addr, n);
        if (!err) {
            uio_advance(u, n);
            moved += n;
        }
    }
    return uio_result(moved, err);
}

long uio_zero(struct uio *u, size_t len)
{
    static const uint8_t zeros[512];
    size_t moved = 0;
    while (moved < len && u->resid) {
        size_t n = len - moved < sizeof(zeros) ? len - moved : sizeof(zeros);
        long r = uio_read(u, zeros, n);
        if (r <= 0)
            return uio_result(moved, (int)r);
        moved += (size_t)r;
    }
    return (long)moved;
}

void uio_skip(struct uio *u, size_t len)
{
    uint64_t addr;
    while (len) {
        size_t n = uio_chunk(u, len, &addr);
        if (!n)
            return;
        uio_advance(u, n);
        len -= n;
    }
}
