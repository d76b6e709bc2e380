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
    kfree(p->slots);
    kfree(p);
}

/* Contiguous bytes from offset `from` on, at most len. */
static uint32_t run_at(const struct pipe *p, uint32_t from, uint32_t len)
{
    uint32_t to_end = p->capacity - (from & (p->capacity - 1));
    return len < to_end ? len : to_end;
}

static uint32_t slot_count(const struct pipe *p)
{
    return p->capacity / PIPE_BUF_BYTES;
}

static struct pipe_slot *slot_at(const struct pipe *p, uint32_t i)
{
    return &p->slots[(p->slot_head + i) & (slot_count(p) - 1)];
}

int pipe_resize(struct pipe *p, uint32_t bytes)
{
    uint32_t capacity = PIPE_BUF_BYTES;
    while (capacity < bytes)
        capacity *= 2;
    if (capacity / PIPE_BUF_BYTES < p->slot_used)
        return -EBUSY;
    if (p->ring) {
        uint8_t *ring = kmalloc(capacity);
        struct pipe_slot *slots = kmalloc(capacity / PIPE_BUF_BYTES * sizeof(*slots));
        if (!ring || !slots) {
            kfree(ring);
            kfree(slots);
            return -ENOMEM;
        }
        uint32_t first = run_at(p, p->head, p->used);
        memcpy(ring, p->ring + p->head, first);
        memcpy(ring + first, p->ring, p->used - first);
        for (uint32_t i = 0; i < p->slot_used; i++)
            slots[i] = *slot_at(p, i);
        kfree(p->ring);
        kfree(p->slots);
        p->ring = ring;
        p->slots = slots;
        p->head = p->slot_head = 0;
    }
    p->capacity = capacity;
    return 0;
}

static void slots_read(struct pipe *p, uint32_t n)
{
    while (n) {
        struct pipe_slot *s = slot_at(p, 0);
        uint32_t take = n < s->len ? n : s->len;
        s->len = (uint16_t)(s->len - take);
        n -= take;
        if (s->len)
            return;
        p->slot_head = (p->slot_head + 1) & (slot_count(p) - 1);
        p->slot_used--;
    }
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
        if (p->used)
            slots_read(p, (uint32_t)r);
        total += r;
        if ((uint32_t)r < n)
            break;
    }
    if (!p->used) /* keeps a busy small pipe in the same cache lines */
        p->head = p->slot_used = 0;
    return total;
}

/* The last page, where n more bytes go into it. */
static struct pipe_slot *slot_with_room(const struct pipe *p, size_t n)
{
    struct pipe_slot *last = p->slot_used && n ? slot_at(p, p->slot_used - 1) : NULL;
    return last && last->end + n <= PIPE_BUF_BYTES ? last : NULL;
}

bool pipe_shares_page(const struct pipe *p, size_t len)
{
    return slot_with_room(p, len % PIPE_BUF_BYTES) != NULL;
}

/* n bytes to the end of the ring, which has room for them. */
static long put(struct pipe *p, struct uio *u, uint32_t n)
{
    long total = 0;
    while (n) {
        uint32_t at = (p->head + p->used) & (p->capacity - 1);
        uint32_t run = run_at(p, at, n);
        long r = uio_write(u, p->ring + at, run);
        if (r <= 0)
            return total ? total : r;
        p->used += (uint32_t)r;
        total += r;
        n -= (uint32_t)r;
        if ((uint32_t)r < run)
            break;
    }
    return total;
}

static int ring_create(struct pipe *p)
{
    p->ring = kmalloc(p->capacity);
    p->slots = kmalloc(slot_count(p) * sizeof(*p->slots));
    if (p->ring && p->slots)
        return 0;
    kfree(p->ring);
    kfree(p->slots);
    p->ring = NULL;
    p->slots = NULL;
    return -ENOMEM;
}

long pipe_give(struct pipe *p, struct uio *u)
{
    long total = 0;
    if (!p->ring && ring_create(p))
        return -ENOMEM;
    uint32_t n = (uint32_t)(u->resid % PIPE_BUF_BYTES);
    struct pipe_slot *last = slot_with_room(p, n);
    while (u->resid && (last || pipe_room(p))) {
        if (!last)
            n = u->resid < PIPE_BUF_BYTES ? (uint32_t)u->resid : PIPE_BUF_BYTES;
        long r = put(p, u, n);
        if (r <= 0)
            return total ? total : r;
        if (last) {
            last->len = (uint16_t)(last->len + r);
            last->end = (uint16_t)(last->end + r);
        } else {
            struct pipe_slot *s = slot_at(p, p->slot_used++);
            s->len = s->end = (uint16_t)r;
        }
        last = NULL;
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
