/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network interface (Virtio 1.2, 5.1). What the guest sends is answered by a script
 * (net_script.h), whose answers go into the receive queue with the frame that they answer, and
 * shown to the host, who may put in frames of his own. Where the driver has no buffer a frame is
 * lost, as on a wire. Each frame has 12 bytes before it, which the device reads past and writes as
 * zero but for the number of buffers, 1.
 */
#include <errno.h>
#include <string.h>

#include "cpu/dev/net_script.h"
#include "cpu/dev/virtio_device.h"

#define HEADER_BYTES 12u
#define F_MAC        (1ull << 5)

enum { QUEUE_RECEIVE, QUEUE_TRANSMIT };

static struct net_script script_of(const struct virtio_slot *s)
{
    return (struct net_script){(const char *)s->what->data, s->what->bytes};
}

static uint64_t features(const struct virtio_slot *s)
{
    (void)s;
    return F_MAC;
}

static size_t config(const struct virtio_slot *s, uint8_t out[64])
{
    const struct net_script script = script_of(s);

    net_script_mac(&script, out);
    return 6;
}

int virtio_net_put(struct virtio_slot *s, const uint8_t *frame, size_t len)
{
    static const uint8_t header[HEADER_BYTES] = {[10] = 1};
    struct virtio_chain c;
    int rc = chain_next(s, QUEUE_RECEIVE, &c);

    if (rc <= 0)
        return rc;
    if (c.write_bytes < HEADER_BYTES + len)
        return -EFAULT; /* a buffer for less than a frame (5.1.6.3.1) */
    if (chain_write(s, &c, 0, header, HEADER_BYTES) ||
        chain_write(s, &c, HEADER_BYTES, frame, len))
        return -EFAULT;
    rc = chain_done(s, QUEUE_RECEIVE, &c, (uint32_t)(HEADER_BYTES + len));
    return rc < 0 ? rc : 1;
}

static int answer(struct virtio_slot *s, const uint8_t *frame, size_t len)
{
    const struct net_script script = script_of(s);
    uint8_t out[NET_FRAME_BYTES];
    size_t out_len;

    for (unsigned i = 0; (out_len = net_script_answer(&script, frame, len, i, out)) > 0; i++)
        if (virtio_net_put(s, out, out_len) < 0)
            return -EFAULT;
    return 0;
}

static int serve(struct virtio_slot *s, unsigned queue)
{
    uint8_t frame[NET_FRAME_BYTES];
    struct virtio_chain c;
    int rc = 0;

    while (queue == QUEUE_TRANSMIT && (rc = chain_next(s, queue, &c)) > 0) {
        uint64_t len = c.read_bytes - HEADER_BYTES;

        if (c.read_bytes < HEADER_BYTES || len > sizeof(frame) ||
            chain_read(s, &c, HEADER_BYTES, frame, len) || chain_done(s, queue, &c, 0))
            return -EFAULT;
        if (s->bus->net_output)
            s->bus->net_output(s->bus->host_ctx, frame, len);
        if (answer(s, frame, len))
            return -EFAULT;
    }
    return rc;
}

const struct virtio_class virtio_net = {
    .id = 1, .queues = 2, .features = features, .config = config, .serve = serve,
};
