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
#include "loader/x86_info.h"

#include <string.h>

#define PVH_MAGIC        0x336ec578u
#define PVH_INFO_BYTES   56u
#define PVH_MODULE_BYTES 32u
#define PVH_MAP_BYTES    24u

#define MB_INFO_BYTES    116u
#define MB_MODULE_BYTES  16u
#define MB_MAP_BYTES     24u
#define MB_FLAGS         (1u << 0 | 1u << 2 | 1u << 6)
#define MB_FLAG_MODULES  (1u << 3)

int pvh_build(const struct boot_spec *spec, struct initrd_range initrd, uint8_t **out,
              size_t *out_bytes, char *err, size_t err_len)
{
    struct info_map map[INFO_MAP_ENTRIES];
    uint8_t seed[SEED_BYTES];
    struct info_block b;
    size_t modules, map_at, cmdline, seed_at, name_at;
    int rc = info_init(spec, &b, err, err_len);

    if (rc != 0)
        return rc;
    info_take(&b, PVH_INFO_BYTES);
    modules = info_take(&b, 2 * PVH_MODULE_BYTES);
    map_at = info_take(&b, INFO_MAP_ENTRIES * PVH_MAP_BYTES);
    cmdline = info_take_bytes(&b, spec->cmdline, strlen(spec->cmdline) + 1);
    layout_expand_seed(spec->entropy_seed, seed);
    seed_at = info_take_bytes(&b, seed, sizeof(seed));
    name_at = info_take_bytes(&b, "rng-seed", sizeof("rng-seed"));

    info_put32(b.bytes, PVH_MAGIC);
    info_put32(b.bytes + 4, 1);
    info_put32(b.bytes + 12, 2);
    info_put64(b.bytes + 16, X86_INFO_BASE + modules);
    info_put64(b.bytes + 24, X86_INFO_BASE + cmdline);
    info_put64(b.bytes + 32, X86_FIRMWARE);
    info_put64(b.bytes + 40, X86_INFO_BASE + map_at);
    info_put32(b.bytes + 48, INFO_MAP_ENTRIES);
    info_put64(b.bytes + modules, initrd.start);
    info_put64(b.bytes + modules + 8, initrd.end - initrd.start);
    info_put64(b.bytes + modules + PVH_MODULE_BYTES, X86_INFO_BASE + seed_at);
    info_put64(b.bytes + modules + PVH_MODULE_BYTES + 8, sizeof(seed));
    info_put64(b.bytes + modules + PVH_MODULE_BYTES + 16, X86_INFO_BASE + name_at);
    info_fill_map(spec, map);
    for (size_t i = 0; i < INFO_MAP_ENTRIES; i++) {
        uint8_t *e = b.bytes + map_at + i * PVH_MAP_BYTES;

        info_put64(e, map[i].addr);
        info_put64(e + 8, map[i].size);
        info_put32(e + 16, map[i].type);
    }
    *out = b.bytes;
    *out_bytes = b.used;
    return 0;
}

int multiboot_build(const struct boot_spec *spec, struct initrd_range initrd, uint8_t **out,
                    size_t *out_bytes, char *err, size_t err_len)
{
    bool has_initrd = initrd.end > initrd.start;
    struct info_map map[INFO_MAP_ENTRIES];
    struct info_block b;
    size_t module, map_at, cmdline;
    int rc = info_init(spec, &b, err, err_len);

    if (rc != 0)
        return rc;
    info_take(&b, MB_INFO_BYTES);
    module = info_take(&b, MB_MODULE_BYTES);
    map_at = info_take(&b, INFO_MAP_ENTRIES * MB_MAP_BYTES);
    cmdline = info_take_bytes(&b, spec->cmdline, strlen(spec->cmdline) + 1);

    info_put32(b.bytes, MB_FLAGS | (has_initrd ? MB_FLAG_MODULES : 0));
    info_put32(b.bytes + 4, X86_EBDA_BASE >> 10);
    info_put32(b.bytes + 8, (uint32_t)((spec->ram_bytes - X86_HIGH_BASE) >> 10));
    info_put32(b.bytes + 16, (uint32_t)(X86_INFO_BASE + cmdline));
    info_put32(b.bytes + 20, has_initrd);
    info_put32(b.bytes + 24, (uint32_t)(X86_INFO_BASE + module));
    info_put32(b.bytes + 44, INFO_MAP_ENTRIES * MB_MAP_BYTES);
    info_put32(b.bytes + 48, (uint32_t)(X86_INFO_BASE + map_at));
    info_put32(b.bytes + module, (uint32_t)initrd.start);
    info_put32(b.bytes + module + 4, (uint32_t)initrd.end);
    info_fill_map(spec, map);
    for (size_t i = 0; i < INFO_MAP_ENTRIES; i++) {
        uint8_t *e = b.bytes + map_at + i * MB_MAP_BYTES;

        info_put32(e, MB_MAP_BYTES - 4);
        info_put64(e + 4, map[i].addr);
        info_put64(e + 12, map[i].size);
        info_put32(e + 20, map[i].type);
    }
    *out = b.bytes;
    *out_bytes = b.used;
    return 0;
}
