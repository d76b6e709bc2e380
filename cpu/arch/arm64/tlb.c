/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine's TLB is filled with (DDI 0487, D8.2 and D8.4).
 *
 * The engine's own walk reads every descriptor through stage 2: a miss costs it some 14 reads of
 * 500 host instructions each. So the engine asks here first. The same tables are read in RAM,
 * once each, and stage 2's entry gives the page's rights.
 *
 * Here is an answer only where a translation exists that allows the access; else the engine ends
 * its run with an error. By far the most faults are data where a descriptor is invalid: that
 * exception is entered from here. Everything else, another fault, a device, flash, another granule
 * than 4 KiB, is the engine's: it is started again at the same instruction with its own walk, which
 * raises the exception with all that belongs to it. That stays so up to the next exception entry,
 * since a driver that touches a device will touch it again.
 *
 * Both walks read the same memory at the same time and say the same, so which of them filled an
 * entry cannot be seen.
 */
#include <string.h>

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/engine.h"

#define SCTLR_M       1u
#define SCTLR_WXN     (1u << 19)
#define SCTLR_EE      (1u << 25)
#define TCR_TG0       (3u << 14)
#define TCR_TG1       (3u << 30)
#define TCR_TG1_4K    (2u << 30)
#define TCR_EPD0      (1u << 7)
#define TCR_EPD1      (1u << 23)
#define DESC_VALID    (1ull << 0)
#define DESC_TABLE    (1ull << 1)
#define DESC_USER     (1ull << 6) /* AP[1] */
#define DESC_RDONLY   (1ull << 7) /* AP[2] */
#define DESC_AF       (1ull << 10)
#define DESC_PXN      (1ull << 53)
#define DESC_UXN      (1ull << 54)
#define TABLE_PXN     (1ull << 59)
#define TABLE_UXN     (1ull << 60)
#define TABLE_NO_USER (1ull << 61)
#define TABLE_RDONLY  (1ull << 62)
#define ADDRESS_MASK  0x0000fffffffff000ull
#define LEVEL_LAST    3u
#define LEVEL_BYTES(level) (1ull << (39 - 9 * (level))) /* that one of its descriptors maps */

/* ---- the translation regime ---- */

void arm64_tlb_forget(struct arm64 *a)
{
    a->engine->tlb.known = false;
}

static void learn_half(struct tlb_half *h, uint64_t ttbr, unsigned size_offset, bool good)
{
    unsigned bits = 64 - size_offset;

    h->root = ttbr & ADDRESS_MASK;
    h->bits = bits;
    h->level = 4 - (bits - 4) / 9; /* a table takes 9 bits, the first perhaps fewer; the page 12 */
    h->good = good && bits >= 25 && bits <= 48;
}

static void learn(struct arm64 *a)
{
    struct arm64_tlb *t = &a->engine->tlb;
    uint64_t sctlr = arm64_sysreg(a, SYS_SCTLR), tcr = arm64_sysreg(a, SYS_TCR);
    bool little = !(sctlr & SCTLR_EE);

    t->on = sctlr & SCTLR_M;
    t->wxn = sctlr & SCTLR_WXN;
    learn_half(&t->half[0], arm64_sysreg(a, SYS_TTBR0), tcr & 63,
               little && !(tcr & (TCR_TG0 | TCR_EPD0)));
    learn_half(&t->half[1], arm64_sysreg(a, SYS_TTBR1), tcr >> 16 & 63,
               little && (tcr & TCR_TG1) == TCR_TG1_4K && !(tcr & TCR_EPD1));
    t->known = true;
}

/* ---- the walk ---- */

/* What tables above forbid, in a leaf's bits (D8.4.1, hierarchical permissions). */
static uint64_t limit_leaf(uint64_t leaf, uint64_t above)
{
    if (above & TABLE_RDONLY)
        leaf |= DESC_RDONLY;
    if (above & TABLE_NO_USER)
        leaf &= ~DESC_USER;
    if (above & TABLE_PXN)
        leaf |= DESC_PXN;
    if (above & TABLE_UXN)
        leaf |= DESC_UXN;
    return leaf;
}

