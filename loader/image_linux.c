/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/image_linux.c - the arm64 Linux `Image`.
 *
 * Header, little-endian (Documentation/arch/arm64/booting.rst):
 *    0  u32 code0, code1      first instructions: the entry is offset 0
 *    8  u64 text_offset       from a 2 MiB aligned base
 *   16  u64 image_size        memory the running kernel needs, 0 before v3.17
 *   24  u64 flags             bit 0: big-endian kernel
 *   56  u32 magic             "ARM\x64"
 */
#include "loader/image.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "loader/fail.h"

#define HEADER_BYTES          64u
#define LEGACY_TEXT_OFFSET    0x80000u
#define LEGACY_BSS_BYTES      (1u << 20)
#define FLAG_BIG_ENDIAN       1u

static uint64_t get64(const uint8_t *p)
{
    uint64_t v = 0;

    for (int i = 7; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

int image_read_arm64_linux(const struct boot_spec *spec, struct image *im, char *err,
                           size_t err_len)
{
    const uint8_t *k = spec->kernel;
    const char *name = spec->kernel_name;
    uint64_t text_offset, image_size;

    if (spec->arch != ARCH_ARM64)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is an arm64 kernel, the machine is x86_64 (use --arch arm64)",
                           name);
    if (spec->kernel_bytes < HEADER_BYTES)
        return loader_fail(err, err_len, -ENOEXEC, "%s: ends inside its 64-byte header", name);
    text_offset = get64(k + 8);
    image_size = get64(k + 16);
    if (get64(k + 24) & FLAG_BIG_ENDIAN)
        return loader_fail(err, err_len, -ENOEXEC, "%s: is a big-endian kernel", name);
    if (image_size == 0) {
        text_offset = LEGACY_TEXT_OFFSET;
        image_size = spec->kernel_bytes + LEGACY_BSS_BYTES;
    } else if (image_size < spec->kernel_bytes) {
        image_size = spec->kernel_bytes;
    }
    if (text_offset >= 2u << 20)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: damaged header: text offset 0x%" PRIx64 " is over 2 MiB", name,
                           text_offset);
    im->seg[0] = (struct image_segment){
        .pa = ARM64_RAM_BASE + text_offset,
        .mem_bytes = image_size,
        .file_bytes = spec->kernel_bytes,
        .src = k,
    };
    im->count = 1;
    im->entry = im->seg[0].pa;
    im->protocol = IMAGE_ARM64_LINUX;
    return 0;
}
