/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/virtio_device.h - what a device behind the transport is, for cpu/dev/virtio*.c alone.
 *
 * Rules of use
 *   - A class is a table of functions without state; a `struct virtio_slot` says for which device
 *     they are called.
 *   - serve() takes chains with chain_next() and gives each back with chain_done(), or leaves it
 *     where it has nothing for it yet. -EFAULT: the driver named memory that is not there or a ring
 *     that cannot be: the transport then asks for a reset (2.1.2).
 */
#ifndef TRAPLINE_CPU_DEV_VIRTIO_DEVICE_H
#define TRAPLINE_CPU_DEV_VIRTIO_DEVICE_H

#include "cpu/dev/virtio.h"

#define VIRTIO_F_VERSION_1 (1ull << 32)

/* What one queue gave in this turn. */
struct virtio_turn {
    uint64_t bytes;
    unsigned chains;
    bool full; /* there is more, for the next turn */
};

struct virtio_slot {
    struct virtio_bus *bus;
    struct virtio_dev *dev;
    const struct cpu_device *what;
    unsigned number;
    struct virtio_turn turn[VIRTIO_QUEUES_MAX];
};

struct virtio_class {
    uint32_t id; /* Virtio 1.2, chapter 5 */
    unsigned queues;
    uint64_t (*features)(const struct virtio_slot *s);
    /* The configuration space as the device shows it: bytes written to `out`, at most 64. */
    size_t (*config)(const struct virtio_slot *s, uint8_t out[64]);
    int (*serve)(struct virtio_slot *s, unsigned queue);
};

extern const struct virtio_class virtio_block, virtio_entropy, virtio_console, virtio_net;

/* Input for a console: how much fits into its next buffer; putting *len of it there, or -EFAULT. */
size_t virtio_console_room(struct virtio_slot *s);
MUST_CHECK int virtio_console_put(struct virtio_slot *s, const uint8_t *bytes, size_t *len);

/* A frame into the receive queue. 1: it is there, 0: there was no buffer, -EFAULT. */
MUST_CHECK int virtio_net_put(struct virtio_slot *s, const uint8_t *frame, size_t len);

/* What one changed page adds to a block device's `content`. */
uint64_t virtio_block_page_hash(uint32_t page, const uint8_t *bytes);

/* One request: descriptors for the device to read, then those for it to write. */
struct virtio_chain {
    uint16_t head;
    unsigned count, readable; /* parts, and how many of them come first to be read */
    uint64_t read_bytes, write_bytes;
    struct {
        paddr_t pa;
        uint32_t len;
    } part[VIRTIO_QUEUE_SIZE];
};

/* 1: there is one, 0: none, or the turn is over, -EFAULT. It is taken by chain_done(). */
MUST_CHECK int chain_next(struct virtio_slot *s, unsigned queue, struct virtio_chain *c);
MUST_CHECK int chain_done(struct virtio_slot *s, unsigned queue, const struct virtio_chain *c,
                          uint32_t written);
/* Bytes at `offset` of what the device reads, or writes. -EFAULT: past the end, or not in RAM. */
MUST_CHECK int chain_read(struct virtio_slot *s, const struct virtio_chain *c, uint64_t offset,
                          void *buf, size_t len);
MUST_CHECK int chain_write(struct virtio_slot *s, const struct virtio_chain *c, uint64_t offset,
                           const void *buf, size_t len);

/* A power of two (2.7), and not more than was offered. */
static inline bool virtio_size_is_valid(uint32_t size)
{
    return size && size <= VIRTIO_QUEUE_SIZE && !(size & (size - 1));
}

static inline void virtio_put_le(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

#endif
