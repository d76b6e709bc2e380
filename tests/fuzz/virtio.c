/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile driver: registers, memory and time of a bus with all kinds of virtio device.
 *
 * An input is a list of steps of 8 bytes, u8 what, u8 a, u16 b, u32 c:
 *
 *     0 write a register   slot a, offset b, value c; a >> 4 is the width (0: 4)
 *     1 read a register    the same
 *     2 put a word         c at place b of memory, a: how many bytes
 *     3 a descriptor       number a: address b << 3, length c & 0xffffff, flags c >> 24
 *     4 start a queue      slot a, queue b & 1: rings where START has them, size c & 0xffff
 *     5 make available     heads b, b + 1 .. (c of them) of the ring of queue a & 1
 *     6 kick               slot a, queue b; time goes on by c
 *     7 input              a & 1: a frame, else console bytes, c & 0x7ff of them
 *     8 marks              the disks' contents are shared, and put back
 *
 * No device may reach past memory, no turn may last, and what digests say of a disk stays true.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/cpu/dev/flat_memory.h"
#include "tests/fuzz/fuzz.h"

#define MEMORY_BYTES 0x8000u
#define DISK_BYTES   (5u * 4096 + 512)
#define STEPS_MAX    400u
#define START_DESC   0x0000u
#define START_AVAIL  0x1000u
#define START_USED   0x1800u

static const char script[] = "on ..\nsend [0-] sum[0-]\nsend 00 [4-7]\n";

struct rig {
    struct flat_memory flat; /* of `memory`; first, as the device's context is both */
    struct virtio_bus bus;
    struct virtio_dev dev[VIRTIO_SLOTS];
    cycles_t now;
    uint8_t *memory; /* of its own, so that a sanitizer sees its ends */
    uint64_t shown;
};

static void show(void *ctx, const uint8_t *bytes, size_t len)
{
    struct rig *r = ctx;

    for (size_t i = 0; i < len; i++)
        r->shown += bytes[i];
}

static void put_register(struct rig *r, unsigned slot, uint32_t offset, unsigned size,
                         uint32_t value)
{
    bool known;

    virtio_write(&r->bus, r->now, slot * VIRTIO_WINDOW + offset, size, value, &known);
}

static void start_queue(struct rig *r, unsigned slot, unsigned queue, uint32_t size)
{
    const struct {
        uint32_t offset, value;
    } list[] = {{0x70, 0},          {0x70, 3},           {0x24, 1},          {0x20, 1},
                {0x70, 0xb},        {0x30, queue},       {0x38, size},       {0x80, START_DESC},
                {0x90, START_AVAIL}, {0xa0, START_USED}, {0x44, 1},          {0x70, 0xf}};
    bool running = r->dev[slot % VIRTIO_SLOTS].status == 0xf;

    for (size_t i = running ? 5 : 0; i < ARRAY_LEN(list); i++)
        put_register(r, slot, list[i].offset, 4, list[i].value);
}

static void put_desc(struct rig *r, unsigned i, uint64_t pa, uint32_t len, uint16_t flags)
{
    uint8_t *d = r->memory + START_DESC + 16 * (i & 0xff);
    uint16_t next = (uint16_t)(i + 1);

    memcpy(d, &pa, 8);
    memcpy(d + 8, &len, 4);
    memcpy(d + 12, &flags, 2);
    memcpy(d + 14, &next, 2);
}

static void make_available(struct rig *r, uint16_t head, unsigned count)
{
    uint16_t index;

    memcpy(&index, r->memory + START_AVAIL + 2, 2);
    for (unsigned i = 0; i < count; i++, index++, head++)
        memcpy(r->memory + START_AVAIL + 4 + 2 * (index % VIRTIO_QUEUE_SIZE), &head, 2);
    memcpy(r->memory + START_AVAIL + 2, &index, 2);
}

