/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.c - the generator behind /dev/urandom, getrandom and AT_RANDOM.
 *
 * xoshiro256** seeded by splitmix64 from the boot seed: small, fast, the same
 * in every replay. It is not meant to withstand an adversary (QUIRKS).
 */
#include "kernel/fs/port.h"
#include "kernel/include/chrdev.h"

static uint64_t state[4] = {1, 2, 3, 4};

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

void random_seed(uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15ull;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        state[i] = z ^ (z >> 31);
    }
}

static uint64_t next(void)
{
    uint64_t result = rotl(state[1] * 5, 7) * 9, t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = rotl(state[3], 45);
    return result;
}

void random_bytes(void *buf, size_t len)
{
    uint8_t *out = buf;
    while (len) {
        uint64_t v = next();
        size_t n = len < sizeof(v) ? len : sizeof(v);
        memcpy(out, &v, n);
        out += n;
        len -= n;
    }
}
