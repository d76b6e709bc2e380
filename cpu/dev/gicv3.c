/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GICv3, after Arm IHI 0069: chapter 4 for the life of an interrupt, 12 for the registers. What
 * GICv2 has at the same offset is read and written there; INTIDs 0 to 31 stand in the
 * redistributor.
 */
#include "cpu/dev/gicv3.h"

#include <string.h>

#define IDLE_PRIORITY 0xffu
#define PRIORITY_BITS 5u

enum dist_offset {
    GICD_CTLR = 0x0000,
    GICD_TYPER = 0x0004,
    GICD_TYPER2 = 0x000c,
    GICD_STATUSR = 0x0010,
    GICD_IGROUPR = 0x0080,
    GICD_ICFGR = 0x0c00,
    GICD_IGRPMODR = 0x0d00,
    GICD_NSACR_END = 0x0f00,
    GICD_IROUTER = 0x6000,
    GICD_IROUTER_END = 0x6000 + 8 * 1020,
    GIC_ID_REGISTERS = 0xffd0,
};

enum redist_offset {
    GICR_CTLR = 0x00000,
    GICR_IIDR = 0x00004,
    GICR_TYPER = 0x00008,
    GICR_STATUSR = 0x00010,
    GICR_WAKER = 0x00014,
    GICR_SGI = 0x10000,
};

#define CTLR_GROUPS     3u
#define CTLR_ARE        0x10u
#define CTLR_DS         0x40u
#define WAKER_SLEEP     2u
#define WAKER_ASLEEP    4u
#define TYPER_LAST      0x10u
#define ICC_CTLR_CBPR   1u
#define ICC_CTLR_EOIMODE 2u
#define SGI_OTHERS      (1ull << 40)

void gicv3_reset(struct gicv3 *v, struct gicv2 *g)
{
    memset(v, 0, sizeof(*v));
    v->waker = WAKER_SLEEP | WAKER_ASLEEP;
    v->icc_bpr[0] = 8 - PRIORITY_BITS - 1;
    v->icc_bpr[1] = 8 - PRIORITY_BITS;
    g->enabled[0] &= 0xffff0000u;
}

/* ---- what is signalled ---- */

static unsigned running_priority(const struct gicv2 *g)
{
    return g->depth ? g->running[g->depth - 1] : IDLE_PRIORITY;
}

/* The enabled pending group 1 interrupt of highest priority, lowest number first. */
static unsigned highest_pending(const struct gicv2 *g)
{
    unsigned best = GIC_SPURIOUS, best_priority = IDLE_PRIORITY;

    if (!(g->dist_ctlr & 2))
        return GIC_SPURIOUS;
    for (unsigned w = 0; w < GIC_WORDS; w++) {
        uint32_t ready = (g->latched[w] | (g->line[w] & ~g->edge[w])) & g->enabled[w] &
                         ~g->active[w] & g->group[w];

        for (; ready; ready &= ready - 1) {
            unsigned intid = w * 32 + (unsigned)__builtin_ctz(ready);

            if (g->priority[intid] < best_priority) {
                best = intid;
                best_priority = g->priority[intid];
            }
        }
    }
    return best;
}

/* Group priority of group 1 (4.8.6): the bits from the binary point up. */
static unsigned group_priority(const struct gicv3 *v, unsigned priority)
{
    unsigned point = v->icc_ctlr & ICC_CTLR_CBPR ? v->icc_bpr[0] + 1 : v->icc_bpr[1];

    return priority & (0xffu << point) & 0xff;
}

static unsigned signalled(const struct gicv3 *v, const struct gicv2 *g)
{
    unsigned intid = highest_pending(g);

    if (intid == GIC_SPURIOUS || !v->icc_enable[1] || g->priority[intid] >= g->pmr)
        return GIC_SPURIOUS;
    if (g->depth &&
        group_priority(v, g->priority[intid]) >= group_priority(v, running_priority(g)))
        return GIC_SPURIOUS;
    return intid;
}

bool gicv3_pending(const struct gicv3 *v, const struct gicv2 *g)
{
    return signalled(v, g) != GIC_SPURIOUS;
}

/* ---- memory-mapped ---- */

static uint32_t id_register(uint32_t offset)
{
    static const uint8_t id[12] = {0x44, 0, 0, 0, 0x92, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1};

    return id[(offset - GIC_ID_REGISTERS) / 4 % 12];
}

/* GICv2's registers of INTIDs 0 to 31, or of the others. */
static bool is_shared_layout(uint32_t offset)
{
    return offset >= GICD_IGROUPR && offset < GICD_IGRPMODR && !(offset >= 0x800 && offset < 0xc00);
}

