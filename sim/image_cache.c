/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/image_cache.c - entries of the image cache; see image_cache.h.
 *
 * The file KEY.image, integers little-endian:
 *
 *     8     "TLIMAG", version (2 bytes)
 *     16    XXH3-128 of the rest
 *     16    key: XXH3-128 of the image's hash, its size, zstd's version and the level
 *           the frame, to the end
 */
#include "sim/image_cache.h"

#include <errno.h>
#include <stdio.h>
#include <zstd.h>

#include "sim/host_cache.h"

#define MAGIC      "TLIMAG\1"
#define HASH_BYTES sizeof(struct image_hash)
#define SUM_AT     sizeof(MAGIC)
#define KEY_AT     (SUM_AT + HASH_BYTES)
#define FRAME_AT   (KEY_AT + HASH_BYTES)
#define NAME_BYTES 48u

static struct image_hash hash_of(const uint8_t *data, size_t bytes)
{
    struct blob b = {.data = (uint8_t *)(uintptr_t)data, .bytes = bytes};

    return image_hash_of(&b);
}

static struct image_hash key_of(const struct image_hash *hash, size_t raw_bytes, int level,
                                char name[NAME_BYTES])
{
    struct byte_buf b = {0};
    struct image_hash key;
    char text[33];

    buf_put(&b, hash, sizeof(*hash));
    buf_put_le(&b, raw_bytes, 8);
    buf_put_le(&b, ZSTD_versionNumber(), 4);
    buf_put_le(&b, (uint32_t)level, 4);
    key = hash_of(b.data, b.failed ? 0 : b.used);
    buf_free(&b);
    image_hash_text(&key, text);
    snprintf(name, NAME_BYTES, "%s.image", text);
    return key;
}

int image_cache_get(const char *dir, const struct image_hash *hash, size_t raw_bytes, int level,
                    struct image_frame *out)
{
    char name[NAME_BYTES];
    struct image_hash key = key_of(hash, raw_bytes, level, name), sum;
    const uint8_t *at;

    *out = (struct image_frame){0};
    if (host_cache_get(dir, name, &out->file) != 0)
        return -ENOENT;
    at = out->file.data;
    if (out->file.bytes > FRAME_AT && memcmp(at, MAGIC, sizeof(MAGIC)) == 0 &&
        memcmp(at + KEY_AT, &key, sizeof(key)) == 0) {
        sum = hash_of(at + KEY_AT, out->file.bytes - KEY_AT);
        if (memcmp(at + SUM_AT, &sum, sizeof(sum)) == 0) {
            out->data = at + FRAME_AT;
            out->bytes = out->file.bytes - FRAME_AT;
            host_cache_used(dir, name);
            return 0;
        }
    }
    blob_free(&out->file);
    return -ENOENT;
}

void image_cache_put(const char *dir, const struct image_hash *hash, size_t raw_bytes, int level,
                     const void *frame, size_t bytes)
{
    char name[NAME_BYTES];
    struct image_hash key = key_of(hash, raw_bytes, level, name), sum = {0};
    struct byte_buf b = {0};

    buf_put(&b, MAGIC, sizeof(MAGIC));
    buf_put(&b, &sum, sizeof(sum));
    buf_put(&b, &key, sizeof(key));
    buf_put(&b, frame, bytes);
    if (!b.failed) {
        sum = hash_of(b.data + KEY_AT, b.used - KEY_AT);
        memcpy(b.data + SUM_AT, &sum, sizeof(sum));
        /* That it is not kept is nobody's trouble. */
        if (host_cache_put(dir, name, b.data, b.used, IMAGE_CACHE_BYTES_MAX) != 0)
            errno = 0;
    }
    buf_free(&b);
}
