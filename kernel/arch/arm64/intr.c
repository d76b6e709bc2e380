// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * intr.c - masking, idling, and the GICv2 (Arm IHI 0048B).
 *
 * Both sources are level-sensitive: the handler quiets its device, and the write of
 * EOIR must not overtake that, or the number comes again at once. One number is handled in
 * each entry; another that is pending enters again at the ERET.
 */
#include "kernel/arch/arm64/intr.h"
#include "kernel/arch/arm64/cpu.h"
#include "kernel/arch/arm64/layout.h"
#include "kernel/arch/arm64/mmio.h"
#include "kernel/include/doorbell.h"
#include "kernel/include/printk.h"

#define GICD_CTLR (BOARD_GICD_PA + 0x000)
#define GICD_ISENABLER (BOARD_GICD_PA + 0x100)
#define GICD_IPRIORITYR (BOARD_GICD_PA + 0x400)
#define GICD_ITARGETSR (BOARD_GICD_PA + 0x800)
#define GICC_CTLR (BOARD_GICC_PA + 0x000)
#define GICC_PMR (BOARD_GICC_PA + 0x004)
#define GICC_IAR (BOARD_GICC_PA + 0x00c)
#define GICC_EOIR (BOARD_GICC_PA + 0x010)

#define GIC_INTID_MASK 0x3ffu
#define GIC_INTID_SPURIOUS 1020u /* 1020 to 1023: nothing to handle */
#define GIC_PRIORITY 0xa0u
#define GIC_PRIORITY_ALL 0xf0u

#define DOORBELL_INTID 192u /* shared numbers on which the board has no device */
const uint32_t trapline_doorbell = DOORBELL_INTID;

unsigned long arch_irq_save(void)
{
    unsigned long state = cpu_read(daif);

    cpu_irq_disable();
    return state;
}

void arch_irq_restore(unsigned long state)
{
    cpu_write(daif, state);
}

void arch_irq_enable(void)
{
    cpu_irq_enable();
}

void arch_irq_disable(void)
{
    cpu_irq_disable();
}

/* A masked interrupt that is pending ends WFI as well (DDI 0487, "Wait For Interrupt"). */
void arch_idle(void)
{
    cpu_dsb();
    asm volatile("wfi" : : : "memory");
}

static void enable(unsigned intid)
{
    unsigned byte_shift = intid % 4 * 8;
    paddr_t priority = GICD_IPRIORITYR + (intid & ~3u), target = GICD_ITARGETSR + (intid & ~3u);

    mmio_write32(priority, (mmio_read32(priority) & ~(0xffu << byte_shift)) |
                               GIC_PRIORITY << byte_shift);
    if (intid >= 32)
        mmio_write32(target, mmio_read32(target) | 1u << byte_shift);
    mmio_write32(GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

static bool is_doorbell(unsigned intid)
{
    return intid >= DOORBELL_INTID && intid < DOORBELL_INTID + DOORBELL_SIGNALS;
}

static void enable_doorbell(void)
{
    for (unsigned intid = DOORBELL_INTID; is_doorbell(intid); intid += 32)
        mmio_write32(GICD_ISENABLER + intid / 8,
                     is_doorbell(intid + 31) ? ~0u : (1u << DOORBELL_SIGNALS % 32) - 1);
    for (unsigned intid = DOORBELL_INTID; is_doorbell(intid); intid += 4) {
        mmio_write32(GICD_IPRIORITYR + intid, GIC_PRIORITY * 0x01010101u);
        mmio_write32(GICD_ITARGETSR + intid, 0x01010101u);
    }
}

void intr_init(void)
{
    enable_doorbell();
    enable(BOARD_TIMER_VIRTUAL_INTID);
    enable(BOARD_PL011_INTID);
    mmio_write32(GICC_PMR, GIC_PRIORITY_ALL);
    mmio_write32(GICC_CTLR, 1);
    mmio_write32(GICD_CTLR, 1);
}

void intr_dispatch(void)
{
    uint32_t iar = mmio_read32(GICC_IAR);
    uint32_t intid = iar & GIC_INTID_MASK;

    if (intid >= GIC_INTID_SPURIOUS)
        return;
    if (intid == BOARD_TIMER_VIRTUAL_INTID)
        timer_interrupt();
    else if (intid == BOARD_PL011_INTID)
        console_interrupt();
    else if (is_doorbell(intid))
        doorbell_ring(intid - DOORBELL_INTID);
    else
        printk("interrupt %u has no handler", intid);
    cpu_dsb(); /* the device is quiet before the interrupt ends */
    mmio_write32(GICC_EOIR, iar);
}