static bool is_private(uint32_t offset)
{
    if (offset < 0x400)
        return (offset & 0x7f) < 4;
    return offset < 0x800 ? offset < 0x420 : offset < GICD_ICFGR + 8;
}

/* GICv2's register file writes SGIs as enabled. */
static void settle_sgis(struct gicv3 *v, struct gicv2 *g, uint32_t offset, uint64_t value)
{
    if (offset == 0x100)
        v->sgis |= value & 0xffff;
    else if (offset == 0x180)
        v->sgis &= ~(uint32_t)(value & 0xffff);
    else if (offset == 0x200)
        g->latched[0] |= value & 0xffff; /* here SGIs can be set pending as all others */
    else if (offset == 0x280)
        g->latched[0] &= ~(uint32_t)(value & 0xffff);
    g->enabled[0] = (g->enabled[0] & 0xffff0000u) | v->sgis;
}

uint64_t gicv3_dist_read(const struct gicv3 *v, const struct gicv2 *g, uint32_t offset,
                         unsigned size, bool *known)
{
    (void)v;
    *known = true;
    if (offset >= GIC_ID_REGISTERS)
        return id_register(offset);
    if (offset >= GICD_IROUTER && offset < GICD_IROUTER_END)
        return 0; /* affinity 0.0.0.0 */
    if (is_shared_layout(offset))
        return is_private(offset) ? 0 : gic_dist_read(g, offset, size, known);
    switch (offset) {
    case GICD_CTLR:
        return (g->dist_ctlr & CTLR_GROUPS) | CTLR_ARE | CTLR_DS;
    case GICD_TYPER:
        return 9u << 19 | (GIC_INTIDS / 32 - 1); /* ten bits of INTID */
    case 0x0008:
        return 0x0300043b; /* GICD_IIDR */
    case GICD_TYPER2:
    case GICD_STATUSR:
        return 0;
    default:
        *known = offset >= GICD_IGRPMODR && offset < GICD_NSACR_END;
        return 0;
    }
}

void gicv3_dist_write(struct gicv3 *v, struct gicv2 *g, uint32_t offset, unsigned size,
                      uint64_t value, bool *known)
{
    *known = true;
    if (offset == GICD_CTLR && size == 4) {
        g->dist_ctlr = value & CTLR_GROUPS;
    } else if (offset >= GICD_IROUTER && offset < GICD_IROUTER_END) {
        return; /* there is one CPU to route to */
    } else if (is_shared_layout(offset)) {
        if (!is_private(offset))
            gic_dist_write(g, offset, size, (uint32_t)value, known);
        settle_sgis(v, g, 0, 0);
    } else {
        *known = offset == GICD_STATUSR || (offset >= GICD_IGRPMODR && offset < GICD_NSACR_END);
    }
}

uint64_t gicv3_redist_read(const struct gicv3 *v, const struct gicv2 *g, uint32_t offset,
                           unsigned size, bool *known)
{
    *known = true;
    if ((offset & 0xffff) >= GIC_ID_REGISTERS)
        return id_register(offset & 0xffff);
    if (offset >= GICR_SGI) {
        offset -= GICR_SGI;
        if (is_shared_layout(offset) && is_private(offset))
            return gic_dist_read(g, offset, size, known);
        *known = offset == GICD_IGRPMODR || offset == 0xe00;
        return 0;
    }
    switch (offset) {
    case GICR_CTLR:
    case GICR_STATUSR:
    case GICR_TYPER + 4: /* affinity 0.0.0.0 */
        return 0;
    case GICR_IIDR:
        return 0x0300043b;
    case GICR_TYPER:
        return TYPER_LAST;
    case GICR_WAKER:
        return v->waker;
    default:
        *known = false;
        return 0;
    }
}

void gicv3_redist_write(struct gicv3 *v, struct gicv2 *g, uint32_t offset, unsigned size,
                        uint64_t value, bool *known)
{
    *known = true;
    if (offset >= GICR_SGI) {
        offset -= GICR_SGI;
        if (is_shared_layout(offset) && is_private(offset)) {
            gic_dist_write(g, offset, size, (uint32_t)value, known);
            settle_sgis(v, g, offset, value);
        } else {
            *known = offset == GICD_IGRPMODR || offset == 0xe00;
        }
    } else if (offset == GICR_WAKER) {
        v->waker = value & WAKER_SLEEP ? WAKER_SLEEP | WAKER_ASLEEP : 0;
    } else {
        *known = offset == GICR_CTLR || offset == GICR_STATUSR;
    }
}

/* ---- system registers ---- */

static void set_active(struct gicv2 *g, unsigned intid, bool on)
{
    uint32_t bit = 1u << intid % 32;

    g->active[intid / 32] = on ? g->active[intid / 32] | bit : g->active[intid / 32] & ~bit;
}

