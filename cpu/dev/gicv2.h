/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/gicv2.h - GICv2 distributor and CPU interface (Arm IHI 0048B) of a one-CPU machine.
 *
 * Purpose
 *   INTID 0-15 software generated, 16-31 private (timers), 32-287 shared.
 *   Priorities with preemption by running priority, level and edge lines,
 *   active state, EOI with and without a separate deactivation. Groups are
 *   stored but all interrupts signal IRQ, as where there is no security
 *   extension.
 *
 * Rules of use
 *   - A plain value: no pointer, no padding; saved and loaded as bytes.
 *   - gic_set_line() gives a device's level; gic_pending() is what the CPU's
 *     IRQ input shows after each call.
 */
#ifndef TRAPLINE_CPU_DEV_GICV2_H
#define TRAPLINE_CPU_DEV_GICV2_H

#include "cpu/types.h"

#define GIC_INTIDS   288
#define GIC_WORDS    (GIC_INTIDS / 32)
#define GIC_SPURIOUS 1023u

struct gicv2 {
    uint32_t enabled[GIC_WORDS];
    uint32_t latched[GIC_WORDS]; /* pending by an edge, by software or by ISPENDR */
    uint32_t line[GIC_WORDS];    /* level of the input */
    uint32_t active[GIC_WORDS];
    uint32_t group[GIC_WORDS];
    uint32_t edge[GIC_WORDS];    /* edge-triggered (ICFGR bit 1) */
    uint8_t priority[GIC_INTIDS];
    uint8_t target[GIC_INTIDS];
    uint32_t dist_ctlr;
    uint32_t cpu_ctlr, pmr, bpr, abpr;
    uint32_t depth;              /* acknowledged and not yet dropped, innermost last */
    uint8_t running[GIC_INTIDS]; /* their priorities */
};

void gic_reset(struct gicv2 *g);
void gic_set_line(struct gicv2 *g, unsigned intid, bool level);
bool gic_pending(const struct gicv2 *g);
/*
 * `offset` into the 64 KiB of each frame; *known is false where nothing is. Size 1, 2 or 4 bytes.
 */
uint32_t gic_dist_read(const struct gicv2 *g, uint32_t offset, unsigned size, bool *known);
void gic_dist_write(struct gicv2 *g, uint32_t offset, unsigned size, uint32_t value, bool *known);
uint32_t gic_cpu_read(struct gicv2 *g, uint32_t offset, bool *known);
void gic_cpu_write(struct gicv2 *g, uint32_t offset, uint32_t value, bool *known);

#endif
