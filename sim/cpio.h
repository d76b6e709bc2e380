/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/cpio.h - files in an uncompressed newc initramfs, read and written in memory.
 *
 * Rules of use: the archive is untrusted bytes. Later entries win, as when a kernel unpacks
 * them. Paths are absolute or relative to the root; symbolic links are followed inside.
 */
#ifndef TRAPLINE_SIM_CPIO_H
#define TRAPLINE_SIM_CPIO_H

#include "sim/bytes.h"

/* The regular file at `path`, in place. 0, -ENOENT, -ELOOP. */
MUST_CHECK int cpio_find(const struct blob *archive, const char *path, const uint8_t **data,
                         size_t *bytes);

/* Add one entry; `mode` as in stat. inode numbers count up from 1 in *ino. */
void cpio_put(struct byte_buf *b, unsigned *ino, const char *path, unsigned mode,
              const void *data, size_t bytes);
/* The trailer. */
void cpio_end(struct byte_buf *b);

#endif
