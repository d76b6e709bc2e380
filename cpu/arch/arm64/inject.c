/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traps and interrupts that a test makes; see cpu_inject(). An injected trap is entered as
 * trap.c enters one of the engine's. An interrupt becomes pending as by GICD_ISPENDR.
 */
#include <errno.h>

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/arm64.h"

#define GICD_ISPENDR 0x200u
#define EC_SVC64     0x15u
#define ESR_FETCH_FAULT 0x82000007u

/* Of what changes the level the syndrome names both sides: it must fit where the CPU is. */
static bool abort_fits(struct arm64 *a, unsigned ec)
{
    bool user = arm64_in_user(a);

    if (ec == EC_INSN_LOWER || ec == EC_DATA_LOWER)
        return user;
    return (ec != EC_INSN_SAME && ec != EC_DATA_SAME) || !user;
}

int arm64_inject(struct arm64 *a, const struct cpu_injection *what)
{
    unsigned ec = ESR_EC(what->syndrome);
    bool with_far = ec == EC_INSN_LOWER || ec == EC_INSN_SAME || ec == EC_DATA_LOWER ||
                    ec == EC_DATA_SAME || ec == EC_PC_ALIGN;

    if (what->kind == CPU_TRAP_IRQ) {
        arm64_trap_irq(a);
        return 0;
    }
    if (what->kind != CPU_TRAP_SYNC || !abort_fits(a, ec))
        return -EINVAL;
    arm64_trap_sync(a, (uint32_t)what->syndrome, with_far, what->addr,
                    ec == EC_SVC64 ? CPU_TRAP_SYSCALL : CPU_TRAP_SYNC);
    return 0;
}

int arm64_interrupt(struct arm64 *a, unsigned number)
{
    bool known;

    if (number >= GIC_INTIDS)
        return -EINVAL;
    if (number < 16) {
        a->board.gic.latched[0] |= 1u << number; /* ISPENDR ignores SGIs (IHI 0048B, 4.3.7) */
        return 0;
    }
    gic_dist_write(&a->board.gic, GICD_ISPENDR + number / 32 * 4, 4, 1u << number % 32, &known);
    return 0;
}

/* The timer whose interrupt the guest has enabled, be it armed or not. */
int arm64_timer_interrupt(struct arm64 *a)
{
    static const uint8_t intid[] = {[TIMER_VIRTUAL] = 27, [TIMER_PHYSICAL] = 30};
    const struct gicv2 *gic = &a->board.gic;

    for (unsigned which = 0; which < sizeof(intid); which++)
        if (gic->enabled[0] & 1u << intid[which])
            return intid[which];
    return -ENODEV;
}

/* From EL0 with a translation fault at level 3 (DDI 0487, ESR_EL1). */
int arm64_fetch_fault(struct arm64 *a)
{
    struct cpu_injection what = {.kind = CPU_TRAP_SYNC, .syndrome = ESR_FETCH_FAULT,
                                 .addr = arm64_pc_get(a)};

    return arm64_inject(a, &what); /* which refuses it in EL1 */
}
