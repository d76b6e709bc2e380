/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory-mapped transport (Virtio 1.2, 4.2.2), version 2: registers, status and interrupts.
 *
 * A slot without a device reads as QEMU's: magic, version 1, device 0. A device that a driver
 * misleads (memory that is not there, a ring that cannot be) sets DEVICE_NEEDS_RESET and serves
 * nothing until it is reset.
 */
#include <errno.h>
#include <string.h>

#include "cpu/dev/virtio_device.h"

#define MAGIC        0x74726976u /* "virt" */
#define VENDOR       0x4c505254u /* "TRPL" */
#define VENDOR_EMPTY 0x554d4551u /* "QEMU" */
#define NS_PER_S     1000000000ull

enum offset {
    MAGIC_VALUE = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080,
    QUEUE_DRIVER = 0x090,
    QUEUE_DEVICE = 0x0a0,
    SHM_SEL = 0x0ac,
    SHM_END = 0x0c0,
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
};

#define STATUS_DRIVER_OK   4u
#define STATUS_FEATURES_OK 8u
#define STATUS_NEEDS_RESET 0x40u
#define INTERRUPT_CONFIG   2u

_Static_assert(sizeof(struct virtio_dev) == 4 * 8 + 8 * 4 + VIRTIO_QUEUES_MAX * 40, "no padding");

static const struct virtio_class *class_of(const struct virtio_bus *bus, unsigned slot)
{
    static const struct virtio_class *const classes[] = {
        [CPU_DEVICE_BLOCK] = &virtio_block,
        [CPU_DEVICE_ENTROPY] = &virtio_entropy,
        [CPU_DEVICE_CONSOLE] = &virtio_console,
        [CPU_DEVICE_NET] = &virtio_net,
    };

    return slot < bus->count ? classes[bus->device[slot].kind] : NULL;
}

static struct virtio_slot slot_at(struct virtio_bus *bus, unsigned slot)
{
    return (struct virtio_slot){bus, &bus->dev[slot], &bus->device[slot], slot, {{0}}};
}

static void reset_device(struct virtio_dev *d)
{
    *d = (struct virtio_dev){.due = VIRTIO_NEVER, .content = d->content, .position = d->position};
}

void virtio_init(struct virtio_bus *bus, struct virtio_dev *dev, const struct cpu_config *config,
                 struct virtio_memory memory)
{
    memset(bus, 0, sizeof(*bus));
    bus->dev = dev;
    memcpy(bus->device, config->devices, sizeof(bus->device));
    bus->count = config->device_count;
    bus->seed = config->seed;
    bus->hz = config->hz;
    bus->memory = memory;
    bus->host_ctx = config->host.ctx;
    bus->console_output = config->host.console_output;
    bus->net_output = config->host.net_output;
}

void virtio_destroy(struct virtio_bus *bus)
{
    virtio_drop(bus->changes);
}

void virtio_reset(struct virtio_bus *bus)
{
    virtio_drop(bus->changes);
    memset(bus->dev, 0, VIRTIO_SLOTS * sizeof(bus->dev[0]));
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        reset_device(&bus->dev[i]);
}

/* ---- registers ---- */

static uint32_t empty_read(uint32_t offset)
{
    switch (offset) {
    case MAGIC_VALUE:
        return MAGIC;
    case VERSION:
        return 1;
    case VENDOR_ID:
        return VENDOR_EMPTY;
    default:
        return 0;
    }
}

static uint64_t offered(const struct virtio_slot *s, const struct virtio_class *class)
{
    return class->features(s) | VIRTIO_F_VERSION_1;
}

static uint64_t config_read(const struct virtio_slot *s, const struct virtio_class *class,
                            uint32_t offset, unsigned size)
{
    uint8_t bytes[64];
    size_t len = class->config(s, bytes);
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        if (offset + i < len)
            value |= (uint64_t)bytes[offset + i] << 8 * i;
    return value;
}

static uint32_t register_read(const struct virtio_slot *s, const struct virtio_class *class,
                              uint32_t offset, bool *known)
{
    const struct virtio_dev *d = s->dev;
    bool has_queue = d->queue_select < class->queues;

    switch (offset) {
    case MAGIC_VALUE:
        return MAGIC;
    case VERSION:
        return 2;
    case DEVICE_ID:
        return class->id;
    case VENDOR_ID:
        return VENDOR;
    case DEVICE_FEATURES:
        return d->device_select < 2 ? (uint32_t)(offered(s, class) >> 32 * d->device_select) : 0;
    case QUEUE_NUM_MAX:
        return has_queue ? VIRTIO_QUEUE_SIZE : 0;
    case QUEUE_READY:
        return has_queue ? d->queue[d->queue_select].ready : 0;
    case INTERRUPT_STATUS:
        return d->interrupt;
    case STATUS:
        return d->status;
    case CONFIG_GENERATION:
        return 0;
    default:
        *known = offset >= SHM_SEL && offset < SHM_END;
        return ~0u; /* no shared memory region: its length is -1 (4.2.2) */
    }
}