enum found { FOUND, ABSENT, OTHER };

/* Physical address and leaf of `va`. ABSENT: the descriptor of `level` is invalid. */
static enum found walk(const struct arm64 *a, vaddr_t va, paddr_t *pa, uint64_t *leaf,
                       unsigned *level_out)
{
    const struct tlb_half *h = &a->engine->tlb.half[va >> 55 & 1];
    paddr_t table = h->root;
    uint64_t d, above = 0;
    vaddr_t left;

    if (!h->good || va >> h->bits != (va >> 55 & 1 ? ~0ull >> h->bits : 0))
        return OTHER;
    left = va & ((1ull << h->bits) - 1);
    for (unsigned level = h->level;; level++) {
        unsigned shift = 39 - 9 * level;
        paddr_t at = table - ARM64_RAM_BASE + (left >> shift) * 8;

        if (at >= a->config.ram_bytes)
            return OTHER;
        memcpy(&d, a->ram + at, sizeof(d));
        *level_out = level;
        if (!(d & DESC_VALID))
            return ABSENT;
        table = d & ADDRESS_MASK;
        left &= (1ull << shift) - 1;
        if (level < LEVEL_LAST && (d & DESC_TABLE)) {
            above |= d;
            continue;
        }
        if (!level || !(d & DESC_AF) || (level == LEVEL_LAST && !(d & DESC_TABLE)))
            return OTHER;
        *pa = (table >> shift << shift) | left;
        *leaf = limit_leaf(d, above);
        return FOUND;
    }
}

/* LDTR, STTR and their kin access memory as EL0 does (C4.1.88, "unprivileged"). */
static bool is_unprivileged(struct arm64 *a)
{
    vaddr_t pc = arm64_pc_get(a);
    paddr_t pa = pc;
    uint64_t leaf;
    uint32_t word;
    unsigned level;

    if (a->engine->tlb.on && walk(a, pc, &pa, &leaf, &level) != FOUND)
        return true; /* not known: no more than EL0's rights */
    if ((pc & 3) || pa - ARM64_RAM_BASE >= a->config.ram_bytes)
        return true;
    memcpy(&word, a->ram + (pa - ARM64_RAM_BASE), sizeof(word));
    return (word & 0x3b200c00u) == 0x38000800u;
}

/* D8.4.1: rights of a page at EL0, or at EL1, where what EL0 can write is never executed. */
static unsigned rights(const struct arm64_tlb *t, uint64_t leaf, bool user)
{
    bool write = !(leaf & DESC_RDONLY), user_write = write && (leaf & DESC_USER);
    unsigned perms = 0;

    if (!user || (leaf & DESC_USER))
        perms = UC_PROT_READ | (write ? UC_PROT_WRITE : 0);
    if (user ? leaf & DESC_UXN : (leaf & DESC_PXN) || user_write)
        return perms;
    return t->wxn && (perms & UC_PROT_WRITE) ? perms : perms | UC_PROT_EXEC;
}

static bool allows(unsigned perms, uc_mem_type type)
{
    return perms & (type == UC_MEM_FETCH   ? UC_PROT_EXEC
                    : type == UC_MEM_WRITE ? UC_PROT_WRITE : UC_PROT_READ);
}

