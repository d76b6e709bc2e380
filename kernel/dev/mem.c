/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mem.c - /dev/null, zero, full, random, urandom, kmsg. */
#include "kernel/fs/port.h"
#include "kernel/include/chrdev.h"
#include "kernel/include/fs_uapi.h"

static long null_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)f;
    (void)u;
    (void)pos;
    return 0;
}

static long null_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)f;
    size_t n = u->resid;
    uio_skip(u, n);
    *pos += n;
    return (long)n;
}

static long zero_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)f;
    long n = uio_zero(u, u->resid);
    if (n > 0)
        *pos += (uint64_t)n;
    return n;
}

static long full_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)f;
    (void)u;
    (void)pos;
    return -ENOSPC;
}

static long random_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)f;
    (void)pos;
    uint8_t block[256];
    long total = 0;
    while (u->resid) {
        size_t n = u->resid < sizeof(block) ? u->resid : sizeof(block);
        random_bytes(block, n);
        long r = uio_read(u, block, n);
        if (r < 0)
            return total ? total : r;
        total += r;
        if ((size_t)r < n)
            break;
    }
    return total;
}

/* What is written is not entropy here: the stream is a function of the seed alone. */
static long random_write(struct file *f, struct uio *u, uint64_t *pos)
{
    return null_write(f, u, pos);
}

static long kmsg_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)f;
    (void)pos;
    char line[256];
    size_t all = u->resid;
    long n = uio_write(u, line, sizeof(line) - 1);
    if (n < 0)
        return n;
    line[n] = '\0';
    if (n && line[n - 1] == '\n')
        line[n - 1] = '\0';
    printk("%s", line);
    uio_skip(u, u->resid);
    return (long)all;
}

static int64_t null_seek(struct file *f, int64_t offset, int whence)
{
    (void)offset;
    (void)whence;
    f->pos = 0;
    return 0;
}

const struct file_ops dev_null_fops = {.read = null_read, .write = null_write, .seek = null_seek};
const struct file_ops dev_zero_fops = {.read = zero_read, .write = null_write, .seek = null_seek};
const struct file_ops dev_full_fops = {.read = zero_read, .write = full_write, .seek = null_seek};
const struct file_ops dev_random_fops = {
    .read = random_read, .write = random_write, .seek = file_seek_noop};
const struct file_ops dev_kmsg_fops = {.read = null_read, .write = kmsg_write, .seek = null_seek};