uint64_t virtio_read(struct virtio_bus *bus, uint32_t offset, unsigned size, bool *known)
{
    unsigned slot = offset / VIRTIO_WINDOW;
    const struct virtio_class *class = class_of(bus, slot);
    struct virtio_slot s;

    offset %= VIRTIO_WINDOW;
    *known = true;
    if (!class)
        return empty_read(offset);
    s = slot_at(bus, slot);
    if (offset >= CONFIG)
        return config_read(&s, class, offset - CONFIG, size);
    *known = size == 4 && !(offset & 3);
    return *known ? register_read(&s, class, offset, known) : 0;
}

static void set_status(struct virtio_slot *s, const struct virtio_class *class, uint32_t value)
{
    struct virtio_dev *d = s->dev;

    if (value == 0) {
        reset_device(d);
        return;
    }
    if ((value & STATUS_FEATURES_OK) && !(d->status & STATUS_FEATURES_OK) &&
        ((d->driver_features & ~offered(s, class)) ||
         !(d->driver_features & VIRTIO_F_VERSION_1)))
        value &= ~STATUS_FEATURES_OK;
    d->status = (value & 0xff) | (d->status & STATUS_NEEDS_RESET);
}

/* The halves of a 64-bit address register. */
static void put_half(uint64_t *address, bool high, uint32_t value)
{
    *address = high ? (*address & 0xffffffffull) | (uint64_t)value << 32
                    : (*address & ~0xffffffffull) | value;
}

static void queue_write(struct virtio_queue *q, uint32_t offset, uint32_t value, bool *known)
{
    switch (offset & ~4u) {
    case QUEUE_DESC:
        put_half(&q->desc, offset & 4, value);
        return;
    case QUEUE_DRIVER:
        put_half(&q->driver, offset & 4, value);
        return;
    case QUEUE_DEVICE:
        put_half(&q->device, offset & 4, value);
        return;
    }
    if (offset == QUEUE_NUM) {
        if (!q->ready) /* the driver must not (4.2.2.2) */
            q->size = value;
    } else if (offset == QUEUE_READY) {
        q->seen = q->done = 0;
        q->ready = (value & 1) && virtio_size_is_valid(q->size);
    } else {
        *known = false;
    }
}

static void kick(struct virtio_bus *bus, struct virtio_dev *d, cycles_t now, uint32_t queue)
{
    if (queue >= VIRTIO_QUEUES_MAX)
        return;
    d->kicked |= 1u << queue;
    if (d->due != VIRTIO_NEVER)
        return;
    d->due = cycles_later(now, (cycles_t)((unsigned __int128)VIRTIO_LATENCY_NS * bus->hz /
                                          NS_PER_S));
    d->delay_asked = 0;
}

static void register_write(struct virtio_slot *s, const struct virtio_class *class, cycles_t now,
                           uint32_t offset, uint32_t value, bool *known)
{
    struct virtio_dev *d = s->dev;

    switch (offset) {
    case DEVICE_FEATURES_SEL:
        d->device_select = value;
        return;
    case DRIVER_FEATURES:
        if (d->driver_select < 2)
            put_half(&d->driver_features, d->driver_select, value);
        return;
    case DRIVER_FEATURES_SEL:
        d->driver_select = value;
        return;
    case QUEUE_SEL:
        d->queue_select = value;
        return;
    case QUEUE_NOTIFY:
        kick(s->bus, d, now, value);
        return;
    case INTERRUPT_ACK:
        d->interrupt &= ~value;
        return;
    case STATUS:
        set_status(s, class, value);
        return;
    case SHM_SEL:
        return;
    }
    if (d->queue_select < class->queues)
        queue_write(&d->queue[d->queue_select], offset, value, known);
}

void virtio_write(struct virtio_bus *bus, cycles_t now, uint32_t offset, unsigned size,
                  uint32_t value, bool *known)
{
    unsigned slot = offset / VIRTIO_WINDOW;
    const struct virtio_class *class = class_of(bus, slot);
    struct virtio_slot s;

    offset %= VIRTIO_WINDOW;
    *known = true;
    if (!class || offset >= CONFIG)
        return; /* no field of a configuration space is the driver's to write */
    s = slot_at(bus, slot);
    *known = size == 4 && !(offset & 3);
    if (*known)
        register_write(&s, class, now, offset, value, known);
}

/* ---- time ---- */

