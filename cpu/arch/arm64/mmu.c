/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look at the guest's stage-1 tables (DDI 0487, D8.2), without effects: for
 * symbols, dumps and decoding. The engine's own walk is what the guest gets.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"

#define SCTLR_M      1u
#define DESC_VALID   1u
#define DESC_TABLE   2u
#define ADDRESS_MASK 0x0000fffffffff000ull
#define PAGE_SHIFT   12

/* Of a leaf (D8.3.2): AP[2], and all that says what may be done: UXN, PXN, AP, type. */
#define DESC_READ_ONLY (1ull << 7)
#define DESC_ALLOWS    (3ull << 53 | 3ull << 6 | 3)

/* A leaf: where it stands, what it is, how many bits of an address it leaves alone. */
struct arm64_leaf {
    paddr_t at, pa;
    uint64_t descriptor;
    unsigned shift;
};

const uint8_t *arm64_memory(const struct arm64 *a, paddr_t pa, size_t len)
{
    if (pa >= ARM64_RAM_BASE && pa - ARM64_RAM_BASE <= a->config.ram_bytes &&
        len <= a->config.ram_bytes - (pa - ARM64_RAM_BASE))
        return a->ram + (pa - ARM64_RAM_BASE);
    if (pa < a->flash.bytes && len <= a->flash.bytes - pa)
        return a->flash.memory + pa;
    if (a->flash.bytes && pa >= a->flash.bytes && pa < ARM64_FLASH_BYTES &&
        (pa & 4095) + len <= 4096)
        return a->flash.hidden + (pa & 4095); /* erased */
    return NULL;
}

static int read_descriptor(const struct arm64 *a, paddr_t pa, uint64_t *descriptor)
{
    const uint8_t *at = arm64_memory(a, pa, 8);

    if (!at)
        return -EFAULT;
    memcpy(descriptor, at, 8);
    return 0;
}

/* TG0: 0 4 KiB, 1 64 KiB, 2 16 KiB; TG1: 2 4 KiB, 3 64 KiB, 1 16 KiB. */
static unsigned granule_bits(uint64_t tcr, bool upper)
{
    static const uint8_t tg0[4] = {12, 16, 14, 12}, tg1[4] = {12, 14, 12, 16};

    return upper ? tg1[tcr >> 30 & 3] : tg0[tcr >> 14 & 3];
}

/* Down to the leaf; the number of the level where it ended in *level_out if not NULL. */
static int walk(struct arm64 *a, vaddr_t va, struct arm64_leaf *leaf, unsigned *level_out)
{
    bool upper = va >> 55 & 1;
    uint64_t tcr, base;
    unsigned granule, bits, level, stride;

    tcr = arm64_sysreg(a, SYS_TCR);
    granule = granule_bits(tcr, upper);
    stride = granule - 3;
    bits = 64 - (unsigned)(upper ? tcr >> 16 & 63 : tcr & 63);
    if (bits < 25 || bits > 48 || (va >> bits) != (upper ? ~0ull >> bits : 0))
        return -EFAULT;
    level = 4 - (bits - granule + stride - 1) / stride;
    base = arm64_sysreg(a, upper ? SYS_TTBR1 : SYS_TTBR0) & 0x0000fffffffffffeull;
    for (;; level++) {
        unsigned shift = granule + stride * (3 - level);

        if (level_out)
            *level_out = level;
        leaf->at = base + ((va & ((1ull << bits) - 1)) >> shift) * 8;
        if (read_descriptor(a, leaf->at, &leaf->descriptor) || !(leaf->descriptor & DESC_VALID))
            return -EFAULT;
        base = leaf->descriptor & ADDRESS_MASK & ~((1ull << granule) - 1);
        if (level == 3 || !(leaf->descriptor & DESC_TABLE)) {
            if (level == 3 && !(leaf->descriptor & DESC_TABLE))
                return -EFAULT;
            leaf->shift = shift;
            leaf->pa = base & ~((1ull << shift) - 1);
            return 0;
        }
        bits = shift; /* the next level indexes with what is left */
    }
}

int arm64_walk(struct arm64 *a, vaddr_t va, paddr_t *pa, unsigned *level_out)
{
    struct arm64_leaf leaf;
    int rc;

    if (!(arm64_sysreg(a, SYS_SCTLR) & SCTLR_M)) {
        *pa = va;
        return 0;
    }
    rc = walk(a, va, &leaf, level_out);
    if (!rc)
        *pa = leaf.pa | (va & ((1ull << leaf.shift) - 1));
    return rc;
}

/* Does another descriptor of a table allow what this one does? */
static bool is_same_text(uint64_t descriptor, uint64_t other)
{
    return !((descriptor ^ other) & DESC_ALLOWS);
}

void arm64_walk_text(struct arm64 *a, vaddr_t va, void (*fn)(struct arm64 *a, paddr_t pa))
{
    const vaddr_t around = ARM64_TEXT_AROUND - 1;
    struct arm64_leaf leaf;
    uint64_t other;

    if (!(arm64_sysreg(a, SYS_SCTLR) & SCTLR_M) || walk(a, va, &leaf, NULL) ||
        !(leaf.descriptor & DESC_READ_ONLY))
        return;
    if (leaf.shift > PAGE_SHIFT) { /* a block, or pages of a larger granule */
        paddr_t from = leaf.pa | (va & ((1ull << leaf.shift) - 1) & ~around);
        paddr_t bytes = 1ull << leaf.shift < around + 1 ? 1ull << leaf.shift : around + 1;

        for (paddr_t at = 0; at < bytes; at += 1u << PAGE_SHIFT)
            fn(a, from + at);
        return;
    }
    leaf.at &= ~(around >> PAGE_SHIFT << 3 | 7);
    for (vaddr_t at = 0; at <= around; at += 1u << PAGE_SHIFT, leaf.at += 8)
        if (!read_descriptor(a, leaf.at, &other) && is_same_text(leaf.descriptor, other))
            fn(a, other & ADDRESS_MASK);
}
