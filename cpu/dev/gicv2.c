/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GICv2, after Arm IHI 0048B: chapter 3 for the life of an interrupt, chapter 4
 * for the registers. One CPU, so targets are read-as-one and SGIs come from CPU 0.
 */
#include <assert.h>
#include <string.h>

#include "cpu/dev/gicv2.h"

#define PRIORITY_MASK 0xf8u /* 32 levels implemented */
#define IDLE_PRIORITY 0xffu

enum dist_offset {
    GICD_CTLR = 0x000,
    GICD_TYPER = 0x004,
    GICD_IIDR = 0x008,
    GICD_IGROUPR = 0x080,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_ISPENDR = 0x200,
    GICD_ICPENDR = 0x280,
    GICD_ISACTIVER = 0x300,
    GICD_ICACTIVER = 0x380,
    GICD_IPRIORITYR = 0x400,
    GICD_ITARGETSR = 0x800,
    GICD_ICFGR = 0xc00,
    GICD_NSACR = 0xe00,
    GICD_SGIR = 0xf00,
    GICD_CPENDSGIR = 0xf10,
    GICD_SPENDSGIR = 0xf20,
    GICD_PIDR = 0xfd0,
};

enum cpu_offset {
    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_BPR = 0x08,
    GICC_IAR = 0x0c,
    GICC_EOIR = 0x10,
    GICC_RPR = 0x14,
    GICC_HPPIR = 0x18,
    GICC_ABPR = 0x1c,
    GICC_AIAR = 0x20,
    GICC_AEOIR = 0x24,
    GICC_AHPPIR = 0x28,
    GICC_APR = 0xd0,
    GICC_IIDR = 0xfc,
    GICC_DIR = 0x1000,
};

#define CTLR_EOIMODE (1u << 9)

void gic_reset(struct gicv2 *g)
{
    memset(g, 0, sizeof(*g));
    g->enabled[0] = 0xffff; /* SGIs are always enabled */
    g->edge[0] = 0xffff;
    memset(g->target, 1, sizeof(g->target));
}

static bool bit(const uint32_t *map, unsigned intid)
{
    return map[intid / 32] >> intid % 32 & 1;
}

static void set_bit(uint32_t *map, unsigned intid, bool on)
{
    map[intid / 32] = (map[intid / 32] & ~(1u << intid % 32)) | (uint32_t)on << intid % 32;
}

void gic_set_line(struct gicv2 *g, unsigned intid, bool level)
{
    if (level && !bit(g->line, intid) && bit(g->edge, intid))
        set_bit(g->latched, intid, true);
    set_bit(g->line, intid, level);
}

static uint32_t pending_word(const struct gicv2 *g, unsigned word)
{
    return g->latched[word] | (g->line[word] & ~g->edge[word]);
}

static unsigned running_priority(const struct gicv2 *g)
{
    return g->depth ? g->running[g->depth - 1] : IDLE_PRIORITY;
}

/* The enabled pending interrupt of highest priority, lowest number first; GIC_SPURIOUS if none. */
static unsigned highest_pending(const struct gicv2 *g)
{
    unsigned best = GIC_SPURIOUS, best_priority = IDLE_PRIORITY + 1;

    if (!(g->dist_ctlr & 3))
        return GIC_SPURIOUS;
    for (unsigned w = 0; w < GIC_WORDS; w++) {
        uint32_t ready = pending_word(g, w) & g->enabled[w] & ~g->active[w];

        while (ready) {
            unsigned intid = w * 32 + (unsigned)__builtin_ctz(ready);

            ready &= ready - 1;
            if (g->priority[intid] < best_priority) {
                best = intid;
                best_priority = g->priority[intid];
            }
        }
    }
    return best;
}

/* The group priority: what preemption compares (IHI 0048B 3.3.3). */
static unsigned group_priority(const struct gicv2 *g, unsigned priority)
{
    return priority & (0xffu << ((g->bpr & 7) + 1)) & 0xff;
}

static unsigned signalled(const struct gicv2 *g)
{
    unsigned intid = highest_pending(g);

    if (intid == GIC_SPURIOUS || !(g->cpu_ctlr & 3) || g->priority[intid] >= g->pmr)
        return GIC_SPURIOUS;
    if (g->depth && group_priority(g, g->priority[intid]) >= group_priority(g, running_priority(g)))
        return GIC_SPURIOUS;
    return intid;
}

bool gic_pending(const struct gicv2 *g)
{
    return signalled(g) != GIC_SPURIOUS;
}