cycles_t virtio_next(struct virtio_bus *bus, const struct cpu_host *host, insn_t n)
{
    cycles_t next = VIRTIO_NEVER;

    for (unsigned i = 0; i < bus->count; i++) {
        struct virtio_dev *d = &bus->dev[i];

        if (d->due == VIRTIO_NEVER)
            continue;
        if (!d->delay_asked) {
            d->delay_asked = 1;
            if (host->timer_delay)
                d->due = cycles_later(d->due, host->timer_delay(host->ctx, n, d->due));
        }
        if (d->due < next)
            next = d->due;
    }
    return next;
}

static bool is_ready(const struct virtio_dev *d)
{
    return (d->status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) == STATUS_DRIVER_OK;
}

static void give_up(struct virtio_dev *d)
{
    d->status |= STATUS_NEEDS_RESET;
    d->interrupt |= INTERRUPT_CONFIG;
}

static void serve(struct virtio_slot *s, const struct virtio_class *class, cycles_t now)
{
    struct virtio_dev *d = s->dev;
    uint32_t kicked = d->kicked;

    d->kicked = 0;
    d->due = VIRTIO_NEVER;
    for (unsigned q = 0; q < class->queues; q++) {
        if (!(kicked >> q & 1) || !is_ready(d))
            continue;
        if (class->serve(s, q))
            give_up(d);
        else if (s->turn[q].full)
            kick(s->bus, d, now, q);
    }
}

void virtio_advance(struct virtio_bus *bus, cycles_t now)
{
    for (unsigned i = 0; i < bus->count; i++) {
        struct virtio_slot s = slot_at(bus, i);

        if (s.dev->due != VIRTIO_NEVER && s.dev->delay_asked && s.dev->due <= now)
            serve(&s, class_of(bus, i), now);
    }
}

/* ---- input ---- */

/* The device of a kind, where there is one and its driver is ready. */
static bool find_ready(const struct virtio_bus *bus, enum cpu_device_kind kind,
                       struct virtio_slot *s)
{
    for (unsigned i = 0; i < bus->count; i++) {
        if (bus->device[i].kind != kind)
            continue;
        *s = slot_at((struct virtio_bus *)(uintptr_t)bus, i);
        return is_ready(s->dev);
    }
    return false;
}

bool virtio_net_input(struct virtio_bus *bus, const uint8_t *frame, size_t len)
{
    struct virtio_slot s;
    int rc = find_ready(bus, CPU_DEVICE_NET, &s) ? virtio_net_put(&s, frame, len) : 0;

    if (rc < 0)
        give_up(s.dev);
    return rc > 0;
}

bool virtio_console_ready(const struct virtio_bus *bus)
{
    struct virtio_slot s;

    return find_ready(bus, CPU_DEVICE_CONSOLE, &s);
}

size_t virtio_console_free(const struct virtio_bus *bus)
{
    struct virtio_slot s;

    return find_ready(bus, CPU_DEVICE_CONSOLE, &s) ? virtio_console_room(&s) : 0;
}

/* What a driver misleads is lost, as on a line that nobody listens to. */
size_t virtio_console_input(struct virtio_bus *bus, const uint8_t *bytes, size_t len)
{
    struct virtio_slot s;

    if (!find_ready(bus, CPU_DEVICE_CONSOLE, &s))
        return 0;
    if (virtio_console_put(&s, bytes, &len))
        give_up(s.dev);
    return len;
}

uint32_t virtio_lines(const struct virtio_bus *bus)
{
    uint32_t lines = 0;

    for (unsigned i = 0; i < bus->count; i++)
        lines |= (uint32_t)(bus->dev[i].interrupt != 0) << i;
    return lines;
}

/* ---- marks ---- */

void virtio_share(const struct virtio_bus *bus, struct page_map kept[VIRTIO_SLOTS])
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        kept[i] = page_map_share(&bus->changes[i]);
}

void virtio_restore(struct virtio_bus *bus, const struct page_map kept[VIRTIO_SLOTS])
{
    virtio_drop(bus->changes);
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        bus->changes[i] = page_map_share(&kept[i]);
}

void virtio_drop(struct page_map kept[VIRTIO_SLOTS])
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        page_map_drop(&kept[i]);
}

struct sum {
    uint64_t content;
};

static void add_page(void *ctx, uint32_t page, const uint8_t *bytes)
{
    ((struct sum *)ctx)->content += virtio_block_page_hash(page, bytes);
}

bool virtio_contents_agree(const struct virtio_bus *bus)
{
    const struct page_map none = {NULL};

    for (unsigned i = 0; i < bus->count; i++) {
        struct sum sum = {0};

        page_map_diff(&none, &bus->changes[i], add_page, &sum);
        if (sum.content != bus->dev[i].content)
            return false;
    }
    return true;
}
