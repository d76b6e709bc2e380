/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Split virtqueues (Virtio 1.2, 2.7), from the device's side.
 *
 *   descriptor  16 bytes: u64 address, u32 length, u16 flags (1 next, 2 device writes), u16 next
 *   available   u16 flags (1: no interrupt), u16 index, u16 ring[size]        written by the driver
 *   used        u16 flags, u16 index, {u32 head, u32 written} ring[size]      written by the device
 *
 * Nothing that the driver writes is believed: a head or next that is out of range, a loop, a
 * part for reading behind one for writing, or 4 GiB and more in one chain (2.7.5.2) ends the queue.
 *
 * A turn ends: a device may store to its own rings and descriptors, which then name more work for
 * it, and parts may overlap. What a ring holds beyond its size or TURN_BYTES_MAX is for the next
 * turn.
 */
#include <errno.h>
#include <string.h>

#include "cpu/dev/virtio_device.h"

#define DESC_NEXT    1u
#define DESC_WRITE   2u
#define NO_INTERRUPT 1u

#define CHAIN_BYTES_MAX UINT32_MAX
#define TURN_BYTES_MAX  (64u << 20)

static int get16(struct virtio_slot *s, paddr_t pa, uint16_t *value)
{
    uint8_t b[2];
    int rc = s->bus->memory.read(s->bus->memory.ctx, pa, b, sizeof(b));

    *value = rc ? 0 : (uint16_t)(b[0] | b[1] << 8);
    return rc;
}

static uint64_t le(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static int add_part(struct virtio_chain *c, const uint8_t desc[16], bool device_writes)
{
    uint32_t len = (uint32_t)le(desc + 8, 4);

    if (!device_writes && c->readable != c->count)
        return -EFAULT;
    c->part[c->count].pa = le(desc, 8);
    c->part[c->count++].len = len;
    if (device_writes) {
        c->write_bytes += len;
    } else {
        c->readable++;
        c->read_bytes += len;
    }
    return 0;
}

/* The head of the next chain: as chain_next(). */
static int next_head(struct virtio_slot *s, unsigned queue, uint16_t *head)
{
    const struct virtio_queue *q = &s->dev->queue[queue];
    struct virtio_turn *turn = &s->turn[queue];
    uint16_t index;

    if (!q->ready)
        return 0;
    if (!virtio_size_is_valid(q->size) || get16(s, q->driver + 2, &index))
        return -EFAULT;
    if (index == q->seen)
        return 0;
    if ((uint16_t)(index - q->seen) > q->size ||
        get16(s, q->driver + 4 + 2 * (q->seen % q->size), head))
        return -EFAULT;
    turn->full = turn->chains >= q->size || turn->bytes >= TURN_BYTES_MAX;
    return !turn->full;
}

int chain_next(struct virtio_slot *s, unsigned queue, struct virtio_chain *c)
{
    const struct virtio_queue *q = &s->dev->queue[queue];
    const struct virtio_memory *m = &s->bus->memory;
    uint16_t next, flags;
    uint8_t desc[16];
    int rc;

    c->count = c->readable = 0;
    c->read_bytes = c->write_bytes = 0;
    rc = next_head(s, queue, &next);
    if (rc <= 0)
        return rc;
    c->head = next;
    do {
        if (next >= q->size || c->count == q->size ||
            m->read(m->ctx, q->desc + 16ull * next, desc, sizeof(desc)))
            return -EFAULT;
        flags = (uint16_t)le(desc + 12, 2);
        next = (uint16_t)le(desc + 14, 2);
        if (add_part(c, desc, flags & DESC_WRITE))
            return -EFAULT;
    } while (flags & DESC_NEXT);
    return c->read_bytes + c->write_bytes > CHAIN_BYTES_MAX ? -EFAULT : 1;
}

/* A store by the device. */
static int put(struct virtio_slot *s, paddr_t pa, const void *bytes, size_t len)
{
    const struct virtio_bus *bus = s->bus;
    int rc = bus->memory.write(bus->memory.ctx, pa, bytes, len);

    if (!rc && bus->stores.fn)
        bus->stores.fn(bus->stores.ctx, s->number, pa, len);
    return rc;
}

int chain_done(struct virtio_slot *s, unsigned queue, const struct virtio_chain *c,
               uint32_t written)
{
    struct virtio_queue *q = &s->dev->queue[queue];
    uint8_t element[8], index[2];
    uint16_t flags;

    virtio_put_le(element, c->head, 4);
    virtio_put_le(element + 4, written, 4);
    virtio_put_le(index, (uint16_t)(q->done + 1), 2);
    if (put(s, q->device + 4 + 8ull * (q->done % q->size), element, sizeof(element)) ||
        put(s, q->device + 2, index, sizeof(index)) || get16(s, q->driver, &flags))
        return -EFAULT;
    q->seen++;
    q->done++;
    s->turn[queue].chains++;
    s->turn[queue].bytes += c->read_bytes + c->write_bytes;
    if (!(flags & NO_INTERRUPT))
        s->dev->interrupt |= 1;
    return 0;
}

/* The parts of one direction, from `offset` on; `step` moves `len` bytes at a physical address. */
static int walk(const struct virtio_chain *c, unsigned first, unsigned end, uint64_t offset,
                size_t len, int (*step)(void *ctx, paddr_t pa, size_t at, size_t len), void *ctx)
{
    size_t at = 0;

    for (unsigned i = first; i < end && at < len; i++) {
        size_t room = c->part[i].len;
        size_t take;

        if (offset >= room) {
            offset -= room;
            continue;
        }
        take = room - offset < len - at ? room - offset : len - at;
        if (step(ctx, c->part[i].pa + offset, at, take))
            return -EFAULT;
        at += take;
        offset = 0;
    }
    return at == len ? 0 : -EFAULT;
}

struct move {
    struct virtio_slot *slot;
    uint8_t *to;
    const uint8_t *from;
};

static int step_read(void *ctx, paddr_t pa, size_t at, size_t len)
{
    const struct move *v = ctx;

    const struct virtio_memory *m = &v->slot->bus->memory;

    return m->read(m->ctx, pa, v->to + at, len);
}

static int step_write(void *ctx, paddr_t pa, size_t at, size_t len)
{
    const struct move *v = ctx;

    return put(v->slot, pa, v->from + at, len);
}

int chain_read(struct virtio_slot *s, const struct virtio_chain *c, uint64_t offset, void *buf,
               size_t len)
{
    struct move v = {.slot = s, .to = buf};

    return walk(c, 0, c->readable, offset, len, step_read, &v);
}

int chain_write(struct virtio_slot *s, const struct virtio_chain *c, uint64_t offset,
                const void *buf, size_t len)
{
    struct move v = {.slot = s, .from = buf};

    return walk(c, c->readable, c->count, offset, len, step_write, &v);
}
