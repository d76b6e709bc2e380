/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System registers that the engine would answer from the host's clock, or whose
 * writes concern the run loop. All others are the engine's own.
 *
 * Access from EL0 that the architecture traps is left to the engine, which
 * raises the trap with its syndrome.
 */
#include <errno.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/insn.h"
#include "cpu/arch/arm64/regs.h"

#define CNTKCTL_EL0PCTEN 0x1u
#define CNTKCTL_EL0VCTEN 0x2u
#define CNTKCTL_EL0VTEN  0x100u
#define CNTKCTL_EL0PTEN  0x200u
#define CPACR_FPEN(v)    ((v) >> 20 & 3)

bool arm64_fp_forbidden(struct arm64 *a, bool user)
{
    unsigned fpen = CPACR_FPEN(arm64_sysreg(a, SYS_CPACR));

    return !a->el2.active && (fpen == 0 || fpen == 2 || (fpen == 1 && user));
}

static bool is_timer(uint32_t id)
{
    switch (id) {
    case SYS_CNTFRQ:
    case SYS_CNTPCT:
    case SYS_CNTVCT:
    case SYS_CNTP_TVAL:
    case SYS_CNTP_CTL:
    case SYS_CNTP_CVAL:
    case SYS_CNTV_TVAL:
    case SYS_CNTV_CTL:
    case SYS_CNTV_CVAL:
        return true;
    default:
        return false;
    }
}

/* DDI 0487, D11.2.4: what CNTKCTL_EL1 lets EL0 do. */
static bool timer_allowed(struct arm64 *a, uint32_t id, bool is_write)
{
    uint64_t allow;

    if (arm64_pstate(a) & PSTATE_EL)
        return true;
    allow = arm64_sysreg(a, SYS_CNTKCTL);
    switch (id) {
    case SYS_CNTFRQ:
        return !is_write && (allow & (CNTKCTL_EL0PCTEN | CNTKCTL_EL0VCTEN));
    case SYS_CNTPCT:
        return allow & CNTKCTL_EL0PCTEN;
    case SYS_CNTVCT:
        return allow & CNTKCTL_EL0VCTEN;
    case SYS_CNTV_TVAL:
    case SYS_CNTV_CTL:
    case SYS_CNTV_CVAL:
        return allow & CNTKCTL_EL0VTEN;
    default:
        return allow & CNTKCTL_EL0PTEN;
    }
}

static bool timer_access(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value)
{
    cycles_t now = arm64_count_at(a, arm64_pc_get(a)) + a->skipped;

    if (!timer_allowed(a, id, is_write))
        return false;
    if (!is_write) {
        *value = arm64_timer_read(a, id, now);
        return true;
    }
    if (id == SYS_CNTFRQ)
        return true; /* fixed; only a higher level may write it in any case */
    if (id == SYS_CNTPCT || id == SYS_CNTVCT)
        return false;
    arm64_timer_write(a, id, now, *value);
    arm64_board_changed(a);
    return true;
}

/*
 * Performance monitors: not there (ID_AA64DFR0_EL1.PMUVer is 0), the engine's would count host
 * time.
 */
static bool is_pmu(uint32_t id)
{
    unsigned crn = id >> 7 & 15, crm = id >> 3 & 15, op1 = id >> 11 & 7;

    return (crn == 9 && crm >= 12 && crm <= 14 && (op1 == 3 || op1 == 0)) ||
           (crn == 14 && crm >= 8 && op1 == 3);
}

/* DBGBVR, DBGBCR, DBGWVR, DBGWCR: not there; they would be state that is not saved. */
static bool is_breakpoint(uint32_t id)
{
    return (id & ~0x7full) == SYSREG(2, 0, 0, 0, 0) && (id & 7) >= 4;
}

/* Features that the engine has and this machine does not: EL3, AArch32, the PMU, mostly EL2. */
static bool is_identity(uint32_t id)
{
    return id == SYS_PFR0 || id == SYS_DFR0;
}

static uint64_t identity(struct arm64 *a, uint32_t id)
{
    return id == SYS_PFR0 ? (arm64_sysreg(a, SYS_PFR0) & ~0xffffull) | 0x11 |
                                (a->el2.present ? 0x100 : 0) |
                                (a->config.gic == 3 ? 1u << 24 : 0)
                          : arm64_sysreg(a, SYS_DFR0) & ~0xf00ull;
}

