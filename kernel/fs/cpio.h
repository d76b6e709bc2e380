/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio.h - reading newc archives ("070701", "070702"), several in a row.
 *
 * Rules of use
 *   - cpio_next() gives entries one by one, with name and data pointing into
 *     the archive. Zero padding between archives is skipped.
 *   - It never reads outside [data, data + bytes) and never trusts a length.
 */
#ifndef KERNEL_FS_CPIO_H
#define KERNEL_FS_CPIO_H

#include <stddef.h>
#include <stdint.h>

struct cpio {
    const uint8_t *data;
    size_t bytes;
    size_t at;
};

struct cpio_entry {
    uint32_t ino, mode, uid, gid, nlink, mtime, dev_major, dev_minor, rdev_major, rdev_minor;
    const char *name; /* NUL-terminated, no leading slash or "./" */
    const uint8_t *content;
    uint32_t bytes;
};

/*
 * 1: an entry; 0: end; -EINVAL: damaged (at says where); -ENOEXEC: no cpio header here
 * (compressed?).
 */
int cpio_next(struct cpio *c, struct cpio_entry *e);

#endif
