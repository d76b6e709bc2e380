/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/bytes.h - little-endian bytes, written and read with bounds.
 *
 * Rules of use
 *   - A byte_buf grows; after an allocation failed `failed` is set and puts do nothing.
 *   - A byte_view never reads outside of its bytes: a read past the end gives 0
 *     and sets `bad`, so a parser checks once at the end.
 *   - Varint: seven bits a byte, lowest first, top bit set on all but the last; at most
 *     ten bytes, and the tenth is 0 or 1.
 */
#ifndef TRAPLINE_SIM_BYTES_H
#define TRAPLINE_SIM_BYTES_H

#include "cpu/types.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Bytes on the heap, owned by whoever holds the struct. */
struct blob {
    uint8_t *data;
    size_t bytes;
    bool mapped; /* by host_map_file(), not malloc() */
};

void blob_unmap(struct blob *b); /* sim/bytes.c */

static inline void blob_free(struct blob *b)
{
    if (b->mapped)
        blob_unmap(b);
    else
        free(b->data);
    *b = (struct blob){0};
}

static inline bool bytes_are_zero(const uint8_t *at, size_t len)
{
    return len == 0 || (at[0] == 0 && memcmp(at, at + 1, len - 1) == 0);
}

struct byte_buf {
    uint8_t *data;
    size_t used, room;
    bool failed;
};

static inline uint8_t *buf_grow(struct byte_buf *b, size_t len)
{
    if (b->failed)
        return NULL;
    if (b->room - b->used < len) {
        size_t room = (b->used + len) * 2 + 64;
        uint8_t *grown = room > len ? realloc(b->data, room) : NULL;

        if (!grown) {
            b->failed = true;
            return NULL;
        }
        b->data = grown;
        b->room = room;
    }
    b->used += len;
    return b->data + b->used - len;
}

static inline void buf_put(struct byte_buf *b, const void *src, size_t len)
{
    uint8_t *at = len > 0 ? buf_grow(b, len) : NULL;

    assert(src || len == 0);
    if (at)
        memcpy(at, src, len);
}

/* The `len` low bytes of `v`. */
static inline void buf_put_le(struct byte_buf *b, uint64_t v, unsigned len)
{
    uint8_t *at = buf_grow(b, len);

    for (unsigned i = 0; at && i < len; i++)
        at[i] = (uint8_t)(v >> (8 * i));
}

static inline void buf_put_varint(struct byte_buf *b, uint64_t v)
{
    while (v >= 0x80) {
        buf_put_le(b, (v & 0x7f) | 0x80, 1);
        v >>= 7;
    }
    buf_put_le(b, v, 1);
}

/* Length as a varint, then the bytes. */
static inline void buf_put_counted(struct byte_buf *b, const void *src, size_t len)
{
    buf_put_varint(b, len);
    buf_put(b, src, len);
}

static inline void buf_free(struct byte_buf *b)
{
    free(b->data);
    memset(b, 0, sizeof(*b));
}

struct byte_view {
    const uint8_t *at, *end;
    bool bad;
};

static inline size_t view_left(const struct byte_view *v)
{
    return (size_t)(v->end - v->at);
}

/* `len` bytes in place, or NULL. */
static inline const uint8_t *view_take(struct byte_view *v, size_t len)
{
    const uint8_t *at = v->at;

    if (v->bad || view_left(v) < len) {
        v->bad = true;
        return NULL;
    }
    v->at += len;
    return at;
}

static inline uint64_t view_le(struct byte_view *v, unsigned len)
{
    const uint8_t *at = view_take(v, len);
    uint64_t value = 0;

    for (unsigned i = 0; at && i < len; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static inline uint64_t view_varint(struct byte_view *v)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 70; shift += 7) {
        uint64_t byte = view_le(v, 1);

        if (shift == 63 && byte > 1)
            break;
        value |= (byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return v->bad ? 0 : value;
    }
    v->bad = true;
    return 0;
}

/* A counted piece in place: its length in *len. */
static inline const uint8_t *view_counted(struct byte_view *v, size_t *len)
{
    uint64_t n = view_varint(v);
    const uint8_t *at = n <= view_left(v) ? view_take(v, (size_t)n) : NULL;

    if (!at)
        v->bad = true;
    *len = at ? (size_t)n : 0;
    return at;
}

#endif
