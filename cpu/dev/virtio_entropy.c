/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An entropy source (Virtio 1.2, 5.4) that gives the machine's seed, stretched by
 * splitmix64: the same bytes in every run of the machine. `position` counts them.
 */
#include <errno.h>

#include "cpu/dev/virtio_device.h"
#include "cpu/splitmix.h"

#define GIVE_MAX 65536u /* of one request: fewer bytes than asked for are allowed */
#define STREAM 0x656e74726f707931ull /* apart from what else is made of the seed */

static uint8_t byte_at(uint64_t seed, uint64_t position)
{
    return (uint8_t)(splitmix64_at(seed ^ STREAM, position / 8) >> 8 * (position % 8));
}

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
    int rc;

    while ((rc = chain_next(s, queue, &c)) > 0) {
        uint32_t give = c.write_bytes < GIVE_MAX ? (uint32_t)c.write_bytes : GIVE_MAX;

        for (uint32_t at = 0; at < give; at++) {
            uint8_t byte = byte_at(s->bus->seed, s->dev->position++);

            if (chain_write(s, &c, at, &byte, 1))
                return -EFAULT;
        }
        if (chain_done(s, queue, &c, give))
            return -EFAULT;
    }
    return rc;
}

const struct virtio_class virtio_entropy = {
    .id = 4, .queues = 1, .features = features, .config = config, .serve = serve,
};
