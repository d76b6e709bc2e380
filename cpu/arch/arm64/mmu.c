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

int arm64_walk(struct arm64 *a, vaddr_t va, paddr_t *pa, unsigned *level_out)
{
    bool upper = va >> 55 & 1;
    uint64_t tcr, base, descriptor;
    unsigned granule, bits, level, stride;

    if (!(arm64_sysreg(a, SYS_SCTLR) & SCTLR_M)) {
        *pa = va;
        return 0;
    }
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
        uint64_t index = (va & ((1ull << bits) - 1)) >> shift;

        if (level_out)
            *level_out = level;
        if (read_descriptor(a, base + index * 8, &descriptor) || !(descriptor & DESC_VALID))
            return -EFAULT;
        base = descriptor & ADDRESS_MASK & ~((1ull << granule) - 1);
        if (level == 3 || !(descriptor & DESC_TABLE)) {
            if (level == 3 && !(descriptor & DESC_TABLE))
                return -EFAULT;
            *pa = (base & ~((1ull << shift) - 1)) | (va & ((1ull << shift) - 1));
            return 0;
        }
        bits = shift; /* the next level indexes with what is left */
    }
}
