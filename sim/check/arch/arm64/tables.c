/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of arm64 (DDI 0487, D8.3) and the instructions that order them (C6.2, D8.14).
 */
#include "sim/check/tables.h"

#include <string.h>

#define DESC_VALID    1ull
#define DESC_TABLE    2ull
#define DESC_USER     (1ull << 6)
#define DESC_RDONLY   (1ull << 7)
#define DESC_CONTIG   (1ull << 52)
#define DESC_PXN      (1ull << 53)
#define DESC_UXN      (1ull << 54)
#define ADDRESS_MASK  0x0000fffffffff000ull
#define ATTRIBUTES    (7ull << 2 | 3ull << 8) /* memory type and shareability */
#define SCTLR_M       1u
#define GRANULE_4K_0  0u
#define GRANULE_4K_1  2u

static uint64_t system_register(struct cpu *cpu, const char *name)
{
    uint64_t value = 0;
    int id = cpu_reg_find(ARCH_ARM64, name);

    return id >= 0 && cpu_reg_read(cpu, id, &value) == 0 ? value : 0;
}

static bool root_of(struct cpu *cpu, bool upper, struct table_root *r)
{
    uint64_t tcr = system_register(cpu, "tcr_el1");
    uint64_t ttbr0 = system_register(cpu, "ttbr0_el1"), ttbr1 = system_register(cpu, "ttbr1_el1");
    unsigned bits = 64 - (unsigned)(upper ? tcr >> 16 & 63 : tcr & 63);

    if (!(system_register(cpu, "sctlr_el1") & SCTLR_M) || bits < 25 || bits > 48 ||
        (upper ? tcr >> 30 & 3 : tcr >> 14 & 3) != (upper ? GRANULE_4K_1 : GRANULE_4K_0))
        return false;
    r->level = (bits - 12 + 8) / 9;
    r->pa = (upper ? ttbr1 : ttbr0) & 0x0000fffffffffffeull;
    r->first = 0;
    r->count = 1u << (bits - 12 - 9 * (r->level - 1));
    r->va = upper ? ~0ull << bits : 0;
    return true;
}

static bool user_root(struct cpu *cpu, struct table_root *r)
{
    return root_of(cpu, false, r);
}

static bool kernel_root(struct cpu *cpu, struct table_root *r)
{
    return root_of(cpu, true, r);
}

static void read_entry(uint64_t d, unsigned level, struct table_entry *e)
{
    memset(e, 0, sizeof(*e));
    if (!(d & DESC_VALID) || (level == 1 && !(d & DESC_TABLE)))
        return;
    e->pa = d & ADDRESS_MASK;
    e->kind = level > 1 && (d & DESC_TABLE) ? ENTRY_TABLE : ENTRY_LEAF;
    if (e->kind == ENTRY_TABLE)
        return;
    e->writable = !(d & DESC_RDONLY);
    e->user = d & DESC_USER;
    e->user_exec = e->user && !(d & DESC_UXN);
    /* What EL0 may write EL1 never executes (D8.4.6). */
    e->kernel_exec = !(d & DESC_PXN) && !(e->user && e->writable);
    e->other = d & (ATTRIBUTES | DESC_CONTIG);
}

static enum walk_event read_insn(const uint8_t *code, size_t bytes, unsigned *len)
{
    uint32_t w;

    *len = bytes >= 4 ? 4 : 0;
    if (bytes < 4)
        return WALK_NOTHING;
    memcpy(&w, code, 4);
    if ((w & 0xfffff0ffu) == 0xd503309fu) /* DSB: CRm<1:0> 1 loads, 2 stores, 3 all */
        return (w >> 8 & 3) == 3 ? WALK_ALL_DONE : (w >> 8 & 3) == 2 ? WALK_STORES_DONE
                                                                     : WALK_NOTHING;
    if ((w & 0xfff8f000u) == 0xd5088000u) /* SYS with CRn 8: TLBI */
        return WALK_INVALIDATE;
    if ((w & 0x7c000000u) == 0x14000000u || (w & 0xff000010u) == 0x54000000u ||
        (w & 0x7c000000u) == 0x34000000u || (w & 0xfe000000u) == 0xd6000000u ||
        (w & 0xff000000u) == 0xd4000000u)
        return WALK_BRANCH;
    return WALK_NOTHING;
}

static bool may_matter(const uint8_t *code, size_t bytes)
{
    (void)code;
    return bytes >= 4;
}

const struct tables_arch arm64_tables_arch = {
    .needs_barriers = true,
    .needs_break = true,
    .two_roots = true,
    .user_root = user_root,
    .kernel_root = kernel_root,
    .read_entry = read_entry,
    .may_matter = may_matter,
    .read_insn = read_insn,
};
