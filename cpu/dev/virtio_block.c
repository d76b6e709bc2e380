/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block device (Virtio 1.2, 5.2) on an image that never changes: what the guest writes goes to
 * pages of its own, beside it. `content` is the sum of the hashes of these pages, each with its
 * number, so it stands for them in every digest and is kept up to date for the price of the write.
 *
 *   request   u32 type, u32 0, u64 sector | data | u8 status, the last byte that the device writes
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <xxhash.h>

#include "cpu/dev/virtio_device.h"

#define SECTOR_BYTES 512u
#define PAGE_BYTES   PAGE_MAP_PAGE_BYTES
#define HEADER_BYTES 16u
#define ID_BYTES     20u

#define F_SEG_MAX  (1ull << 2)
#define F_RO       (1ull << 5)
#define F_BLK_SIZE (1ull << 6)
#define F_FLUSH    (1ull << 9)

enum { TYPE_IN = 0, TYPE_OUT = 1, TYPE_FLUSH = 4, TYPE_GET_ID = 8 };
enum { STATUS_OK = 0, STATUS_IOERR = 1, STATUS_UNSUPPORTED = 2 };

static uint64_t features(const struct virtio_slot *s)
{
    return F_SEG_MAX | F_BLK_SIZE | F_FLUSH | (s->what->read_only ? F_RO : 0);
}

/* struct virtio_blk_config: capacity, size_max, seg_max, geometry, blk_size */
static size_t config(const struct virtio_slot *s, uint8_t out[64])
{
    memset(out, 0, 64);
    virtio_put_le(out, s->what->bytes / SECTOR_BYTES, 8);
    virtio_put_le(out + 12, VIRTIO_QUEUE_SIZE - 2, 4);
    virtio_put_le(out + 20, SECTOR_BYTES, 4);
    return 64;
}

uint64_t virtio_block_page_hash(uint32_t page, const uint8_t *bytes)
{
    return XXH3_64bits_withSeed(bytes, PAGE_BYTES, page + 1);
}

/* The bytes of one page of the disk as it is now; the image may end inside of it. */
static const uint8_t *page_at(const struct virtio_slot *s, uint32_t page, uint8_t room[PAGE_BYTES])
{
    const uint8_t *changed = page_map_get(&s->bus->changes[s->number], page);
    uint64_t at = (uint64_t)page * PAGE_BYTES, left = s->what->bytes - at;

    if (changed)
        return changed;
    if (left >= PAGE_BYTES)
        return s->what->data + at;
    memcpy(room, s->what->data + at, left);
    memset(room + left, 0, PAGE_BYTES - left);
    return room;
}

static int read_data(struct virtio_slot *s, const struct virtio_chain *c, uint64_t at,
                     uint64_t len)
{
    uint8_t room[PAGE_BYTES];

    for (uint64_t done = 0; done < len;) {
        uint32_t page = (uint32_t)((at + done) / PAGE_BYTES);
        unsigned in_page = (unsigned)((at + done) % PAGE_BYTES);
        size_t take = PAGE_BYTES - in_page < len - done ? PAGE_BYTES - in_page : len - done;

        if (chain_write(s, c, done, page_at(s, page, room) + in_page, take))
            return -EFAULT;
        done += take;
    }
    return 0;
}

static int write_data(struct virtio_slot *s, const struct virtio_chain *c, uint64_t at,
                      uint64_t len)
{
    struct page_map *changes = &s->bus->changes[s->number];
    uint8_t room[PAGE_BYTES], now[PAGE_BYTES];

    for (uint64_t done = 0; done < len;) {
        uint32_t page = (uint32_t)((at + done) / PAGE_BYTES);
        unsigned in_page = (unsigned)((at + done) % PAGE_BYTES);
        size_t take = PAGE_BYTES - in_page < len - done ? PAGE_BYTES - in_page : len - done;
        const uint8_t *before = page_at(s, page, room);
        uint64_t hash = page_map_get(changes, page) ? virtio_block_page_hash(page, before) : 0;
        int rc;

        memcpy(now, before, PAGE_BYTES);
        if (chain_read(s, c, HEADER_BYTES + done, now + in_page, take))
            return -EFAULT;
        s->dev->content += virtio_block_page_hash(page, now) - hash;
        rc = page_map_set(changes, page, now);
        assert(rc == 0 && "no memory for a page of a disk: the guest must not see that");
        (void)rc;
        done += take;
    }
    return 0;
}

static bool in_disk(const struct virtio_slot *s, uint64_t sector, uint64_t len)
{
    uint64_t sectors = s->what->bytes / SECTOR_BYTES;

    return len % SECTOR_BYTES == 0 && sector <= sectors &&
           len / SECTOR_BYTES <= sectors - sector;
}

/* Its status; *written: bytes of data that the driver gets. -EFAULT: not a request at all. */
static int perform(struct virtio_slot *s, const struct virtio_chain *c, uint32_t *written)
{
    static const char id[ID_BYTES] = "trapline";
    uint64_t in = c->write_bytes - 1, out = c->read_bytes - HEADER_BYTES;
    uint32_t type;
    uint64_t sector;
    uint8_t head[HEADER_BYTES];

    *written = 0;
    if (chain_read(s, c, 0, head, sizeof(head)))
        return -EFAULT;
    memcpy(&type, head, 4);
    memcpy(&sector, head + 8, 8);
    switch (type) {
    case TYPE_IN:
        if (!in_disk(s, sector, in))
            return STATUS_IOERR;
        *written = (uint32_t)in;
        return read_data(s, c, sector * SECTOR_BYTES, in) ? -EFAULT : STATUS_OK;
    case TYPE_OUT:
        if (s->what->read_only || !in_disk(s, sector, out))
            return STATUS_IOERR;
        return write_data(s, c, sector * SECTOR_BYTES, out) ? -EFAULT : STATUS_OK;
    case TYPE_FLUSH:
        return STATUS_OK;
    case TYPE_GET_ID:
        if (in < ID_BYTES)
            return STATUS_IOERR;
        *written = ID_BYTES;
        return chain_write(s, c, 0, id, ID_BYTES) ? -EFAULT : STATUS_OK;
    default:
        return STATUS_UNSUPPORTED;
    }
}

static int serve(struct virtio_slot *s, unsigned queue)
{
    struct virtio_chain c;
    int rc;

    while ((rc = chain_next(s, queue, &c)) > 0) {
        uint32_t written;
        uint8_t status;

        if (c.read_bytes < HEADER_BYTES || c.write_bytes < 1)
            return -EFAULT;
        rc = perform(s, &c, &written);
        status = (uint8_t)rc;
        if (rc < 0 || chain_write(s, &c, c.write_bytes - 1, &status, 1) ||
            chain_done(s, queue, &c, written + 1))
            return -EFAULT;
    }
    return rc;
}

const struct virtio_class virtio_block = {
    .id = 2, .queues = 1, .features = features, .config = config, .serve = serve,
};
