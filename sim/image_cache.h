/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/image_cache.h - compressed images, kept in files for the next recording of the same image.
 *
 * Purpose: a short recording would spend most of what it costs on its kernel and initramfs, which
 * are mostly those of the recording before.
 *
 * Rules of use
 *   - A frame is a function of the image, the level and the version of zstd, so a trace is the same
 *     file with and without a cache. Damaged or foreign files are as none.
 *   - No function here fails a recording: without an entry the image is compressed.
 */
#ifndef TRAPLINE_SIM_IMAGE_CACHE_H
#define TRAPLINE_SIM_IMAGE_CACHE_H

#include "sim/machine.h"

/* All entries together; the ones that were not used for longest go. */
#define IMAGE_CACHE_BYTES_MAX (64ull << 20)
/* What is smaller is as quickly compressed. */
#define IMAGE_CACHE_BYTES_MIN (64u << 10)

struct image_frame {
    struct blob file; /* free it */
    const uint8_t *data; /* the frame, inside of `file` */
    size_t bytes;
};

/* The zstd frame of an image at a level. -ENOENT: it is not there. */
MUST_CHECK int image_cache_get(const char *dir, const struct image_hash *hash, size_t raw_bytes,
                               int level, struct image_frame *out);
void image_cache_put(const char *dir, const struct image_hash *hash, size_t raw_bytes, int level,
                     const void *frame, size_t bytes);

#endif
