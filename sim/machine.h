/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/machine.h - what a run starts from, as a value.
 *
 * Purpose: everything but the live inputs. Two runs of equal machines with equal
 * inputs are equal, bit for bit. A trace's header is one of these.
 *
 * Rules of use: all pointers are owned; machine_free() drops them. A machine read
 * from a trace without images has hashes and sizes but no bytes.
 */
#ifndef TRAPLINE_SIM_MACHINE_H
#define TRAPLINE_SIM_MACHINE_H

#include "cpu/cpu.h"
#include "sim/bytes.h"

#define MACHINE_HZ_DEFAULT         1000000000ull
#define MACHINE_RAM_BYTES_DEFAULT  (128ull << 20)
#define MACHINE_SEED_DEFAULT       0ull
#define MACHINE_WALL_START_DEFAULT 1704067200ull /* 2024-01-01 00:00:00 UTC */

struct image_hash {
    uint8_t xxh3_128[16]; /* canonical (big-endian) order, as printed */
};

/* Devices on the virtio bus, in this order: disks, entropy source, console, network. */
#define MACHINE_DISKS_MAX 4u

struct machine_disk {
    struct blob image;  /* no bytes where read from a trace without images */
    uint64_t bytes;
    struct image_hash hash;
    bool read_only;
};

struct machine {
    enum arch arch;
    bool strict;
    bool firmware;         /* arm64: the kernel's file is one, in flash at 0 */
    bool el2;              /* arm64: there is EL2, and the kernel is entered there */
    bool adversary;        /* table entries are seen as late as the architecture allows */
    uint64_t ram_bytes, hz;
    uint64_t seed;         /* entropy for the guest */
    uint64_t chaos;        /* 0: timer interrupts in place */
    uint64_t wall_start_s; /* UTC at n = 0 */
    char *cmdline;
    char **argv;           /* NULL-terminated, or NULL: what init executes (is in the initrd) */
    struct blob kernel, initrd;
    uint64_t kernel_bytes, initrd_bytes;
    struct blob symbols;   /* no part of the machine: the kernel's names, where its file has none */
    vaddr_t symbols_moved; /* so far above their addresses it runs */
    char *symbols_path;    /* of the file that they are from; NULL: none */
    struct image_hash kernel_hash, initrd_hash;
    struct machine_disk disk[MACHINE_DISKS_MAX];
    unsigned disk_count;
    bool gicv3;            /* arm64: the interrupt controller is a GICv3, not a GICv2 */
    bool console;          /* a virtio console beside the serial line */
    struct blob net;       /* script of the network's other end; no data: no network */
    bool entropy;          /* an entropy source that gives what `seed` stretches to */
};

void machine_init(struct machine *m, enum arch arch);
void machine_free(struct machine *m);
/* Take over the bytes and note size and hash. */
void machine_set_kernel(struct machine *m, struct blob kernel);
void machine_set_initrd(struct machine *m, struct blob initrd);
/* The same for one more disk; there must be room. */
void machine_add_disk(struct machine *m, struct blob image, bool read_only);
/* Beside those that every machine has. */
bool machine_has_devices(const struct machine *m);
/* "virtio-blk 0", "virtio-net": what stands in a slot of the virtio bus. Returns `text`. */
const char *machine_device_name(const struct machine *m, unsigned slot, char *text, size_t len);
/* Copies a NULL-terminated list; 0 or -ENOMEM. */
MUST_CHECK int machine_set_argv(struct machine *m, const char *const *argv);

/* The kernel's symbols, from `symbols` or its own file. As symbols_load(). */
struct symbols;
MUST_CHECK int machine_symbols(const struct machine *m, struct symbols **out, char *err,
                               size_t err_len);

struct image_hash image_hash_of(const struct blob *image);
void image_hash_text(const struct image_hash *h, char text[33]);
const char *arch_name(enum arch arch);

/* Create the CPU, load RAM, stand at the entry. On failure *out is NULL. */
MUST_CHECK int machine_boot(const struct machine *m, const struct cpu_host *host, struct cpu **out,
                            char *err, size_t err_len);

#endif