static unsigned acknowledge(struct gicv2 *g)
{
    unsigned intid = signalled(g);

    if (intid == GIC_SPURIOUS)
        return intid;
    set_bit(g->latched, intid, false);
    set_bit(g->active, intid, true);
    g->running[g->depth++] = g->priority[intid];
    return intid;
}

static void end_of_interrupt(struct gicv2 *g, unsigned intid)
{
    if (intid >= GIC_INTIDS)
        return;
    if (g->depth)
        g->depth--;
    if (!(g->cpu_ctlr & CTLR_EOIMODE))
        set_bit(g->active, intid, false);
}

/* ---- distributor ---- */

/* Registers with one bit for each interrupt; NULL where `offset` is none of them. */
static const uint32_t *bitmap_at(const struct gicv2 *g, uint32_t offset)
{
    switch (offset & ~0x7fu) {
    case GICD_IGROUPR:
        return g->group;
    case GICD_ISENABLER:
    case GICD_ICENABLER:
        return g->enabled;
    case GICD_ISACTIVER:
    case GICD_ICACTIVER:
        return g->active;
    default:
        return NULL;
    }
}

static uint32_t config_read(const struct gicv2 *g, unsigned first)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 16; i++)
        value |= (uint32_t)bit(g->edge, first + i) << (2 * i + 1);
    return value;
}

static uint32_t dist_read_word(const struct gicv2 *g, uint32_t offset, bool *known)
{
    static const uint8_t pidr[12] = {0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1};
    const uint32_t *map = bitmap_at(g, offset);
    unsigned word = (offset & 0x7f) / 4;

    assert(g); /* so NULL is none of its bitmaps */
    if (map)
        return word < GIC_WORDS ? map[word] : 0;
    if (offset >= GICD_ISPENDR && offset < GICD_ISACTIVER)
        return word < GIC_WORDS ? pending_word(g, word) : 0;
    if (offset >= GICD_ICFGR && offset < GICD_ICFGR + GIC_INTIDS / 4)
        return config_read(g, (offset - GICD_ICFGR) * 4);
    if (offset >= GICD_PIDR && offset <= 0xffc)
        return pidr[(offset - GICD_PIDR) / 4];
    switch (offset) {
    case GICD_CTLR:
        return g->dist_ctlr;
    case GICD_TYPER:
        return GIC_INTIDS / 32 - 1; /* ITLinesNumber, one CPU, no security extension */
    case GICD_IIDR:
        return 0x0200043b;
    default:
        *known = (offset >= GICD_ICFGR && offset < GICD_NSACR + 0x100) ||
                 (offset >= GICD_IPRIORITYR && offset < GICD_ICFGR) ||
                 (offset >= GICD_CPENDSGIR && offset < GICD_SPENDSGIR + 16);
        return 0;
    }
}

static uint8_t dist_read_byte(const struct gicv2 *g, uint32_t offset)
{
    unsigned intid = offset & 0x3ff;

    if (intid >= GIC_INTIDS)
        return 0;
    return offset < GICD_ITARGETSR ? g->priority[intid] : g->target[intid];
}

static bool is_byte_register(uint32_t offset)
{
    return offset >= GICD_IPRIORITYR && offset < GICD_ICFGR;
}

uint32_t gic_dist_read(const struct gicv2 *g, uint32_t offset, unsigned size, bool *known)
{
    uint32_t value = 0;

    *known = offset < 0x1000 && size <= 4;
    if (!*known)
        return 0;
    if (is_byte_register(offset)) {
        for (unsigned i = 0; i < size; i++)
            value |= (uint32_t)dist_read_byte(g, offset + i) << 8 * i;
        return value;
    }
    value = dist_read_word(g, offset & ~3u, known) >> 8 * (offset & 3);
    return size == 4 ? value : value & ((1u << 8 * size) - 1);
}

static void bitmap_write(struct gicv2 *g, uint32_t offset, uint32_t value)
{
    unsigned word = (offset & 0x7f) / 4;

    if (word >= GIC_WORDS)
        return;
    switch (offset & ~0x7fu) {
    case GICD_IGROUPR:
        g->group[word] = value;
        break;
    case GICD_ISENABLER:
        g->enabled[word] |= value;
        break;
    case GICD_ICENABLER:
        g->enabled[word] &= ~value;
        break;
    case GICD_ISPENDR:
        g->latched[word] |= word ? value : value & 0xffff0000;
        break;
    case GICD_ICPENDR:
        g->latched[word] &= word ? ~value : ~value | 0xffff;
        break;
    case GICD_ISACTIVER:
        g->active[word] |= value;
        break;
    case GICD_ICACTIVER:
        g->active[word] &= ~value;
        break;
    }
    g->enabled[0] |= 0xffff;
}

