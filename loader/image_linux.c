/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/image_linux.c - Linux's own formats: the arm64 `Image` and the x86 bzImage.
 *
 * arm64 header, little-endian (Documentation/arch/arm64/booting.rst):
 *    0  u32 code0, code1      first instructions: the entry is offset 0
 *    8  u64 text_offset       from a 2 MiB aligned base
 *   16  u64 image_size        memory the running kernel needs, 0 before v3.17
 *   24  u64 flags             bit 0: big-endian kernel; 1-2: pages of 4 (1), 16 (2), 64 KiB (3)
 *   56  u32 magic             "ARM\x64"
 *
 * x86 setup header (Documentation/arch/x86/boot.rst), where its first sector ends:
 *   0x1f1  u8  setup_sects    512-byte sectors of 16-bit code behind the first; 0 means 4
 *   0x1f4  u32 syssize        of the rest, in 16 bytes
 *   0x202  u32 "HdrS", u16 version (0x20c has a 64-bit entry)
 *   0x22c  u32 initrd_addr_max
 *   0x236  u16 xloadflags     bit 0: 64-bit entry 0x200 into the loaded part
 *   0x258  u64 pref_address   where the rest of the file is loaded
 *   0x260  u32 init_size      memory it needs from there until it knows the memory map
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
#define FLAGS_PAGES(flags)    ((flags) >> 1 & 3)
#define PAGES_16K             2u

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
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is a big-endian kernel, a little-endian one is needed", name);
    if (FLAGS_PAGES(get64(k + 24)) == PAGES_16K)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is built for pages of 16 KiB, which this CPU (a Cortex-A72) has "
                           "not; 4 or 64 KiB are needed", name);
    if (image_pe_bytes(spec) > spec->kernel_bytes)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: truncated: it has %zu bytes of %" PRIu64, name, spec->kernel_bytes,
                           image_pe_bytes(spec));
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

#define BZ_SETUP_SECTS    0x1f1u
#define BZ_SYSSIZE        0x1f4u
#define BZ_VERSION        0x206u
#define BZ_INITRD_MAX     0x22cu
#define BZ_XLOADFLAGS     0x236u
#define BZ_PREF_ADDRESS   0x258u
#define BZ_INIT_SIZE      0x260u
#define BZ_HEADER_BYTES   0x268u
#define BZ_VERSION_64     0x20cu
#define BZ_FLAG_64        1u
#define BZ_ENTRY_64       0x200u

int image_read_bzimage(const struct boot_spec *spec, struct image *im, char *err, size_t err_len)
{
    const uint8_t *k = spec->kernel;
    const char *name = spec->kernel_name;
    uint64_t payload, file_bytes, init_size;

    if (spec->arch != ARCH_X86_64)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is an x86 kernel, the machine is arm64 (use --arch x86_64)", name);
    if (spec->kernel_bytes < BZ_HEADER_BYTES)
        return loader_fail(err, err_len, -ENOEXEC, "%s: ends inside its setup header", name);
    if ((get64(k + BZ_VERSION) & 0xffff) < BZ_VERSION_64 || !(k[BZ_XLOADFLAGS] & BZ_FLAG_64))
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: has no 64-bit entry (a 32-bit kernel, or older than Linux 3.8); "
                           "a kernel for x86_64 is needed",
                           name);
    payload = ((k[BZ_SETUP_SECTS] ? k[BZ_SETUP_SECTS] : 4) + 1) * 512u;
    if (payload + BZ_ENTRY_64 >= spec->kernel_bytes)
        return loader_fail(err, err_len, -ENOEXEC, "%s: truncated: ends inside its 16-bit part",
                           name);
    file_bytes = spec->kernel_bytes - payload;
    if ((get64(k + BZ_SYSSIZE) & 0xffffffff) * 16 > file_bytes + 15)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: truncated: it has %zu bytes of %" PRIu64, name, spec->kernel_bytes,
                           payload + (get64(k + BZ_SYSSIZE) & 0xffffffff) * 16);
    init_size = get64(k + BZ_INIT_SIZE) & 0xffffffff;
    im->seg[0] = (struct image_segment){
        .pa = get64(k + BZ_PREF_ADDRESS),
        .mem_bytes = init_size > file_bytes ? init_size : file_bytes,
        .file_bytes = file_bytes,
        .src = k + payload,
    };
    im->count = 1;
    im->entry = im->seg[0].pa + BZ_ENTRY_64;
    im->initrd_end_max = (get64(k + BZ_INITRD_MAX) & 0xffffffff) + 1;
    im->protocol = IMAGE_X86_LINUX;
    return 0;
}
