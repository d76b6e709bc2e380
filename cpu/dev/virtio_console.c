/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A console (Virtio 1.2, 5.3) with its one port: what the guest sends comes out where the serial
 * line's bytes do. From when its driver is ready, input is its, and comes as far as it has buffers.
 */
#include <errno.h>

#include "cpu/dev/virtio_device.h"

#define PIECE_BYTES   256u
#define REQUEST_BYTES (1u << 20) /* more is refused: drivers send what fits into a page or a pipe */

enum { QUEUE_RECEIVE, QUEUE_TRANSMIT };

static uint64_t features(const struct virtio_slot *s)
{
    (void)s;
    return 0;
}

static size_t config(const struct virtio_slot *s, uint8_t out[64])
{
    (void)s;
    (void)out;
    return 0;
}

static int serve(struct virtio_slot *s, unsigned queue)
{
    struct virtio_chain c;
    int rc = 0;

    while (queue == QUEUE_TRANSMIT && (rc = chain_next(s, queue, &c)) > 0) {
        uint8_t bytes[PIECE_BYTES];

        if (c.read_bytes > REQUEST_BYTES)
            return -EFAULT;
        for (uint64_t at = 0; at < c.read_bytes; at += PIECE_BYTES) {
            uint64_t left = c.read_bytes - at;
            size_t len = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;

            if (chain_read(s, &c, at, bytes, len))
                return -EFAULT;
            if (s->bus->console_output)
                s->bus->console_output(s->bus->host_ctx, bytes, len);
        }
        if (chain_done(s, queue, &c, 0))
            return -EFAULT;
    }
    return rc;
}

size_t virtio_console_room(struct virtio_slot *s)
{
    struct virtio_chain c;

    return chain_next(s, QUEUE_RECEIVE, &c) > 0 ? (size_t)c.write_bytes : 0;
}

int virtio_console_put(struct virtio_slot *s, const uint8_t *bytes, size_t *len)
{
    struct virtio_chain c;
    int rc = chain_next(s, QUEUE_RECEIVE, &c);

    if (rc < 0)
        return rc;
    *len = *len < c.write_bytes ? *len : (size_t)c.write_bytes;
    if (rc == 0)
        return 0;
    if (chain_write(s, &c, 0, bytes, *len))
        return -EFAULT;
    return chain_done(s, QUEUE_RECEIVE, &c, (uint32_t)*len);
}

const struct virtio_class virtio_console = {
    .id = 3, .queues = 2, .features = features, .config = config, .serve = serve,
};