bool arm64_sysreg_access(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value)
{
    if (is_timer(id))
        return timer_access(a, id, is_write, value);
    if (arm64_el2_sysreg(a, id, is_write, value))
        return true;
    if (!is_write && is_identity(id) && (arm64_pstate(a) & PSTATE_EL)) {
        *value = identity(a, id);
        return true;
    }
    if (is_breakpoint(id) && (arm64_pstate(a) & PSTATE_EL)) {
        if (is_write && *value) /* kernels clear them all at start */
            arm64_unimplemented(a, true, "debug register 0x%llx", id);
        *value = 0;
        return true;
    }
    if (is_pmu(id) && (arm64_pstate(a) & PSTATE_EL)) {
        arm64_unimplemented(a, is_write, "PMU register 0x%llx", id);
        *value = 0;
        return true;
    }
    if (id == SYS_TTBR0 && is_write && a->adversary)
        arm64_adversary_root(a, *value);
    if (is_write && (id == SYS_CPACR || (id == SYS_SPSR && arm64_return_is_illegal(*value))))
        arm64_count_hold(a); /* MSR ends the block: look at FPEN and ERET before the next one */
    return false;
}

/*
 * ---- from outside: no trap, no level, no instruction at which it happens ----
 *
 * The engine knows a register by its encoding, too, but ends the process where one has no value of
 * its own: only what is known to have one is asked for.
 */

/*
 * What tells about the CPU: op0 3, CRn 0. Those that are not used read as zero (DDI 0487, D17.1.3).
 */
static bool tells(uint32_t id)
{
    unsigned crm = id >> 3 & 15, op1 = id >> 11 & 7, op2 = id & 7;

    if (id >> 14 != 3 || (id >> 7 & 15) != 0)
        return false;
    switch (op1) {
    case 0: /* MIDR, MPIDR, REVIDR; ID_* */
        return crm == 0 ? op2 == 0 || op2 == 5 || op2 == 6 : crm < 8;
    case 1: /* CCSIDR, CLIDR, AIDR */
        return crm == 0 && (op2 < 2 || op2 == 7);
    case 3: /* CTR, DCZID */
        return crm == 0 && (op2 == 1 || op2 == 7);
    default:
        return false;
    }
}

int arm64_system_read(struct arm64 *a, uint32_t id, uint64_t *value)
{
    int reg = arm64_reg_of_system(id);

    if (arm64_el2_sysreg(a, id, false, value) || arm64_el2_outside(a, id, false, value) == 0)
        return 0;
    if (is_timer(id))
        *value = arm64_timer_read(a, id, arm64_cycles(a));
    else if (id == SYS_CURRENTEL)
        *value = arm64_pstate(a) & PSTATE_EL;
    else if (reg >= 0)
        return arm64_reg_read(a, reg, value);
    else if (tells(id))
        *value = is_identity(id) ? identity(a, id) : arm64_sysreg(a, id);
    else
        return -ENOENT;
    return 0;
}

int arm64_system_write(struct arm64 *a, uint32_t id, uint64_t value)
{
    int reg = arm64_reg_of_system(id), rc = arm64_el2_outside(a, id, true, &value);
    uint64_t old;

    if (rc != -ENOENT)
        return rc;
    rc = arm64_system_read(a, id, &old);
    if (rc != 0 || value == old)
        return rc;
    if (arm64_el2_sysreg(a, id, true, &value))
        return 0;
    if (reg >= 0)
        return arm64_reg_write(a, reg, &value);
    if (!is_timer(id) || id == SYS_CNTFRQ || id == SYS_CNTPCT || id == SYS_CNTVCT)
        return -EINVAL;
    arm64_timer_write(a, id, arm64_cycles(a), value);
    arm64_board_changed(a);
    return 0;
}

/* ICC_*_EL1: op0 3, op1 0, CRn 12 (and ICC_PMR_EL1, CRn 4). */
static bool is_icc(uint32_t id)
{
    unsigned crn = id >> 7 & 15, crm = id >> 3 & 15;

    return id >> 11 == SYSREG(3, 0, 0, 0, 0) >> 11 &&
           ((crn == 4 && crm == 6) || (crn == 12 && crm >= 8));
}

static bool icc_access(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value)
{
    return a->config.gic == 3 && is_icc(id) && (arm64_pstate(a) & PSTATE_EL) &&
           gicv3_icc(&a->board.gic3, &a->board.gic, id >> 7 & 15, id >> 3 & 15, id & 7, is_write,
                     value);
}

bool arm64_icc_undefined(struct arm64 *a)
{
    vaddr_t pc = arm64_pc_get(a);
    uint64_t value;
    uint32_t word, id;
    bool is_write;

    if (a->config.gic != 3 || arm64_fetch(a, pc, &word) || !insn_sysreg(word, &id, &is_write))
        return false;
    value = is_write ? arm64_x(a, word & 31) : 0;
    if (!icc_access(a, id, is_write, &value))
        return false;
    if (!is_write)
        arm64_set_x(a, word & 31, value);
    blocks_tell(&a->blocks, a->count.n, pc, 4);
    arm64_pc_set(a, pc + 4);
    a->count.n++;
    arm64_board_changed(a);
    return true;
}
