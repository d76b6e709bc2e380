/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_mem.c - /proc/PID/mem: the memory of a process at its addresses. The file keeps the address
 * space it was opened on, also when the process executes another program.
 */
#include "kernel/fs/proc.h"
#include "kernel/include/vm.h"

#define CHUNK_BYTES 1024u

static void mem_release(struct file *f)
{
    vm_map_unref(f->priv);
}

static size_t chunk_at(const struct uio *u, uint64_t pos)
{
    size_t in_page = PAGE_BYTES - (size_t)(pos % PAGE_BYTES), n = u->resid;
    n = n < in_page ? n : in_page;
    return n < CHUNK_BYTES ? n : CHUNK_BYTES;
}

static long mem_read(struct file *f, struct uio *u, uint64_t *pos)
{
    char chunk[CHUNK_BYTES];
    long total = 0;
    while (u->resid) {
        size_t n = chunk_at(u, *pos);
        if (vm_copy_in(f->priv, chunk, *pos, n))
            return total ? total : -EIO;
        long r = uio_read(u, chunk, n);
        if (r <= 0)
            return total ? total : r;
        *pos += (uint64_t)r;
        total += r;
    }
    return total;
}

/* A debugger's: also where the process itself may not write. */
static long mem_write(struct file *f, struct uio *u, uint64_t *pos)
{
    char chunk[CHUNK_BYTES];
    long total = 0;
    while (u->resid) {
        long n = uio_write(u, chunk, chunk_at(u, *pos));
        if (n <= 0)
            return total ? total : n;
        if (vm_copy_out_forced(f->priv, *pos, chunk, (size_t)n))
            return total ? total : -EIO;
        *pos += (uint64_t)n;
        total += n;
    }
    return total;
}

static int64_t mem_seek(struct file *f, int64_t offset, int whence)
{
    if (whence == SEEK_CUR)
        offset += (int64_t)f->pos;
    else if (whence != SEEK_SET)
        return -EINVAL;
    f->pos = (uint64_t)offset;
    return offset;
}

const struct file_ops proc_mem_fops = {
    .release = mem_release,
    .read = mem_read,
    .write = mem_write,
    .seek = mem_seek,
};
