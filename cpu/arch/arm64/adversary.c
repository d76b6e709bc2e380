/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the adversary (cpu/adversary.h) is told of on arm64.
 *
 * Stores to tables come by the hook of pages.c, TLBI by the engine's hook on SYS. DSB has no hook:
 * while an entry is held back every block of the kernel takes the slow path, and the code that
 * has run is read for it. A block's code counts as run when the next one begins, up to the PC
 * where an event cuts it; so `scanned` says up to where the block now running was read.
 *
 * ERET to user mode ends a block. The walker's entries are put in place before that block, as the
 * first fetch behind it is user mode's already; where it led back into the kernel, they go again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/insn.h"

#define DESC_VALID   1ull
#define DESC_TABLE   2ull
#define ADDRESS_MASK 0x0000fffffffff000ull
#define SCTLR_M      1u
#define TCR_A1       (1ull << 22)
#define ASID_SHIFT   48
#define INSN_ERET    0xd69f03e0u

#define TLBI_CRN      8u
#define TLBI_ALL      0u /* op2 (DDI 0487, C5.5) */
#define TLBI_VA       1u
#define TLBI_ASID     2u
#define TLBI_VA_ALL   3u /* of every ASID */
#define TLBI_VA_LAST  5u
#define TLBI_VA_ALL_LAST 7u

static enum adversary_entry read_entry(uint64_t d, unsigned level, paddr_t *pa)
{
    *pa = d & ADDRESS_MASK;
    if (!(d & DESC_VALID) || (level == 1 && !(d & DESC_TABLE)))
        return ADVERSARY_INVALID;
    return level > 1 && (d & DESC_TABLE) ? ADVERSARY_TABLE : ADVERSARY_LEAF;
}

static void flush(void *machine)
{
    arm64_engine_flush_tlb(machine);
}

static void note(void *machine, paddr_t pa)
{
    arm64_dirty_note(machine, pa, 8);
}

static const struct adversary_arch arch = {
    .needs_barriers = true, .read = read_entry, .flush = flush, .note = note};

static void on_store(void *ctx, const struct cpu_store *s);

int arm64_adversary_create(struct arm64 *a)
{
    struct pages_client client;

    a->adversary = adversary_create(&arch, a, a->ram, ARM64_RAM_BASE, a->config.ram_bytes);
    if (!a->adversary)
        return -ENOMEM;
    client = (struct pages_client){adversary_map(a->adversary), on_store, a, false};
    return arm64_pages_watch(a, PAGES_ADVERSARY, &client);
}

/* ---- the root ---- */

/* TTBR0_EL1 is about to be `ttbr0`. */
void arm64_adversary_root(struct arm64 *a, uint64_t ttbr0)
{
    uint64_t tcr = arm64_sysreg(a, SYS_TCR);
    unsigned bits = 64 - (unsigned)(tcr & 63);
    struct adversary_root root = {.pa = ttbr0 & 0x0000fffffffffffeull};

    if (!(arm64_sysreg(a, SYS_SCTLR) & SCTLR_M) || bits < 25 || bits > 48 || (tcr >> 14 & 3))
        return;
    root.tag = (tcr & TCR_A1 ? arm64_sysreg(a, SYS_TTBR1) : ttbr0) >> ASID_SHIFT;
    root.level = (bits - 12 + 8) / 9;
    root.count = 1u << (bits - 12 - 9 * (root.level - 1));
    adversary_use_root(a->adversary, &root);
}

/* ---- the code that ran ---- */

static void read_code(struct arm64 *a, vaddr_t to)
{
    uint32_t w;
    paddr_t pa;

    if (a->scanned >= to || arm64_walk(a, a->scanned, &pa, NULL) || pa < ARM64_RAM_BASE ||
        pa - ARM64_RAM_BASE > a->config.ram_bytes - (to - a->scanned))
        return;
    for (; a->scanned < to; a->scanned += 4, pa += 4) {
        memcpy(&w, a->ram + (pa - ARM64_RAM_BASE), 4);
        /* DSB: CRm<1:0> 1 loads, 2 stores, 3 both (C6.2.108) */
        if ((w & 0xfffff0ffu) == 0xd503309fu && (w >> 8 & 2))
            adversary_barrier(a->adversary, (w >> 8 & 3) == 3);
    }
}

static bool looks(const struct arm64 *a)
{
    return adversary_holds(a->adversary) && !adversary_is_out(a->adversary);
}

bool arm64_adversary_looks(const struct arm64 *a)
{
    return a->adversary && (looks(a) || a->unsure);
}

/* The block now running has run up to `pc`. */
void arm64_adversary_ran(struct arm64 *a, vaddr_t pc)
{
    if (!a->adversary || !a->count.size || !looks(a) || pc > a->count.pc + a->count.size)
        return;
    if (a->scanned < a->count.pc || a->scanned > a->count.pc + a->count.size)
        a->scanned = a->count.pc; /* nobody had to look as it began */
    read_code(a, pc);
}

