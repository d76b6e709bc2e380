/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/initramfs_expand.c - a compressed cpio archive as the cpio that it holds.
 *
 * Trapline's kernel unpacks plain cpio alone, so what gzip, xz, lzma or zstd made of it is undone
 * here, by libarchive. Which of them it is, the first bytes say; bzip2 and lz4 are refused by name,
 * and all else is taken for plain and left to the kernel. Linux expands by itself and gets its
 * file as it is.
 */
#include "loader/boot.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/fail.h"

#define STEP_BYTES      (1u << 20)

static const struct packing {
    const char *name, *bytes; /* how its files begin */
    size_t len;
    int (*support)(struct archive *a); /* NULL: not done here */
} packings[] = {
    {"gzip", "\x1f\x8b", 2, archive_read_support_filter_gzip},
    {"xz", "\xfd" "7zXZ", 6, archive_read_support_filter_xz},
    {"lzma", "\x5d\x00\x00", 3, archive_read_support_filter_lzma},
    {"zstd", "\x28\xb5\x2f\xfd", 4, archive_read_support_filter_zstd},
    {"bzip2", "BZh", 3, NULL},
    {"lz4", "\x04\x22\x4d\x18", 4, NULL},
    {"lz4", "\x02\x21\x4c\x18", 4, NULL}, /* lz4 -l, as Linux's scripts use it */
};

static const struct packing *packing_of(const void *in, size_t in_bytes)
{
    for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
        if (in_bytes > packings[i].len && !memcmp(in, packings[i].bytes, packings[i].len))
            return &packings[i];
    return NULL;
}

bool initramfs_is_compressed(const void *in, size_t in_bytes)
{
    return packing_of(in, in_bytes) != NULL;
}

static int open_raw(struct archive *a, const struct packing *p, const void *in, size_t in_bytes)
{
    struct archive_entry *e;

    if (p->support(a) < ARCHIVE_WARN || archive_read_support_format_raw(a) != ARCHIVE_OK ||
        archive_read_open_memory(a, in, in_bytes) != ARCHIVE_OK)
        return -EBADMSG;
    return archive_read_next_header(a, &e) == ARCHIVE_OK ? 0 : -EBADMSG;
}

/* All data of the one entry, in a growing buffer. */
static int read_all(struct archive *a, size_t bytes_max, uint8_t **out, size_t *used)
{
    size_t room = 0;
    la_ssize_t n;

    do {
        if (room - *used < STEP_BYTES) {
            uint8_t *grown = realloc(*out, room = 2 * room + STEP_BYTES);

            if (!grown)
                return -ENOMEM;
            *out = grown;
        }
        n = archive_read_data(a, *out + *used, room - *used);
        if (n < 0)
            return -EBADMSG;
        *used += (size_t)n;
        if (*used > bytes_max)
            return -EFBIG;
    } while (n > 0);
    return 0;
}

int initramfs_expand(const void *in, size_t in_bytes, size_t bytes_max, void **out,
                     size_t *out_bytes, char *err, size_t err_len)
{
    const struct packing *p = packing_of(in, in_bytes);
    struct archive *a;
    uint8_t *bytes = NULL;
    size_t used = 0;
    int rc;

    if (!p || !p->support)
        return loader_fail(err, err_len, -ENOTSUP,
                           "an initrd packed by %s cannot be read; use gzip, xz or zstd",
                           p ? p->name : "nobody known");
    a = archive_read_new();
    rc = a ? open_raw(a, p, in, in_bytes) : -ENOMEM;
    if (rc == 0)
        rc = read_all(a, bytes_max, &bytes, &used);
    if (rc == -ENOMEM)
        rc = loader_fail(err, err_len, rc, "out of memory while the initrd is expanded");
    else if (rc == -EFBIG)
        rc = loader_fail(err, err_len, rc,
                         "the initrd, expanded, is larger than %zu MiB, the machine's "
                         "memory; give it more with --mem",
                         bytes_max >> 20);
    else if (rc != 0)
        rc = loader_fail(err, err_len, rc, "the initrd, packed by %s, is damaged or cut short: %s",
                         p->name, archive_error_string(a) ? archive_error_string(a) : "no data");
    archive_read_free(a);
    if (rc != 0) {
        free(bytes);
        return rc;
    }
    *out = bytes;
    *out_bytes = used;
    return 0;
}