static unsigned acknowledge(struct gicv3 *v, struct gicv2 *g)
{
    unsigned intid = signalled(v, g);

    if (intid == GIC_SPURIOUS)
        return intid;
    g->latched[intid / 32] &= ~(1u << intid % 32);
    set_active(g, intid, true);
    g->running[g->depth++] = g->priority[intid];
    return intid;
}

static void end_of_interrupt(struct gicv3 *v, struct gicv2 *g, uint64_t intid)
{
    if (intid >= GIC_INTIDS)
        return;
    if (g->depth)
        g->depth--;
    if (!(v->icc_ctlr & ICC_CTLR_EOIMODE))
        set_active(g, (unsigned)intid, false);
}

/* Aff3.2.1, RS and the target list (12.2.20): we are bit 0 of 0.0.0. */
static void send_sgi(struct gicv2 *g, uint64_t value)
{
    bool us = !(value & 0x00fff0ff00ff0000ull) && (value & 1);

    if (us && !(value & SGI_OTHERS))
        g->latched[0] |= 1u << (value >> 24 & 15);
}

/* One bit for each active group priority, derived from the stack of running ones. */
static uint32_t active_priorities(const struct gicv2 *g)
{
    uint32_t map = 0;

    for (uint32_t i = 0; i < g->depth; i++)
        map |= 1u << (g->running[i] >> (8 - PRIORITY_BITS));
    return map;
}

static bool icc_read(struct gicv3 *v, struct gicv2 *g, unsigned reg, uint64_t *value)
{
    switch (reg) {
    case 0x460: /* PMR */
        *value = g->pmr;
        return true;
    case 0xc80: /* IAR0: nothing of group 0 is signalled */
    case 0xc82:
        *value = GIC_SPURIOUS;
        return true;
    case 0xc83:
        *value = v->icc_bpr[0];
        return true;
    case 0xc84: /* AP0R0 */
        *value = 0;
        return true;
    case 0xc90: /* AP1R0 */
        *value = active_priorities(g);
        return true;
    case 0xcb3: /* RPR */
        *value = running_priority(g);
        return true;
    case 0xcc0:
        *value = acknowledge(v, g);
        return true;
    case 0xcc2:
        *value = highest_pending(g);
        return true;
    case 0xcc3:
        *value = v->icc_ctlr & ICC_CTLR_CBPR ? v->icc_bpr[0] + 1 : v->icc_bpr[1];
        return true;
    case 0xcc4: /* CTLR: five bits of priority, 16 of INTID */
        *value = v->icc_ctlr | (PRIORITY_BITS - 1) << 8;
        return true;
    case 0xcc5: /* SRE: the system registers are all there is */
        *value = 7;
        return true;
    case 0xcc6:
    case 0xcc7:
        *value = v->icc_enable[reg & 1];
        return true;
    default:
        return false;
    }
}

static uint32_t at_least(uint32_t value, uint32_t least)
{
    return value < least ? least : value;
}

static bool icc_write(struct gicv3 *v, struct gicv2 *g, unsigned reg, uint64_t value)
{
    switch (reg) {
    case 0x460:
        g->pmr = value & (0xffu << (8 - PRIORITY_BITS)) & 0xff;
        return true;
    case 0xc83:
        v->icc_bpr[0] = at_least(value & 7, 8 - PRIORITY_BITS - 1);
        return true;
    case 0xcc3:
        v->icc_bpr[1] = at_least(value & 7, 8 - PRIORITY_BITS);
        return true;
    case 0xc84:
        return value == 0;
    case 0xc90:
        if (value == 0)
            g->depth = 0;
        return value == 0 || value == active_priorities(g);
    case 0xc81: /* EOIR0, EOIR1 */
    case 0xcc1:
        end_of_interrupt(v, g, value & 0xffffff);
        return true;
    case 0xcb1: /* DIR */
        if ((value & 0xffffff) < GIC_INTIDS)
            set_active(g, value & 0xffffff, false);
        return true;
    case 0xcb5: /* SGI1R; ASGI1R and SGI0R make group 0 or the other state's */
        send_sgi(g, value);
        return true;
    case 0xcc4:
        v->icc_ctlr = value & (ICC_CTLR_CBPR | ICC_CTLR_EOIMODE);
        return true;
    case 0xcc5:
        return true;
    case 0xcc6:
    case 0xcc7:
        v->icc_enable[reg & 1] = value & 1;
        return true;
    default:
        return false;
    }
}

bool gicv3_icc(struct gicv3 *v, struct gicv2 *g, unsigned crn, unsigned crm, unsigned op2,
               bool is_write, uint64_t *value)
{
    unsigned reg = crn << 8 | crm << 4 | op2;

    return is_write ? icc_write(v, g, reg, *value) : icc_read(v, g, reg, value);
}