static bool fill(struct arm64 *a, vaddr_t va, uc_mem_type type, uc_tlb_entry *entry)
{
    struct arm64_tlb *t = &a->engine->tlb;
    unsigned perms = UC_PROT_ALL;
    uint64_t bytes = PAGE_BYTES;
    paddr_t pa = va;
    uint64_t leaf, stage2;

    t->hook.miss.absent = t->hook.miss.withheld = false;
    if (t->hook.refuse)
        return false;
    if (!t->known)
        learn(a);
    if (t->on) {
        bool user = arm64_in_user(a);
        enum found found = walk(a, va, &pa, &leaf, &t->level);

        t->hook.miss.user = user;
        t->hook.miss.absent = found == ABSENT;
        if (found != FOUND)
            return false;
        bytes = LEVEL_BYTES(t->level);
        perms = rights(t, leaf, user || (type != UC_MEM_FETCH && is_unprivileged(a)));
    }
    if (pa - ARM64_RAM_BASE >= a->config.ram_bytes)
        return false;
    if (!allows(perms, type))
        return false;
    stage2 = a->engine->page[(pa - ARM64_RAM_BASE) / PAGE_BYTES];
    if (!(stage2 & S2_WRITE))
        perms &= ~(unsigned)UC_PROT_WRITE;
    if (stage2 & S2_XN)
        perms &= ~(unsigned)UC_PROT_EXEC;
    entry->paddr = pa;
    entry->perms = perms;
    if (allows(perms, type)) {
        arm64_tlb_filled(a, va, pa, bytes);
        return true;
    }
    t->hook.miss.withheld = true;
    t->hook.miss.pa = pa;
    return false;
}

/* ---- who walks ---- */

static bool on_fill(uc_engine *uc, uint64_t va, uc_mem_type type, uc_tlb_entry *entry, void *opaque)
{
    struct arm64 *a = opaque;

    (void)uc;
    if (fill(a, va, type, entry))
        return true;
    tlb_hook_miss(&a->engine->tlb.hook, va, type);
    return false;
}

void arm64_tlb_walk_here(struct arm64 *a, bool here)
{
    tlb_hook_walk_here(a->engine->uc, &a->engine->tlb.hook, here);
    if (!a->engine->tlb.hook.here)
        arm64_tlb_filled_unknown(a);
}

void arm64_tlb_settled(struct arm64 *a)
{
    tlb_hook_settled(a->engine->uc, &a->engine->tlb.hook);
}

void arm64_tlb_device(struct arm64 *a)
{
    tlb_hook_device(a->engine->uc, &a->engine->tlb.hook, a->count.n);
}

bool arm64_tlb_missed(struct arm64 *a)
{
    const struct arm64_tlb *t = &a->engine->tlb;
    vaddr_t pc = arm64_pc_get(a);

    /* The engine reads an instruction that is not aligned, though it never runs: over a page's end, too. */
    return !t->hook.miss.now || !t->hook.miss.is_fetch || (pc & 3) ||
           pc / PAGE_BYTES == t->hook.miss.page;
}

/* A data abort by an invalid descriptor (D17.2.37): by far the most faults are of this kind. */
bool arm64_tlb_fault(struct arm64 *a)
{
    struct arm64_tlb *t = &a->engine->tlb;
    vaddr_t far;

    if (!tlb_hook_absent(a->engine->uc, &t->hook, &far))
        return false;
    arm64_trap_sync(a,
                    (t->hook.miss.user ? EC_DATA_LOWER : EC_DATA_SAME) << 26 | ESR_IL |
                        (t->hook.miss.is_write ? ESR_WNR : 0) | FSC_TRANSLATION | t->level,
                    true, far, CPU_TRAP_SYNC);
    return true;
}

/* A store to code, a fetch from data: the guest is not told. */
bool arm64_tlb_stage2(struct arm64 *a)
{
    struct arm64_tlb *t = &a->engine->tlb;
    vaddr_t va = arm64_pc_get(a);

    if (!t->hook.miss.withheld)
        return false;
    if (t->hook.miss.is_fetch ? va & 3 : !tlb_hook_address(a->engine->uc, &t->hook, &va))
        return false;
    arm64_stage2_ram(a, t->hook.miss.pa | (va & (PAGE_BYTES - 1)), va, t->hook.miss.is_fetch);
    return true;
}

uint64_t arm64_tlb_passed_on(const struct arm64 *a)
{
    return a->engine->tlb.hook.passed_on;
}

uc_err arm64_tlb_create(struct arm64 *a)
{
    return tlb_hook_add(a->engine->uc, &a->engine->tlb.hook, (void *)on_fill, a);
}
