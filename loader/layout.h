/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/layout.h - what stands where in guest RAM, inside loader/ only.
 *
 * arm64 (RAM at 0x40000000, as QEMU's virt lays it out)
 *   kernel           at its own physical address
 *   initrd           at RAM + min(RAM/2, 128 MiB), or right behind the kernel when that is higher
 *   device tree      behind the initrd, 2 MiB aligned, at most 2 MiB (booting.rst)
 *
 * x86_64 (RAM at 0)
 *   0x00000-0x00fff  left alone (real-mode vectors), but for two words of the BIOS data area at
 *   0x400 0x01000-0x06fff  identity page tables of the first 4 GiB (bzImage only) 0x90000-0x9efff
 *   start info (or zero page), modules, memory map, command line, entropy seed 0x9fc00-0x9ffff
 *   extended BIOS data area: reserved in the map, left empty 0xe0000-0xfffff  firmware tables
 *   (ACPI; MP from 0xf0000): reserved in the map 0x100000-        kernel at its own address; the
 *   initrd at the end of RAM, page aligned
 */
#ifndef TRAPLINE_LOADER_LAYOUT_H
#define TRAPLINE_LOADER_LAYOUT_H

#include "loader/boot.h"
#include "loader/image.h"

#define X86_BDA        0x400u
#define X86_TABLES     0x1000u
#define X86_INFO_BASE  0x90000u
#define X86_INFO_END   0x9f000u
#define X86_EBDA_BASE  0x9fc00u
#define X86_LOW_END    0xa0000u
#define X86_FIRMWARE   0xe0000u
#define X86_MP_TABLES  0xf0000u
#define X86_HIGH_BASE  0x100000u
#define X86_RAM_MAX    0xc0000000ull /* below the 32-bit device window */

#define FLASH_BANK_BYTES (64u << 20) /* arm64: QEMU's virt has two from physical 0 */
#define FDT_BYTES_MAX  (2u << 20)
#define SEED_BYTES     32u

struct initrd_range {
    paddr_t start, end; /* equal: none */
};

/* Bytes for the guest's random pool, from the machine's seed (splitmix64, little-endian). */
void layout_expand_seed(uint64_t seed, uint8_t out[SEED_BYTES]);
/* Of the same seed, for a kernel's choice of its own addresses; independent of the bytes above. */
uint64_t layout_kaslr_seed(uint64_t seed);

/* Build the device tree. *out is malloc'ed, the caller frees it. -ENOMEM, -EFBIG. */
MUST_CHECK int fdt_build_virt(const struct boot_spec *spec, struct initrd_range initrd,
                              uint8_t **out, size_t *out_bytes, char *err, size_t err_len);

/*
 * Build the PVH start info (or multiboot information) with all it points at, as one
 * block to be placed at X86_INFO_BASE. *out is malloc'ed. -ENOMEM, -EFBIG.
 */
MUST_CHECK int pvh_build(const struct boot_spec *spec, struct initrd_range initrd, uint8_t **out,
                         size_t *out_bytes, char *err, size_t err_len);
MUST_CHECK int multiboot_build(const struct boot_spec *spec, struct initrd_range initrd,
                               uint8_t **out, size_t *out_bytes, char *err, size_t err_len);

/* Build Linux's zero page with command line and setup data, for X86_INFO_BASE. */
MUST_CHECK int zero_page_build(const struct boot_spec *spec, struct initrd_range initrd,
                               uint8_t **out, size_t *out_bytes, char *err, size_t err_len);
/* Build the identity tables, for X86_TABLES: the root comes first. -ENOMEM. */
MUST_CHECK int identity_tables_build(uint8_t **out, size_t *out_bytes);

#endif