static void config_write(struct gicv2 *g, unsigned first, uint32_t value)
{
    for (unsigned i = 0; i < 16 && first + i < GIC_INTIDS; i++)
        if (first + i >= 16)
            set_bit(g->edge, first + i, value >> (2 * i + 1) & 1);
}

static void dist_write_byte(struct gicv2 *g, uint32_t offset, uint8_t value)
{
    unsigned intid = offset & 0x3ff;

    if (intid < GIC_INTIDS && offset < GICD_ITARGETSR)
        g->priority[intid] = value & PRIORITY_MASK;
    else if (intid < GIC_INTIDS && intid >= 32)
        g->target[intid] = value & 1;
}

/* Target list filter: 0 the list, 1 all but the sender, 2 the sender (IHI 0048B 4.3.15). */
static void send_sgi(struct gicv2 *g, uint32_t value)
{
    unsigned filter = value >> 24 & 3;

    if (filter == 2 || (filter == 0 && (value >> 16 & 1)))
        set_bit(g->latched, value & 15, true);
}

void gic_dist_write(struct gicv2 *g, uint32_t offset, unsigned size, uint32_t value, bool *known)
{
    *known = offset < 0x1000 && size <= 4;
    if (!*known)
        return;
    if (is_byte_register(offset)) {
        for (unsigned i = 0; i < size; i++)
            dist_write_byte(g, offset + i, (uint8_t)(value >> 8 * i));
        return;
    }
    if (size != 4 || (offset & 3)) {
        *known = false;
        return;
    }
    if (offset >= GICD_IGROUPR && offset < GICD_IPRIORITYR) {
        bitmap_write(g, offset, value);
    } else if (offset >= GICD_ICFGR && offset < GICD_NSACR) {
        config_write(g, (offset - GICD_ICFGR) * 4, value);
    } else if (offset >= GICD_CPENDSGIR && offset < GICD_SPENDSGIR + 16) {
        for (unsigned i = 0; i < 4; i++)
            if (value >> 8 * i & 0xff)
                set_bit(g->latched, (offset & 15) + i, offset >= GICD_SPENDSGIR);
    } else if (offset == GICD_CTLR) {
        g->dist_ctlr = value & 3;
    } else if (offset == GICD_SGIR) {
        send_sgi(g, value);
    } else {
        *known = offset >= GICD_NSACR && offset < GICD_SGIR;
    }
}

/* ---- CPU interface ---- */

uint32_t gic_cpu_read(struct gicv2 *g, uint32_t offset, bool *known)
{
    *known = true;
    switch (offset) {
    case GICC_CTLR:
        return g->cpu_ctlr;
    case GICC_PMR:
        return g->pmr;
    case GICC_BPR:
        return g->bpr;
    case GICC_ABPR:
        return g->abpr;
    case GICC_IAR:
    case GICC_AIAR:
        return acknowledge(g);
    case GICC_RPR:
        return running_priority(g);
    case GICC_HPPIR:
    case GICC_AHPPIR:
        return highest_pending(g);
    case GICC_IIDR:
        return 0x0202043b;
    default:
        *known = offset >= GICC_APR && offset < GICC_APR + 0x20;
        return 0;
    }
}

void gic_cpu_write(struct gicv2 *g, uint32_t offset, uint32_t value, bool *known)
{
    *known = true;
    switch (offset) {
    case GICC_CTLR:
        g->cpu_ctlr = value & 0x7ff;
        break;
    case GICC_PMR:
        g->pmr = value & PRIORITY_MASK;
        break;
    case GICC_BPR:
        g->bpr = (value & 7) < 2 ? 2 : value & 7;
        break;
    case GICC_ABPR:
        g->abpr = value & 7;
        break;
    case GICC_EOIR:
    case GICC_AEOIR:
        end_of_interrupt(g, value & 0x3ff);
        break;
    case GICC_DIR:
        if ((value & 0x3ff) < GIC_INTIDS)
            set_bit(g->active, value & 0x3ff, false);
        break;
    default:
        *known = offset >= GICC_APR && offset < GICC_APR + 0x20;
    }
}
