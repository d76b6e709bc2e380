/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/image_multiboot.c - multiboot (version 1) headers, and kernels that are not ELF files
 * but have one with addresses (Multiboot Specification 0.6.96, 3.1):
 *
 *    0  u32 magic 0x1BADB002, u32 flags, u32 checksum: the three add up to 0
 *   12  u32 header_addr      where this header is loaded; these five when flag 16 is set
 *   16  u32 load_addr, u32 load_end_addr (0: all of the file), u32 bss_end_addr (0: none)
 *   28  u32 entry_addr
 *
 * The header is 4-byte aligned in the file's first 8 KiB. Multiboot 2 (magic 0xE85250D6) has
 * other information for the kernel and is refused.
 */
#include "loader/image.h"

#include <errno.h>
#include <inttypes.h>

#include "loader/fail.h"

#define MULTIBOOT_MAGIC   0x1BADB002u
#define MULTIBOOT2_MAGIC  0xE85250D6u
#define MULTIBOOT_SEARCH  8192u
#define FLAG_ADDRESSES    (1u << 16)
#define HEADER_BYTES      12u
#define ADDRESSES_END     32u

static uint32_t get32(const struct boot_spec *spec, size_t at)
{
    const uint8_t *p = (const uint8_t *)spec->kernel + at;

    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static long find(const struct boot_spec *spec, uint32_t magic, size_t align, size_t words)
{
    size_t end = spec->kernel_bytes < MULTIBOOT_SEARCH ? spec->kernel_bytes : MULTIBOOT_SEARCH;

    for (size_t i = 0; i + 4 * words <= end; i += align) {
        uint32_t sum = 0;

        for (size_t w = 0; w < words; w++)
            sum += get32(spec, i + 4 * w);
        if (get32(spec, i) == magic && sum == 0)
            return (long)i;
    }
    return -ENOENT;
}

long image_find_multiboot(const struct boot_spec *spec)
{
    return find(spec, MULTIBOOT_MAGIC, 4, HEADER_BYTES / 4);
}

bool image_has_multiboot2(const struct boot_spec *spec)
{
    return find(spec, MULTIBOOT2_MAGIC, 8, 4) >= 0;
}

bool image_is_multiboot_flat(const struct boot_spec *spec)
{
    long at = image_find_multiboot(spec);

    return at >= 0 && (get32(spec, (size_t)at + 4) & FLAG_ADDRESSES);
}

int image_read_multiboot(const struct boot_spec *spec, struct image *im, char *err, size_t err_len)
{
    const char *name = spec->kernel_name;
    size_t at = (size_t)image_find_multiboot(spec);
    uint32_t header, load, load_end, bss_end;
    uint64_t from, bytes;

    if (spec->arch != ARCH_X86_64)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is a multiboot kernel, the machine is arm64 (use --arch x86_64)",
                           name);
    if (at + ADDRESSES_END > spec->kernel_bytes)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: truncated: ends inside its multiboot header", name);
    header = get32(spec, at + 12);
    load = get32(spec, at + 16);
    load_end = get32(spec, at + 20);
    bss_end = get32(spec, at + 24);
    if (load > header || header - load > at || (load_end && load_end < load))
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: damaged multiboot header: it loads from 0x%" PRIx32 " to 0x%" PRIx32
                           " with the header at 0x%" PRIx32, name, load, load_end, header);
    from = at - (header - load);
    bytes = load_end ? load_end - load : spec->kernel_bytes - from;
    if (bytes > spec->kernel_bytes - from)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: truncated: its multiboot header names %" PRIu64 " bytes, the file "
                           "has %" PRIu64, name, bytes, (uint64_t)spec->kernel_bytes - from);
    im->seg[0] = (struct image_segment){
        .pa = load,
        .mem_bytes = bss_end > load + bytes ? bss_end - load : bytes,
        .file_bytes = bytes,
        .src = (const uint8_t *)spec->kernel + from,
    };
    im->count = 1;
    im->entry = get32(spec, at + 28);
    im->protocol = IMAGE_X86_MULTIBOOT;
    return 0;
}
