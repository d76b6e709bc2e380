/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/initramfs_check.c - is this file one that a kernel can take for its initrd?
 *
 * Linux takes a newc cpio archive (Documentation/driver-api/early-userspace/buffer-format.rst),
 * one that is compressed, or, as the disk /dev/ram0, an image of a file system. With anything else
 * it boots for seconds to end in "Unable to mount root fs", which says nothing of the file. Of an
 * archive the headers are followed to its trailer, or to where the file ends in the middle of an
 * entry.
 */
#include "loader/boot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/fail.h"

#define HEADER_BYTES 110u /* "070701", 13 fields of 8 hexadecimal digits */
#define SIZE_AT      54u
#define NAME_SIZE_AT 94u
#define TRAILER      "TRAILER!!!"

static const struct {
    size_t at;
    const char *magic;
    size_t len;
} file_systems[] = {
    {0x438, "\x53\xef", 2},             /* ext2 to ext4 */
    {0x410, "\x7f\x13", 2},             /* minix */
    {0x410, "\x8f\x13", 2},
    {0, "\x45\x3d\xcd\x28", 4},         /* cramfs */
    {0, "-rom1fs-", 8},
    {0, "hsqs", 4},
};

static bool is_file_system(const uint8_t *in, size_t bytes)
{
    for (size_t i = 0; i < ARRAY_LEN(file_systems); i++)
        if (bytes >= file_systems[i].at + file_systems[i].len &&
            memcmp(in + file_systems[i].at, file_systems[i].magic, file_systems[i].len) == 0)
            return true;
    return false;
}

static bool field(const uint8_t *header, size_t at, uint32_t *value)
{
    char digits[9] = "", *rest;

    memcpy(digits, header + at, 8);
    *value = (uint32_t)strtoul(digits, &rest, 16);
    return *rest == '\0';
}

/* Where the entry at `at` ends; 0: it is none, or not whole. */
static size_t end_of(const uint8_t *in, size_t bytes, size_t at, bool *trailer)
{
    uint32_t size, name_size;
    size_t data;

    if (bytes - at < HEADER_BYTES || memcmp(in + at, "07070", 5) != 0 ||
        !field(in + at, SIZE_AT, &size) || !field(in + at, NAME_SIZE_AT, &name_size) ||
        name_size > bytes - at - HEADER_BYTES)
        return 0;
    data = (at + HEADER_BYTES + name_size + 3) & ~(size_t)3;
    if (size > 0 && (data > bytes || size > bytes - data))
        return 0;
    *trailer = name_size == sizeof(TRAILER) &&
               memcmp(in + at + HEADER_BYTES, TRAILER, sizeof(TRAILER)) == 0;
    return data + size;
}

static int check_archive(const uint8_t *in, size_t bytes, char *err, size_t err_len)
{
    bool trailer = false;
    size_t at = 0;

    while (at < bytes && !trailer) {
        size_t end = end_of(in, bytes, at, &trailer);

        if (end == 0)
            return loader_fail(err, err_len, -EBADMSG,
                               "is a cpio archive that is cut off or damaged in its entry at byte "
                               "%zu; make it again", at);
        for (at = (end + 3) & ~(size_t)3; at < bytes && in[at] == 0; at += 4)
            ;
    }
    return 0;
}

int initramfs_check(const void *in, size_t in_bytes, bool any, char *err, size_t err_len)
{
    const uint8_t *p = in;

    if (in_bytes == 0)
        return loader_fail(err, err_len, -ENOEXEC, "is empty; a cpio archive is needed");
    if (in_bytes >= 6 && (memcmp(p, "070701", 6) == 0 || memcmp(p, "070702", 6) == 0))
        return check_archive(p, in_bytes, err, err_len);
    if (any || initramfs_is_compressed(in, in_bytes) || is_file_system(p, in_bytes))
        return 0;
    if (in_bytes >= 6 && memcmp(p, "070707", 6) == 0)
        return loader_fail(err, err_len, -ENOEXEC,
                           "is a cpio archive of the old format; newc is needed (cpio -H newc)");
    return loader_fail(err, err_len, -ENOEXEC,
                       "is no initramfs: neither a cpio archive nor compressed nor the image of a "
                       "file system (find . | cpio -o -H newc makes one; --rootfs takes a folder)");
}
