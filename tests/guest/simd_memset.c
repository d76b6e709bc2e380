// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * simd_memset - a vector memset over pages that are not there yet.
 *
 * Every store to a new page faults with all vector registers live. A kernel
 * whose page fault path uses or forgets a vector register changes what is
 * written, or what the registers hold afterwards, without any fault visible.
 */
#include "check.h"
#include "simd.h"

#define PAGES 16
#define BYTES (PAGES * 4096)

int main(void)
{
    static struct simd_regs in, out;
    unsigned wrong = 0;

    STEP("map");
    uint8_t *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    simd_pattern(&in, 5);

    STEP("write");
    simd_memset(p, BYTES, &in, &out);
    CHECK(memcmp(&in, &out, sizeof(in)) == 0);
    for (size_t at = 0; at < BYTES; at += sizeof(in))
        wrong += memcmp(p + at, &in, sizeof(in)) != 0;
    CHECK(wrong == 0);

    STEP("read");
    uint8_t *q = mmap(NULL, BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(q != MAP_FAILED);
    simd_pattern(&in, 99);
    simd_touch(q, BYTES, &in, &out);
    CHECK(memcmp(&in, &out, sizeof(in)) == 0);
    return verdict();
}
