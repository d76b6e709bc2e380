/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/cpu/arm64/digest.h - all that a machine is, as one number or as bytes.
 *
 * Rules of use: machine_digest() covers the state and the RAM that guests of
 * these tests write: kernel stacks below 0x40070000 and the page at 0x40600000.
 */
#ifndef TRAPLINE_TESTS_CPU_ARM64_DIGEST_H
#define TRAPLINE_TESTS_CPU_ARM64_DIGEST_H

#include "tests/cpu/arm64/harness.h"

#define STATE_BYTES 16384

struct buffer {
    uint8_t bytes[STATE_BYTES];
    size_t len, at;
};

static inline int buffer_save(void *ctx, const char *name, void *data, size_t len)
{
    struct buffer *b = ctx;

    (void)name;
    assert_true(b->len + len <= STATE_BYTES);
    memcpy(b->bytes + b->len, data, len);
    b->len += len;
    return 0;
}

static inline int buffer_load(void *ctx, const char *name, void *data, size_t len)
{
    struct buffer *b = ctx;

    (void)name;
    assert_true(b->at + len <= b->len);
    memcpy(data, b->bytes + b->at, len);
    b->at += len;
    return 0;
}

static inline void machine_save(struct machine *m, struct buffer *b)
{
    b->len = 0;
    assert_int_equal(arm64_state_visit(&m->a, CPU_STATE_SAVE, buffer_save, b), 0);
}

static inline void machine_restore(struct machine *m, struct buffer *b)
{
    b->at = 0;
    assert_int_equal(arm64_state_visit(&m->a, CPU_STATE_LOAD, buffer_load, b), 0);
    assert_int_equal(b->at, b->len);
}

static inline uint64_t digest_add(uint64_t h, const void *data, size_t len)
{
    const uint8_t *p = data;
    uint64_t word;

    for (size_t i = 0; i + 8 <= len; i += 8) {
        memcpy(&word, p + i, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15ull;
        h ^= h >> 29;
    }
    for (size_t i = len & ~(size_t)7; i < len; i++)
        h = (h ^ p[i]) * 0x9e3779b97f4a7c15ull;
    return h;
}

static inline uint64_t machine_digest(struct machine *m)
{
    static struct buffer b;
    uint64_t h;

    machine_save(m, &b);
    h = digest_add(1, b.bytes, b.len);
    h = digest_add(h, m->a.ram + 0x6f000, 0x1000);
    return digest_add(h, m->a.ram + 0x600000, 0x1000);
}

#endif
