/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/refuse.c - files that are no kernel for these boards, by name.
 *
 * Purpose: one sentence that says what was found and what is needed, for what people
 * have at hand when they look for a kernel: compressed images, EFI programs, U-Boot's
 * containers, 32-bit kernels. Nothing here is ever started.
 *
 * PE/COFF (Microsoft PE Format, 3): "MZ", at 60 the offset of "PE\0\0", behind that
 * u16 machine, u16 sections, at +16 u16 size of the optional header, at +20 that header;
 * then the section headers, 40 bytes each: at 16 u32 bytes in the file, at 20 u32 offset.
 */
#include "loader/image.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "loader/fail.h"

#define PE_OFFSET_AT    60u
#define PE_HEADER_BYTES 24u
#define PE_SECTION      40u
#define MACHINE_ARM64   0xaa64u
#define MACHINE_AMD64   0x8664u
#define MACHINE_I386    0x014cu
#define MACHINE_ARM     0x01c2u

struct known {
    size_t at;
    const char *magic;
    size_t len;
    const char *found, *needed;
};

#define UNPACK "unpack it first, a plain Image, bzImage or ELF file is needed"

static const struct known known[] = {
    {0, "\x1f\x8b", 2, "is compressed with gzip", UNPACK " (zcat)"},
    {0, "\x28\xb5\x2f\xfd", 4, "is compressed with zstd", UNPACK " (zstdcat)"},
    {0, "\xfd" "7zXZ", 5, "is compressed with xz", UNPACK " (xzcat)"},
    {0, "\x5d\x00\x00", 3, "is compressed with LZMA", UNPACK " (lzcat)"},
    {0, "\x04\x22\x4d\x18", 4, "is compressed with LZ4", UNPACK " (lz4cat)"},
    {0, "\x02\x21\x4c\x18", 4, "is compressed with LZ4", UNPACK " (lz4cat)"},
    {0, "\x89LZO", 4, "is compressed with LZO", UNPACK " (lzop -dc)"},
    {0, "BZh", 3, "is compressed with bzip2", UNPACK " (bzcat)"},
    {0, "\x27\x05\x19\x56", 4, "is a uImage, U-Boot's container",
     "take the kernel out (dumpimage), a plain Image or ELF file is needed"},
    {0, "\xd0\x0d\xfe\xed", 4, "is a device tree or a FIT image",
     "take the kernel out (dumpimage), a plain Image or ELF file is needed"},
    {0, "!<arch>\n", 8, "is an archive of object files or a package",
     "link or unpack it, an ELF file is needed"},
    {0, "070701", 6, "is a cpio archive", "is it the initramfs (--initrd)?"},
    {0x24, "\x18\x28\x6f\x01", 4, "is a zImage for 32-bit arm", "a 64-bit kernel is needed"},
};

static uint32_t get(const struct boot_spec *spec, size_t at, unsigned bytes)
{
    const uint8_t *p = (const uint8_t *)spec->kernel + at;
    uint32_t v = 0;

    for (unsigned i = 0; i < bytes; i++)
        v |= (uint32_t)p[i] << 8 * i;
    return v;
}

static bool magic_at(const struct boot_spec *spec, size_t at, const void *magic, size_t len)
{
    return spec->kernel_bytes >= at + len &&
           memcmp((const uint8_t *)spec->kernel + at, magic, len) == 0;
}

/* Offset of a whole PE header, or 0. */
static size_t pe_header(const struct boot_spec *spec)
{
    size_t at;

    if (!magic_at(spec, 0, "MZ", 2) || spec->kernel_bytes < PE_OFFSET_AT + 4)
        return 0;
    at = get(spec, PE_OFFSET_AT, 4);
    return spec->kernel_bytes >= PE_HEADER_BYTES &&
                   at <= spec->kernel_bytes - PE_HEADER_BYTES && magic_at(spec, at, "PE\0", 4)
               ? at : 0;
}

uint64_t image_pe_bytes(const struct boot_spec *spec)
{
    size_t pe = pe_header(spec);
    uint64_t end = 0;
    size_t at;

    if (!pe)
        return 0;
    at = pe + PE_HEADER_BYTES + get(spec, pe + 20, 2);
    for (unsigned i = get(spec, pe + 6, 2); i > 0 && at + PE_SECTION <= spec->kernel_bytes; i--) {
        uint64_t section = (uint64_t)get(spec, at + 16, 4) + get(spec, at + 20, 4);

        end = section > end ? section : end;
        at += PE_SECTION;
    }
    return end;
}

static const char *pe_machine(uint32_t machine)
{
    switch (machine) {
    case MACHINE_ARM64:
        return "arm64";
    case MACHINE_AMD64:
        return "x86_64";
    case MACHINE_I386:
        return "32-bit x86";
    case MACHINE_ARM:
        return "32-bit arm";
    default:
        return "another CPU";
    }
}

int image_refuse(const struct boot_spec *spec, char *err, size_t err_len)
{
    const char *name = spec->kernel_name;
    size_t pe = pe_header(spec);

    if (magic_at(spec, 0, "MZ", 2) && magic_at(spec, 4, "zimg", 4))
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is an EFI zboot image, which only EFI firmware starts and there is "
                           "none; unpack it to a plain Image first", name);
    if (pe)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is an EFI program for %s and nothing else, and there is no EFI "
                           "firmware; an Image, a bzImage or an ELF file is needed",
                           name, pe_machine(get(spec, pe + 4, 2)));
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (magic_at(spec, known[i].at, known[i].magic, known[i].len))
            return loader_fail(err, err_len, -ENOEXEC, "%s: %s; %s", name, known[i].found,
                               known[i].needed);
    return loader_fail(err, err_len, -ENOEXEC,
                       "%s: is no kernel that this machine can start (neither an ELF file nor an "
                       "arm64 Image, a bzImage or a multiboot kernel)", name);
}
