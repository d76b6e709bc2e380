/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/image.h - kernel file formats, inside loader/ only.
 *
 * Purpose: turn the bytes of a kernel file into segments at physical addresses,
 * the memory they occupy once the kernel runs (bss included), and an entry.
 *
 * Rules of use
 *   - image_read() tells the formats apart by their magic numbers and calls one
 *     of the readers. A reader touches nothing outside the given bytes.
 *   - All addresses in a filled `struct image` are inside guest RAM and no two
 *     segments overlap: checked here, once.
 */
#ifndef TRAPLINE_LOADER_IMAGE_H
#define TRAPLINE_LOADER_IMAGE_H

#include "loader/boot.h"

#define IMAGE_SEGMENTS_MAX 64u

#define ARM64_RAM_BASE 0x40000000ull
#define X86_RAM_BASE   0x00000000ull

/* One loaded piece: `file_bytes` at `src`, then zeros up to `mem_bytes`. */
struct image_segment {
    paddr_t pa;
    uint64_t mem_bytes;
    uint64_t file_bytes;
    const uint8_t *src; /* into the kernel file's bytes */
};

enum image_protocol {
    IMAGE_ARM64_LINUX,  /* x0 = device tree */
    IMAGE_X86_PVH,      /* ebx = hvm_start_info */
    IMAGE_X86_MULTIBOOT,/* eax = magic, ebx = multiboot information */
    IMAGE_X86_LINUX     /* bzImage: 64-bit entry, rsi = zero page */
};

struct image {
    struct image_segment seg[IMAGE_SEGMENTS_MAX];
    unsigned count;
    enum image_protocol protocol;
    paddr_t entry;
    paddr_t start, end; /* what the running kernel occupies */
    paddr_t initrd_end_max; /* the initrd must end at or below; 0: anywhere in RAM */
};

paddr_t image_ram_base(enum arch arch);

/* 0, -ENOEXEC, -EFBIG; the sentence in `err` names spec->kernel_name. */
MUST_CHECK int image_read(const struct boot_spec *spec, struct image *im, char *err,
                          size_t err_len);

/* The readers. Each fills segments, entry and protocol; image_read() checks them. */
MUST_CHECK int image_read_elf(const struct boot_spec *spec, struct image *im, char *err,
                              size_t err_len);
MUST_CHECK int image_read_arm64_linux(const struct boot_spec *spec, struct image *im, char *err,
                                      size_t err_len);
MUST_CHECK int image_read_bzimage(const struct boot_spec *spec, struct image *im, char *err,
                                  size_t err_len);

MUST_CHECK int image_read_multiboot(const struct boot_spec *spec, struct image *im, char *err,
                                    size_t err_len);

/* -ENOEXEC and the sentence for a file that is none of these. */
MUST_CHECK int image_refuse(const struct boot_spec *spec, char *err, size_t err_len);
/* How long a file has to be by its PE header, which Linux's images have too; 0: it has none. */
uint64_t image_pe_bytes(const struct boot_spec *spec);

/* Offset of a valid multiboot (version 1) header in the file's first 8 KiB, or -ENOENT. */
long image_find_multiboot(const struct boot_spec *spec);
bool image_has_multiboot2(const struct boot_spec *spec);
/* It has a header with addresses, so that it need not be an ELF file. */
bool image_is_multiboot_flat(const struct boot_spec *spec);

#endif
