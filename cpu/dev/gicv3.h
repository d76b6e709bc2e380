/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/gicv3.h - GICv3 (Arm IHI 0069) of a one-CPU machine without LPIs: distributor,
 * redistributor, CPU interface by system registers.
 *
 * Purpose
 *   The life of an interrupt is that of GICv2, in a struct gicv2, whose lines are set by
 *   gic_set_line(); here stands what differs. One security state (GICD_CTLR.DS is 1), affinity
 *   routing always on. Group 1 interrupts signal IRQ; those of group 0 would be FIQ and
 *   stay pending.
 *
 * Rules of use
 *   - A plain value: no pointer, no padding; it goes with its struct gicv2.
 *   - gicv3_pending() is what the CPU's IRQ input shows.
 */
#ifndef TRAPLINE_CPU_DEV_GICV3_H
#define TRAPLINE_CPU_DEV_GICV3_H

#include "cpu/dev/gicv2.h"

struct gicv3 {
    uint32_t sgis;      /* enabled ones: here they can be off */
    uint32_t waker;
    uint32_t icc_ctlr;
    uint32_t icc_bpr[2];
    uint32_t icc_enable[2]; /* ICC_IGRPEN0_EL1, ICC_IGRPEN1_EL1 */
    uint32_t reserved;
};

void gicv3_reset(struct gicv3 *v, struct gicv2 *g);
bool gicv3_pending(const struct gicv3 *v, const struct gicv2 *g);
/* `offset` into the 64 KiB of the distributor, or the 128 KiB of the redistributor. Size 1 to 8. */
uint64_t gicv3_dist_read(const struct gicv3 *v, const struct gicv2 *g, uint32_t offset,
                         unsigned size, bool *known);
void gicv3_dist_write(struct gicv3 *v, struct gicv2 *g, uint32_t offset, unsigned size,
                      uint64_t value, bool *known);
uint64_t gicv3_redist_read(const struct gicv3 *v, const struct gicv2 *g, uint32_t offset,
                           unsigned size, bool *known);
void gicv3_redist_write(struct gicv3 *v, struct gicv2 *g, uint32_t offset, unsigned size,
                        uint64_t value, bool *known);
/* ICC_*_EL1 by CRn, CRm and op2 (op0 is 3, op1 is 0); false: there is no such register. */
bool gicv3_icc(struct gicv3 *v, struct gicv2 *g, unsigned crn, unsigned crm, unsigned op2,
               bool is_write, uint64_t *value);

#endif
