/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/zero_page.c - what a Linux bzImage finds at its 64-bit entry.
 *
 * rsi = the zero page, struct boot_params (Documentation/arch/x86/zero-page.rst):
 *   0x070  u64 acpi_rsdp_addr
 *   0x1e4  u32 scratch: means nothing on entry; the seed stirs it (see below)
 *   0x1e8  u8  e820_entries
 *   0x1f1      the file's setup header, up to 0x202 + its byte 0x201, with
 *   0x210  u8  type_of_loader (0xff: none of the known ones)
 *   0x218  u32 ramdisk_image, ramdisk_size
 *   0x228  u32 cmd_line_ptr
 *   0x250  u64 setup_data: {u64 next, u32 type, u32 len, bytes}; type 9 is a random seed
 *   0x2d0      e820 table, 20 bytes each: u64 addr, u64 size, u32 type
 * Linux hashes the whole page into the choice of its addresses (KASLR), so that a word of it which
 * depends on the seed makes these depend on the seed: there is no RDRAND and no clock of the host.
 * Paging is on with an identity map (boot.rst, "64-bit boot protocol").
 */
#include "loader/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/x86_info.h"

#define ZERO_PAGE_BYTES  4096u
#define AT_RSDP          0x070u
#define AT_SCRATCH       0x1e4u
#define AT_E820_ENTRIES  0x1e8u
#define AT_HEADER        0x1f1u
#define AT_HEADER_LENGTH 0x201u
#define AT_HEADER_MAGIC  0x202u
#define AT_LOADER_TYPE   0x210u
#define AT_RAMDISK       0x218u
#define AT_CMDLINE       0x228u
#define AT_SETUP_DATA    0x250u
#define AT_E820          0x2d0u
#define E820_BYTES       20u
#define HEADER_END_MAX   0x290u
#define SETUP_RNG_SEED   9u
#define SETUP_DATA_BYTES 16u

#define PAGE_BYTES       4096u
#define TABLE_PAGES      6u /* root, one of 1 GiB entries' parents, four of 2 MiB entries */
#define ENTRY_PRESENT_RW 3u
#define ENTRY_LARGE      0x83u

int zero_page_build(const struct boot_spec *spec, struct initrd_range initrd, uint8_t **out,
                    size_t *out_bytes, char *err, size_t err_len)
{
    const uint8_t *k = spec->kernel; /* image_read_bzimage() has checked its length */
    size_t header_end = AT_HEADER_MAGIC + k[AT_HEADER_LENGTH], cmdline, data;
    struct info_map map[INFO_MAP_ENTRIES];
    struct info_block b;
    int rc = info_init(spec, &b, err, err_len);

    if (rc != 0)
        return rc;
    if (header_end > HEADER_END_MAX)
        header_end = HEADER_END_MAX;
    if (header_end > spec->kernel_bytes)
        header_end = spec->kernel_bytes;
    info_take(&b, ZERO_PAGE_BYTES);
    cmdline = info_take_bytes(&b, spec->cmdline, strlen(spec->cmdline) + 1);
    data = info_take(&b, SETUP_DATA_BYTES + SEED_BYTES);
    info_put32(b.bytes + data + 8, SETUP_RNG_SEED);
    info_put32(b.bytes + data + 12, SEED_BYTES);
    layout_expand_seed(spec->entropy_seed, b.bytes + data + SETUP_DATA_BYTES);

    memcpy(b.bytes + AT_HEADER, k + AT_HEADER, header_end - AT_HEADER);
    b.bytes[AT_LOADER_TYPE] = 0xff;
    info_put32(b.bytes + AT_RAMDISK, (uint32_t)initrd.start);
    info_put32(b.bytes + AT_RAMDISK + 4, (uint32_t)(initrd.end - initrd.start));
    info_put32(b.bytes + AT_CMDLINE, (uint32_t)(X86_INFO_BASE + cmdline));
    info_put64(b.bytes + AT_RSDP, X86_FIRMWARE);
    info_put32(b.bytes + AT_SCRATCH, (uint32_t)layout_kaslr_seed(spec->entropy_seed));
    info_put64(b.bytes + AT_SETUP_DATA, X86_INFO_BASE + data);
    info_fill_map(spec, map);
    b.bytes[AT_E820_ENTRIES] = INFO_MAP_ENTRIES;
    for (size_t i = 0; i < INFO_MAP_ENTRIES; i++) {
        uint8_t *e = b.bytes + AT_E820 + i * E820_BYTES;

        info_put64(e, map[i].addr);
        info_put64(e + 8, map[i].size);
        info_put32(e + 16, map[i].type);
    }
    *out = b.bytes;
    *out_bytes = b.used;
    return 0;
}

int identity_tables_build(uint8_t **out, size_t *out_bytes)
{
    uint8_t *t = calloc(TABLE_PAGES, PAGE_BYTES);

    if (!t)
        return -ENOMEM;
    info_put64(t, (X86_TABLES + PAGE_BYTES) | ENTRY_PRESENT_RW);
    for (unsigned gib = 0; gib < 4; gib++) {
        unsigned at = (2 + gib) * PAGE_BYTES;

        info_put64(t + PAGE_BYTES + gib * 8, (X86_TABLES + at) | ENTRY_PRESENT_RW);
        for (uint64_t i = 0; i < 512; i++)
            info_put64(t + at + i * 8, ((uint64_t)gib << 30 | i << 21) | ENTRY_LARGE);
    }
    *out = t;
    *out_bytes = TABLE_PAGES * PAGE_BYTES;
    return 0;
}