/* The time of the next event comes; a device whose time never passes would hang the machine. */
static void advance(struct rig *r, cycles_t by)
{
    cycles_t next = virtio_next(&r->bus, &(struct cpu_host){0}, 0);

    r->now += by;
    if (next != VIRTIO_NEVER && next > r->now)
        r->now = next;
    virtio_advance(&r->bus, r->now);
    next = virtio_next(&r->bus, &(struct cpu_host){0}, 0);
    if (next <= r->now || !virtio_contents_agree(&r->bus))
        abort();
}

static void give_input(struct rig *r, bool frame, size_t len)
{
    uint8_t bytes[0x800];

    memset(bytes, 0x5a, sizeof(bytes));
    if (frame) {
        len = len < CPU_NET_FRAME_BYTES ? len : CPU_NET_FRAME_BYTES;
        (void)!virtio_net_input(&r->bus, bytes, len);
    } else if (virtio_console_ready(&r->bus)) {
        size_t room = virtio_console_free(&r->bus);

        len = len < room ? len : room;
        if (len && virtio_console_input(&r->bus, bytes, len) != len)
            abort(); /* what there is room for is taken */
    }
}

static void marks(struct rig *r)
{
    struct page_map kept[VIRTIO_SLOTS];

    virtio_share(&r->bus, kept);
    virtio_restore(&r->bus, kept);
    virtio_drop(kept);
}

static void step(struct rig *r, const uint8_t s[8])
{
    static const unsigned width[] = {4, 1, 2, 8};
    unsigned a = s[1], slot = a & 15;
    uint16_t b = (uint16_t)(s[2] | s[3] << 8);
    uint32_t c = (uint32_t)(s[4] | s[5] << 8 | s[6] << 16) | (uint32_t)s[7] << 24;
    bool known;

    switch (s[0] % 9) {
    case 0:
        put_register(r, slot, b % VIRTIO_WINDOW, width[a >> 4 & 3], c);
        break;
    case 1:
        r->shown += virtio_read(&r->bus, slot * VIRTIO_WINDOW + b % 0x240, width[a >> 4 & 3],
                                &known);
        break;
    case 2:
        memcpy(r->memory + b % (MEMORY_BYTES - 4), &c, a % 5);
        break;
    case 3:
        put_desc(r, a, (uint64_t)b << (c >> 31 ? 40 : 3), c & 0xffffff, c >> 24 & 0x7f);
        break;
    case 4:
        start_queue(r, slot, b & 1, c & 0xffff);
        break;
    case 5:
        make_available(r, b, c & 0x1ff);
        break;
    case 6:
        put_register(r, slot, 0x50, 4, b);
        advance(r, c & 0xfffff);
        break;
    case 7:
        give_input(r, a & 1, c & 0x7ff);
        break;
    default:
        marks(r);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint8_t image[DISK_BYTES];
    struct cpu_config config = {.hz = 1000000000, .seed = 5, .device_count = 5};
    struct rig *r = calloc(1, sizeof(*r));

    if (!r || !(r->memory = calloc(1, MEMORY_BYTES)))
        abort();
    config.devices[0] = (struct cpu_device){CPU_DEVICE_BLOCK, false, image, DISK_BYTES};
    config.devices[1] = (struct cpu_device){.kind = CPU_DEVICE_ENTROPY};
    config.devices[2] = (struct cpu_device){.kind = CPU_DEVICE_CONSOLE};
    config.devices[3] = (struct cpu_device){CPU_DEVICE_NET, false, (const uint8_t *)script,
                                            sizeof(script) - 1};
    config.devices[4] = (struct cpu_device){CPU_DEVICE_BLOCK, true, image, 700};
    config.host = (struct cpu_host){.ctx = r, .console_output = show, .net_output = show};
    r->flat = (struct flat_memory){r->memory, MEMORY_BYTES};
    virtio_init(&r->bus, r->dev, &config,
                (struct virtio_memory){r, flat_memory_read, flat_memory_write});
    virtio_reset(&r->bus);
    for (size_t at = 0; at + 8 <= size && at < 8 * STEPS_MAX; at += 8)
        step(r, bytes + at);
    advance(r, 0);
    (void)virtio_lines(&r->bus);
    virtio_destroy(&r->bus);
    free(r->memory);
    free(r);
    return 0;
}