/* Is that the block's last instruction? Blocks do not cross pages. */
static bool ends_in_eret(struct arm64 *a, vaddr_t pc, uint32_t size)
{
    uint32_t word;

    return arm64_fetch(a, pc + size - 4, &word) == 0 && word == INSN_ERET;
}

/* A block is about to run. */
void arm64_adversary_block(struct arm64 *a, vaddr_t pc, uint32_t size, bool user)
{
    if (a->unsure && !user)
        adversary_leave_user(a->adversary);
    a->unsure = false;
    a->scanned = pc;
    if (!looks(a))
        return;
    if (user) {
        adversary_enter_user(a->adversary, a->count.n);
    } else if (ends_in_eret(a, pc, size)) {
        adversary_enter_user(a->adversary, a->count.n + size / 4);
        a->unsure = true;
    }
}

void arm64_adversary_in_kernel(struct arm64 *a)
{
    if (!a->adversary)
        return;
    a->unsure = false;
    adversary_leave_user(a->adversary);
}

void arm64_adversary_stopped(struct arm64 *a)
{
    if (!a->adversary)
        return;
    arm64_adversary_ran(a, a->count.pc + a->count.size);
    if (a->unsure && (arm64_pstate(a) & PSTATE_EL))
        adversary_leave_user(a->adversary);
    a->unsure = false;
}

/* ---- stores ---- */

static uint64_t base_of(struct arm64 *a, unsigned rn)
{
    return rn == 31 ? arm64_sp_live(a) : arm64_x(a, rn);
}

static int64_t sign(uint32_t value, unsigned bits)
{
    return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits);
}

/* The address of a store by the registers as they are; false: no store of general registers. */
static bool store_address(struct arm64 *a, uint32_t w, vaddr_t *at)
{
    unsigned size = w >> 30;

    *at = base_of(a, w >> 5 & 31);
    if ((w & 0x3fc00000u) == 0x39000000u) {             /* unsigned offset */
        *at += (uint64_t)(w >> 10 & 0xfff) << size;
    } else if ((w & 0x3fe00000u) == 0x38000000u) {      /* unscaled, post, unprivileged, pre */
        *at += (w >> 10 & 3) == 1 ? 0 : (uint64_t)sign(w >> 12 & 511, 9);
    } else if ((w & 0x3fe00c00u) == 0x38200800u) {      /* register offset */
        *at += arm64_x(a, w >> 16 & 31) << (w & 1u << 12 ? size : 0);
    } else if ((w & 0x3e400000u) == 0x28000000u) {      /* pair */
        *at += (w >> 23 & 3) == 1 ? 0 : (uint64_t)sign(w >> 15 & 127, 7) << (w >> 31 ? 3 : 2);
    } else {
        return (w & 0x3f400000u) == 0x08000000u;        /* release, exclusive */
    }
    return true;
}

/* Behind the store in its block; where it is not found, the first one that is not read yet. */
static vaddr_t behind_store(struct arm64 *a, vaddr_t from, paddr_t pa)
{
    vaddr_t end = a->count.pc + a->count.size, at;
    uint32_t word;

    for (vaddr_t pc = from; pc < end; pc += 4)
        if (arm64_fetch(a, pc, &word) == 0 && store_address(a, word, &at) &&
            ((pa - at) & 0xfff) < 16)
            return pc + 4;
    return from;
}

static void on_store(void *ctx, const struct cpu_store *s)
{
    struct arm64 *a = ctx;
    vaddr_t end = a->count.pc + a->count.size, behind;
    bool held = looks(a);

    if (!a->count.size || a->scanned < a->count.pc || a->scanned > end || !held)
        a->scanned = a->count.pc;
    behind = behind_store(a, a->scanned, s->pa);
    if (held)
        read_code(a, behind);
    a->scanned = behind;
    if (adversary_store(a->adversary, s))
        arm64_count_looks(a);
}

/* ---- TLBI ---- */

/* SYS with CRn 8, as the last instruction of the block now running. */
void arm64_adversary_tlbi(struct arm64 *a, uint32_t id, uint64_t value)
{
    unsigned crn = id >> 7 & 15, op1 = id >> 11 & 7, op2 = id & 7;
    struct adversary_invalidation in = {
        .all_tags = op2 == TLBI_ALL || op2 == TLBI_VA_ALL || op2 == TLBI_VA_ALL_LAST,
        .all_addresses = op2 == TLBI_ALL || op2 == TLBI_ASID,
        .last_level = op2 == TLBI_VA_LAST || op2 == TLBI_VA_ALL_LAST,
        .va = (value & 0xfffffffffffull) << 12, /* bits 55 to 12 */
        .tag = value >> ASID_SHIFT,
    };

    if (!a->adversary || crn != TLBI_CRN || !looks(a))
        return;
    arm64_adversary_ran(a, a->count.pc + a->count.size - 4);
    if (op1 != 0)
        in = (struct adversary_invalidation){.all_tags = true, .all_addresses = true};
    adversary_invalidate(a->adversary, &in);
}
