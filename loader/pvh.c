/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/pvh.c - what an x86_64 kernel finds in ebx.
 *
 * PVH (xen/include/public/arch-x86/hvm/start_info.h, version 1), little-endian:
 *    0  u32 magic 0x336ec578, u32 version 1, u32 flags, u32 nr_modules
 *   16  u64 modlist_paddr, u64 cmdline_paddr, u64 rsdp_paddr
 *   40  u64 memmap_paddr, u32 memmap_entries, u32 reserved
 * Module, 32 bytes: u64 paddr, size, cmdline_paddr, reserved.
 * Memory map entry, 24 bytes: u64 addr, u64 size, u32 type (1 RAM, 2 reserved), u32 reserved.
 *
 * Module 0 is the initrd, with size 0 where there is none. Module 1 holds 32
 * bytes for the random pool; its command line is "rng-seed". A kernel that
 * knows nothing of it (Linux) takes module 0 and leaves the rest.
 *
 * Multiboot 1 (Multiboot Specification 0.6.96, 3.3), 116 bytes:
 *    0  u32 flags: 0 memory, 2 cmdline, 3 modules, 6 memory map
 *    4  u32 mem_lower, mem_upper (KiB)   16  u32 cmdline
 *   20  u32 mods_count, mods_addr        44  u32 mmap_length, mmap_addr
 * Module, 16 bytes: u32 start, end, string, reserved.
 * Memory map entry: u32 size (20), u64 addr, u64 len, u32 type.
 */
#include "loader/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/fail.h"

#define PVH_MAGIC        0x336ec578u
#define PVH_INFO_BYTES   56u
#define PVH_MODULE_BYTES 32u
#define PVH_MAP_BYTES    24u

#define MB_INFO_BYTES    116u
#define MB_MODULE_BYTES  16u
#define MB_MAP_BYTES     24u
#define MB_FLAGS         (1u << 0 | 1u << 2 | 1u << 6)
#define MB_FLAG_MODULES  (1u << 3)

#define MAP_RAM          1u
#define MAP_RESERVED     2u
#define MAP_ENTRIES      4u

struct map_entry {
    uint64_t addr, size;
    uint32_t type;
};

/* The block that is placed at X86_INFO_BASE: bytes are taken from its front, 8-byte aligned. */
struct block {
    uint8_t *bytes;
    size_t used, room;
};

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static void put64(uint8_t *p, uint64_t v)
{
    put32(p, (uint32_t)v);
    put32(p + 4, (uint32_t)(v >> 32));
}

static size_t take(struct block *b, size_t len)
{
    size_t at = b->used;

    b->used += (len + 7) & ~(size_t)7;
    return at;
}

static size_t take_bytes(struct block *b, const void *src, size_t len)
{
    size_t at = take(b, len);

    memcpy(b->bytes + at, src, len);
    return at;
}

static void fill_map(const struct boot_spec *spec, struct map_entry map[MAP_ENTRIES])
{
    map[0] = (struct map_entry){0, X86_EBDA_BASE, MAP_RAM};
    map[1] = (struct map_entry){X86_EBDA_BASE, X86_LOW_END - X86_EBDA_BASE, MAP_RESERVED};
    map[2] = (struct map_entry){X86_FIRMWARE, X86_HIGH_BASE - X86_FIRMWARE, MAP_RESERVED};
    map[3] = (struct map_entry){X86_HIGH_BASE, spec->ram_bytes - X86_HIGH_BASE, MAP_RAM};
}

static int block_init(const struct boot_spec *spec, struct block *b, char *err, size_t err_len)
{
    size_t cmdline_max = X86_INFO_END - X86_INFO_BASE - 1024;

    if (strlen(spec->cmdline) >= cmdline_max)
        return loader_fail(err, err_len, -EFBIG, "the command line has %zu bytes, %zu fit",
                           strlen(spec->cmdline), cmdline_max - 1);
    b->room = X86_INFO_END - X86_INFO_BASE;
    b->used = 0;
    b->bytes = calloc(1, b->room);
    if (!b->bytes)
        return loader_fail(err, err_len, -ENOMEM, "out of memory for the start info");
    return 0;
}

