/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pipe.c - the ring of a pipe.
 *
 * capacity is a power of two; head + used wraps at it. Data is at most two
 * runs of contiguous bytes.
 */
#include "kernel/fs/pipe.h"
#include "kernel/fs/port.h"

struct pipe *pipe_create(void)
{
    struct pipe *p = kzalloc(sizeof(*p));
    if (!p)
        return NULL;
    p->capacity = PIPE_BYTES_DEFAULT;
    poll_head_init(&p->readable);
    poll_head_init(&p->writable);
    return p;
}

void pipe_destroy(struct pipe *p)
{
    poll_head_destroy(&p->readable);
    poll_head_destroy(&p->writable);
    kfree(p->ring);
    kfree(p);
}

/* Contiguous bytes from offset `from` on, at most len. */
static uint32_t run_at(const struct pipe *p, uint32_t from, uint32_t len)
{
    uint32_t to_end = p->capacity - (from & (p->capacity - 1));
    return len < to_end ? len : to_end;
}

int pipe_resize(struct pipe *p, uint32_t bytes)
{
    uint32_t capacity = PIPE_BUF_BYTES;
    while (capacity < bytes)
        capacity *= 2;
    if (capacity < p->used)
        return -EBUSY;
    if (p->ring) {
        uint8_t *ring = kmalloc(capacity);
        if (!ring)
            return -ENOMEM;
        uint32_t first = run_at(p, p->head, p->used);
        memcpy(ring, p->ring + p->head, first);
        memcpy(ring + first, p->ring, p->used - first);
        kfree(p->ring);
        p->ring = ring;
        p->head = 0;
    }
    p->capacity = capacity;
    return 0;
}

long pipe_take(struct pipe *p, struct uio *u)
{
    long total = 0;
    while (p->used && u->resid) {
        uint32_t n = run_at(p, p->head, p->used);
        if (n > u->resid)
            n = (uint32_t)u->resid;
        long r = uio_read(u, p->ring + p->head, n);
        if (r <= 0)
            return total ? total : r;
        p->head = (p->head + (uint32_t)r) & (p->capacity - 1);
        p->used -= (uint32_t)r;
        total += r;
        if ((uint32_t)r < n)
            break;
    }
    if (!p->used)
        p->head = 0; /* keeps a busy small pipe in the same cache lines */
    return total;
}

long pipe_give(struct pipe *p, struct uio *u)
{
    long total = 0;
    if (!p->ring) {
        p->ring = kmalloc(p->capacity);
        if (!p->ring)
            return -ENOMEM;
    }
    while (pipe_room(p) && u->resid) {
        uint32_t at = (p->head + p->used) & (p->capacity - 1);
        uint32_t n = run_at(p, at, pipe_room(p));
        if (n > u->resid)
            n = (uint32_t)u->resid;
        long r = uio_write(u, p->ring + at, n);
        if (r <= 0)
            return total ? total : r;
        p->used += (uint32_t)r;
        total += r;
        if ((uint32_t)r < n)
            break;
    }
    return total;
}

long pipe_copy(struct pipe *from, struct pipe *to, size_t len)
{
    uint32_t done = 0;
    while (done < from->used && done < len && pipe_room(to)) {
        uint32_t at = (from->head + done) & (from->capacity - 1);
        uint32_t n = run_at(from, at, from->used - done);
        struct uio u;
        if (n > len - done)
            n = (uint32_t)(len - done);
        uio_init_kernel(&u, from->ring + at, n);
        long r = pipe_give(to, &u);
        if (r <= 0)
            return done ? (long)done : r;
        done += (uint32_t)r;
    }
    return (long)done;
}
