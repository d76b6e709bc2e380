/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/virtio.h - virtio devices behind the memory-mapped transport (Virtio 1.2, 4.2).
 *
 * Purpose
 *   A bus of VIRTIO_SLOTS register windows of VIRTIO_WINDOW bytes. What the guest can see or move
 *   is a plain value (struct virtio_dev) that is saved, loaded and marked with the board; what
 *   stands behind it (image, seed, the pages that a disk changed) is the bus's.
 *
 * Rules of use
 *   - The driver's kick only sets a time, VIRTIO_LATENCY_NS ahead: requests are done by
 *     virtio_advance(), between two instructions, all that the ring holds by then. So every access
 *     of a device to memory and every interrupt happens at a number, whatever the host does.
 *   - virtio_lines() gives the interrupt level of each slot after any call.
 *   - Memory is reached through struct virtio_memory alone, whose owner keeps translated code
 *     and the notes of written pages right.
 */
#ifndef TRAPLINE_CPU_DEV_VIRTIO_H
#define TRAPLINE_CPU_DEV_VIRTIO_H

#include "cpu/cpu.h"
#include "cpu/page_map.h"

#define VIRTIO_SLOTS      CPU_DEVICES_MAX
#define VIRTIO_WINDOW     0x200u
#define VIRTIO_QUEUES_MAX 2u
#define VIRTIO_QUEUE_SIZE 256u
#define VIRTIO_LATENCY_NS 10000u
#define VIRTIO_NEVER      UINT64_MAX

/* One split virtqueue (2.7): physical addresses of its three parts, and how far it was read. */
struct virtio_queue {
    uint64_t desc, driver, device;
    uint32_t size, ready;
    uint16_t seen, done; /* free-running indexes of the available and the used ring */
    uint32_t reserved;
};

/* A plain value: no pointer, no padding. */
struct virtio_dev {
    uint64_t driver_features;
    cycles_t due;           /* when the queues of `kicked` are served; VIRTIO_NEVER */
    uint64_t content;       /* block: hash of what was changed, so that digests cover the disk */
    uint64_t position;      /* entropy: bytes given out; network: place in the script */
    uint32_t status;
    uint32_t device_select, driver_select, queue_select;
    uint32_t interrupt;     /* 1: used buffer, 2: configuration */
    uint32_t kicked;        /* bit per queue */
    uint32_t delay_asked;   /* chaos was asked for this `due` */
    uint32_t reserved;
    struct virtio_queue queue[VIRTIO_QUEUES_MAX];
};

struct virtio_memory {
    void *ctx;
    /* 0, or -EFAULT: not in RAM. */
    int (*read)(void *ctx, paddr_t pa, void *buf, size_t len);
    int (*write)(void *ctx, paddr_t pa, const void *buf, size_t len);
};

struct virtio_bus {
    struct virtio_dev *dev;             /* VIRTIO_SLOTS of them, in the board */
    struct cpu_device device[VIRTIO_SLOTS];
    unsigned count;
    uint64_t seed, hz;
    struct page_map changes[VIRTIO_SLOTS]; /* of block devices, by 4 KiB page of the image */
    struct virtio_memory memory;
    struct {
        cpu_dma_fn fn; /* NULL: nobody watches */
        void *ctx;
    } stores;
    void *host_ctx;
    void (*console_output)(void *ctx, const uint8_t *bytes, size_t len);
    void (*net_output)(void *ctx, const uint8_t *frame, size_t len);
};

/* `dev` and the data that `config` names must outlive the bus. */
void virtio_init(struct virtio_bus *bus, struct virtio_dev *dev, const struct cpu_config *config,
                 struct virtio_memory memory);
void virtio_destroy(struct virtio_bus *bus);
/* Power-on: the disks are their images again. */
void virtio_reset(struct virtio_bus *bus);
/* `offset` into the bus's windows; *known is false where no register is. */
uint64_t virtio_read(struct virtio_bus *bus, uint32_t offset, unsigned size, bool *known);
void virtio_write(struct virtio_bus *bus, cycles_t now, uint32_t offset, unsigned size,
                  uint32_t value, bool *known);
/* The next time at which virtio_advance() has something to do; chaos may have moved it. */
cycles_t virtio_next(struct virtio_bus *bus, const struct cpu_host *host, insn_t n);
void virtio_advance(struct virtio_bus *bus, cycles_t now);
/* A console whose driver is ready: console input is its alone. */
bool virtio_console_ready(const struct virtio_bus *bus);
/* How many bytes of input it takes now, and taking them. */
size_t virtio_console_free(const struct virtio_bus *bus);
size_t virtio_console_input(struct virtio_bus *bus, const uint8_t *bytes, size_t len);
/* A frame for the network interface; false: it is lost. */
bool virtio_net_input(struct virtio_bus *bus, const uint8_t *frame, size_t len);
/* Bit per slot. */
uint32_t virtio_lines(const struct virtio_bus *bus);

/* A mark's share of the disks' contents. */
void virtio_share(const struct virtio_bus *bus, struct page_map kept[VIRTIO_SLOTS]);
void virtio_restore(struct virtio_bus *bus, const struct page_map kept[VIRTIO_SLOTS]);
void virtio_drop(struct page_map kept[VIRTIO_SLOTS]);
/* After a state was loaded: does it speak of the disks as they are? */
bool virtio_contents_agree(const struct virtio_bus *bus);

#endif