int pvh_build(const struct boot_spec *spec, struct initrd_range initrd, uint8_t **out,
              size_t *out_bytes, char *err, size_t err_len)
{
    struct map_entry map[MAP_ENTRIES];
    uint8_t seed[SEED_BYTES];
    struct block b;
    size_t modules, map_at, cmdline, seed_at, name_at;
    int rc = block_init(spec, &b, err, err_len);

    if (rc != 0)
        return rc;
    take(&b, PVH_INFO_BYTES);
    modules = take(&b, 2 * PVH_MODULE_BYTES);
    map_at = take(&b, MAP_ENTRIES * PVH_MAP_BYTES);
    cmdline = take_bytes(&b, spec->cmdline, strlen(spec->cmdline) + 1);
    layout_expand_seed(spec->entropy_seed, seed);
    seed_at = take_bytes(&b, seed, sizeof(seed));
    name_at = take_bytes(&b, "rng-seed", sizeof("rng-seed"));

    put32(b.bytes, PVH_MAGIC);
    put32(b.bytes + 4, 1);
    put32(b.bytes + 12, 2);
    put64(b.bytes + 16, X86_INFO_BASE + modules);
    put64(b.bytes + 24, X86_INFO_BASE + cmdline);
    put64(b.bytes + 40, X86_INFO_BASE + map_at);
    put32(b.bytes + 48, MAP_ENTRIES);
    put64(b.bytes + modules, initrd.start);
    put64(b.bytes + modules + 8, initrd.end - initrd.start);
    put64(b.bytes + modules + PVH_MODULE_BYTES, X86_INFO_BASE + seed_at);
    put64(b.bytes + modules + PVH_MODULE_BYTES + 8, sizeof(seed));
    put64(b.bytes + modules + PVH_MODULE_BYTES + 16, X86_INFO_BASE + name_at);
    fill_map(spec, map);
    for (size_t i = 0; i < MAP_ENTRIES; i++) {
        uint8_t *e = b.bytes + map_at + i * PVH_MAP_BYTES;

        put64(e, map[i].addr);
        put64(e + 8, map[i].size);
        put32(e + 16, map[i].type);
    }
    *out = b.bytes;
    *out_bytes = b.used;
    return 0;
}

int multiboot_build(const struct boot_spec *spec, struct initrd_range initrd, uint8_t **out,
                    size_t *out_bytes, char *err, size_t err_len)
{
    bool has_initrd = initrd.end > initrd.start;
    struct map_entry map[MAP_ENTRIES];
    struct block b;
    size_t module, map_at, cmdline;
    int rc = block_init(spec, &b, err, err_len);

    if (rc != 0)
        return rc;
    take(&b, MB_INFO_BYTES);
    module = take(&b, MB_MODULE_BYTES);
    map_at = take(&b, MAP_ENTRIES * MB_MAP_BYTES);
    cmdline = take_bytes(&b, spec->cmdline, strlen(spec->cmdline) + 1);

    put32(b.bytes, MB_FLAGS | (has_initrd ? MB_FLAG_MODULES : 0));
    put32(b.bytes + 4, X86_EBDA_BASE >> 10);
    put32(b.bytes + 8, (uint32_t)((spec->ram_bytes - X86_HIGH_BASE) >> 10));
    put32(b.bytes + 16, (uint32_t)(X86_INFO_BASE + cmdline));
    put32(b.bytes + 20, has_initrd);
    put32(b.bytes + 24, (uint32_t)(X86_INFO_BASE + module));
    put32(b.bytes + 44, MAP_ENTRIES * MB_MAP_BYTES);
    put32(b.bytes + 48, (uint32_t)(X86_INFO_BASE + map_at));
    put32(b.bytes + module, (uint32_t)initrd.start);
    put32(b.bytes + module + 4, (uint32_t)initrd.end);
    fill_map(spec, map);
    for (size_t i = 0; i < MAP_ENTRIES; i++) {
        uint8_t *e = b.bytes + map_at + i * MB_MAP_BYTES;

        put32(e, MB_MAP_BYTES - 4);
        put64(e + 4, map[i].addr);
        put64(e + 12, map[i].size);
        put32(e + 20, map[i].type);
    }
    *out = b.bytes;
    *out_bytes = b.used;
    return 0;
}
