/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EL2 for kernels that are entered there and drop down: a hypervisor's level without what a
 * hypervisor needs (DDI 0487, D1.6 and D17.2).
 *
 * The engine's own EL2 is ours (engine.c). Software at EL2 runs at the engine's EL1 with the MMU
 * off; `active` says that it does. What then differs from EL1 is done here:
 *
 *   - EL2's registers are undefined to the engine, which reports each access with its exact PC.
 *   - ERET would return by EL1's registers: while EL2 is active every block is looked at, and
 *     one that ends in ERET is cut before it (count.c).
 *   - SCTLR_EL1 and SP_EL1 belong to a level that does not run: they stand in struct arm64_el2
 *     and go to the engine when it does. CurrentEL says 2.
 *   - Exceptions at EL2, HVC, and interrupts that HCR_EL2.IMO routes go to VBAR_EL2.
 *
 * Not there: EL2's MMU, stage 2, EL0 below EL2, which end the run; the traps of HCR_EL2 and others,
 * timers of EL2: a bit that asks for one is kept and reported as unimplemented.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/insn.h"
#include "cpu/dev/psci.h"

#define INSN_ERET     0xd69f03e0u
#define SYS_SP_EL1    SYSREG(3, 4, 4, 1, 0)
#define SYS_MIDR      SYSREG(3, 0, 0, 0, 0)
#define SYS_MPIDR     SYSREG(3, 0, 0, 0, 5)

#define EL2_CURRENTEL 8u
#define HCR_VM        (1ull << 0)
#define HCR_TGE       (1ull << 27)
#define HCR_SWIO      (1ull << 1)
#define HCR_FMO       (1ull << 3)
#define HCR_IMO       (1ull << 4)
#define HCR_AMO       (1ull << 5)
#define HCR_HCD       (1ull << 29)
#define HCR_RW        (1ull << 31)
#define HCR_RES0      (1ull << 40 | 1ull << 41 | 1ull << 56) /* of later versions: APK, API, ATA */
#define SCTLR_M_EE    (1ull << 0 | 1ull << 25)
#define CPTR_TRAPS    (1ull << 10 | 1ull << 20 | 1ull << 31)
#define ALL           ~0ull

enum { EL2_HCR, EL2_SCTLR, EL2_ELR, EL2_SPSR, EL2_ESR, EL2_FAR, EL2_VBAR, EL2_VPIDR, EL2_VMPIDR };

/* What may be written without a word; the rest is reported. */
static const struct {
    uint32_t id;
    const char *name;
    uint64_t silent;
} regs[] = {
    [EL2_HCR] = {SYSREG(3, 4, 1, 1, 0), "HCR_EL2",
                 HCR_RW | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_HCD | HCR_RES0},
    [EL2_SCTLR] = {SYSREG(3, 4, 1, 0, 0), "SCTLR_EL2", ALL & ~SCTLR_M_EE},
    [EL2_ELR] = {SYSREG(3, 4, 4, 0, 1), "ELR_EL2", ALL},
    [EL2_SPSR] = {SYSREG(3, 4, 4, 0, 0), "SPSR_EL2", ALL},
    [EL2_ESR] = {SYSREG(3, 4, 5, 2, 0), "ESR_EL2", ALL},
    [EL2_FAR] = {SYSREG(3, 4, 6, 0, 0), "FAR_EL2", ALL},
    [EL2_VBAR] = {SYSREG(3, 4, 12, 0, 0), "VBAR_EL2", ALL},
    [EL2_VPIDR] = {SYSREG(3, 4, 0, 0, 0), "VPIDR_EL2", 0},
    [EL2_VMPIDR] = {SYSREG(3, 4, 0, 0, 5), "VMPIDR_EL2", 0},
    {SYSREG(3, 4, 1, 0, 1), "ACTLR_EL2", ALL},
    {SYSREG(3, 4, 1, 1, 1), "MDCR_EL2", 0x1f},
    {SYSREG(3, 4, 1, 1, 2), "CPTR_EL2", ALL & ~CPTR_TRAPS},
    {SYSREG(3, 4, 1, 1, 3), "HSTR_EL2", 0},
    {SYSREG(3, 4, 1, 1, 7), "HACR_EL2", ALL},
    {SYSREG(3, 4, 2, 0, 0), "TTBR0_EL2", ALL},
    {SYSREG(3, 4, 2, 0, 2), "TCR_EL2", ALL},
    {SYSREG(3, 4, 2, 1, 0), "VTTBR_EL2", ALL},
    {SYSREG(3, 4, 2, 1, 2), "VTCR_EL2", ALL},
    {SYSREG(3, 4, 5, 1, 0), "AFSR0_EL2", ALL},
    {SYSREG(3, 4, 5, 1, 1), "AFSR1_EL2", ALL},
    {SYSREG(3, 4, 6, 0, 4), "HPFAR_EL2", ALL},
    {SYSREG(3, 4, 10, 2, 0), "MAIR_EL2", ALL},
    {SYSREG(3, 4, 10, 3, 0), "AMAIR_EL2", ALL},
    {SYSREG(3, 4, 13, 0, 2), "TPIDR_EL2", ALL},
    {SYSREG(3, 4, 14, 0, 3), "CNTVOFF_EL2", 0},
    {SYSREG(3, 4, 14, 1, 0), "CNTHCTL_EL2", ALL},
    {SYSREG(3, 4, 14, 2, 0), "CNTHP_TVAL_EL2", 0},
    {SYSREG(3, 4, 14, 2, 1), "CNTHP_CTL_EL2", 0},
    {SYSREG(3, 4, 14, 2, 2), "CNTHP_CVAL_EL2", 0},
};
_Static_assert(ARRAY_LEN(regs) == ARM64_EL2_REGS, "struct arm64_el2 holds them all");

void arm64_el2_reset(struct arm64 *a, bool present)
{
    struct arm64_el2 *e = &a->el2;

    memset(e, 0, sizeof(*e));
    if (!present)
        return;
    e->present = e->active = 1;
    e->sctlr_el1 = arm64_sysreg(a, SYS_SCTLR);
    e->reg[EL2_SCTLR] = 0x30c50830; /* the bits that are always one */
    e->reg[EL2_VPIDR] = arm64_sysreg(a, SYS_MIDR);
    e->reg[EL2_VMPIDR] = arm64_sysreg(a, SYS_MPIDR);
}

/* ---- changing levels ---- */

/* Put away the stack pointers of the level that runs, and its SCTLR. */
static void leave_level(struct arm64 *a)
{
    struct arm64_el2 *e = &a->el2;
    uint64_t pstate = arm64_pstate(a), own;

    if ((pstate & PSTATE_EL) && (pstate & PSTATE_SP)) {
        own = arm64_sp_live(a);
    } else {
        own = arm64_sp_bank(a, 1);
        arm64_sp_bank_set(a, 0, arm64_sp_live(a));
    }
    if (e->active) {
        e->sp_el2 = own;
    } else {
        e->sp_el1 = own;
        e->sctlr_el1 = arm64_sysreg(a, SYS_SCTLR);
    }
}

/* Run at EL2 or below with this PSTATE (as the engine sees it) and PC. */
static void enter_level(struct arm64 *a, bool el2, uint64_t pstate, vaddr_t pc)
{
    struct arm64_el2 *e = &a->el2;
    uint64_t own = el2 ? e->sp_el2 : e->sp_el1;
    bool uses_own = (pstate & PSTATE_EL) && (pstate & PSTATE_SP);

    e->active = el2;
    arm64_pstate_set(a, pstate);
    arm64_sp_bank_set(a, 1, own);
    arm64_sp_live_set(a, uses_own ? own : arm64_sp_bank(a, 0));
    arm64_sysreg_set(a, SYS_SCTLR, el2 ? e->sctlr_el1 & ~1ull : e->sctlr_el1);
    arm64_engine_flush_tlb(a);
    arm64_pc_set(a, pc);
    arm64_count_looks(a);
}

bool arm64_el2_routes(const struct arm64 *a, bool is_irq)
{
    return a->el2.active || (is_irq && a->el2.present && (a->el2.reg[EL2_HCR] & HCR_IMO));
}

bool arm64_irq_open(const struct arm64 *a, uint64_t pstate)
{
    bool to_el2 = a->el2.present && (a->el2.reg[EL2_HCR] & HCR_IMO);

    if (a->el2.active)
        return to_el2 && !(pstate & PSTATE_I); /* EL1's are not taken at EL2 (D1.3.6) */
    return to_el2 || !(pstate & PSTATE_I);
}

uint32_t arm64_el2_enter(struct arm64 *a, uint32_t offset, const uint32_t *esr, const vaddr_t *far)
{
    struct arm64_el2 *e = &a->el2;
    uint64_t pstate = arm64_pstate(a);
    uint32_t vector = offset + (!e->active ? 0x400u : pstate & PSTATE_SP ? 0x200u : 0);

    leave_level(a);
    e->reg[EL2_ELR] = arm64_pc_get(a);
    e->reg[EL2_SPSR] = e->active ? (pstate & ~PSTATE_EL) | 8 : pstate;
    if (esr)
        e->reg[EL2_ESR] = *esr;
    if (far)
        e->reg[EL2_FAR] = *far;
    enter_level(a, true, (pstate & PSTATE_NZCV) | PSTATE_DAIF | PSTATE_EL1H,
                e->reg[EL2_VBAR] + vector);
    return vector;
}

uint64_t arm64_el2_vbar(const struct arm64 *a)
{
    return a->el2.reg[EL2_VBAR];
}

void arm64_el2_eret(struct arm64 *a)
{
    struct arm64_el2 *e = &a->el2;
    uint64_t spsr = e->reg[EL2_SPSR];
    unsigned mode = spsr & 0x1f;
    bool stays = mode == 8 || mode == 9;

    blocks_tell(&a->blocks, a->count.n, arm64_pc_get(a), 4);
    a->count.n++;
    if (!stays && mode != 0 && mode != 4 && mode != 5) {
        arm64_unimplemented(a, true, "ERET to mode 0x%llx", mode);
        arm64_stop(a, CPU_STOP_SHUTDOWN, 0);
        return;
    }
    if (!stays && !(e->reg[EL2_HCR] & HCR_RW)) {
        arm64_unimplemented(a, true, "AArch32 at EL1 (HCR_EL2.RW)", 0);
        arm64_stop(a, CPU_STOP_SHUTDOWN, 0);
        return;
    }
    leave_level(a);
    if (stays)
        spsr = (spsr & ~PSTATE_EL) | 4;
    enter_level(a, stays, spsr & 0xffffffff, e->reg[EL2_ELR]);
}

bool arm64_el2_is_eret(struct arm64 *a, vaddr_t pc)
{
    uint32_t word;

    return !arm64_fetch(a, pc, &word) && word == INSN_ERET;
}

/* ---- instructions ---- */

static void done(struct arm64 *a)
{
    vaddr_t pc = arm64_pc_get(a);

    blocks_tell(&a->blocks, a->count.n, pc, 4);
    arm64_pc_set(a, pc + 4);
    a->count.n++;
}

/* What cannot be left out: going on without it would be another machine. */
static void refuse(struct arm64 *a, uint32_t id, uint64_t loud)
{
    const char *what = NULL;

    if (id == regs[EL2_SCTLR].id && (loud & 1))
        what = "EL2's MMU (SCTLR_EL2.M; Linux: boot with kvm-arm.mode=none)";
    else if (id == regs[EL2_HCR].id && (loud & (HCR_VM | HCR_TGE)))
        what = loud & HCR_VM ? "stage 2 (HCR_EL2.VM)" : "EL0 below EL2 (HCR_EL2.TGE)";
    if (!what || a->stopped)
        return;
    snprintf(a->error, sizeof(a->error), "the guest wants %s at 0x%llx, which is not there", what,
             (unsigned long long)arm64_pc_get(a));
    arm64_stop(a, CPU_STOP_STRICT, 0);
}

static bool access_register(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value)
{
    struct arm64_el2 *e = &a->el2;
    uint64_t *at = NULL, loud;
    char what[40];
    size_t i;

    if (id == SYS_SP_EL1)
        at = &e->sp_el1;
    for (i = 0; !at && i < ARRAY_LEN(regs); i++)
        if (regs[i].id == id)
            at = &e->reg[i--];
    if (!at)
        return false;
    if (!is_write) {
        *value = *at;
        return true;
    }
    loud = id == SYS_SP_EL1 ? 0 : (*value ^ *at) & *value & ~regs[i].silent;
    if (id == regs[EL2_VPIDR].id || id == regs[EL2_VMPIDR].id)
        loud = *value ^ *at;
    *at = *value;
    if (loud) {
        snprintf(what, sizeof(what), "%s bits 0x%%llx", regs[i].name);
        arm64_unimplemented(a, true, what, loud);
        refuse(a, id, loud);
    }
    return true;
}

/* TLBI of EL2 and of all of EL1: SYS with op1 4, CRn 8. */
static bool is_tlbi(uint32_t word)
{
    return (word & 0xfffff000) == 0xd50c8000;
}

static void smc(struct arm64 *a)
{
    done(a);
    arm64_psci(a);
}

bool arm64_el2_undefined(struct arm64 *a)
{
    uint64_t value;
    uint32_t word, id;
    bool is_write;

    if (!a->el2.present || arm64_fetch(a, arm64_pc_get(a), &word))
        return false;
    if ((word & 0xffe0001f) == 0xd4000003 && (arm64_pstate(a) & PSTATE_EL)) {
        smc(a);
        return true;
    }
    if (!a->el2.active)
        return false;
    if (is_tlbi(word)) {
        arm64_engine_flush_tlb(a);
        done(a);
        return true;
    }
    if (!insn_sysreg(word, &id, &is_write))
        return false;
    value = is_write ? arm64_x(a, word & 31) : 0;
    if (!access_register(a, id, is_write, &value))
        return false;
    if (!is_write)
        arm64_set_x(a, word & 31, value);
    done(a);
    return true;
}

int arm64_el2_outside(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value)
{
    uint64_t silent = ALL, *at = NULL;

    for (size_t i = 0; !at && i < ARRAY_LEN(regs) && a->el2.present; i++) {
        if (regs[i].id == id) {
            at = &a->el2.reg[i];
            silent = regs[i].silent;
        }
    }
    if (!at)
        return -ENOENT;
    if (!is_write)
        *value = *at;
    else if ((*value ^ *at) & *value & ~silent)
        return -EINVAL;
    else
        *at = *value;
    return 0;
}

bool arm64_el2_sysreg(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value)
{
    if (!a->el2.active)
        return false;
    if (id == SYS_CURRENTEL && !is_write) {
        *value = EL2_CURRENTEL;
        return true;
    }
    if (id != SYS_SCTLR)
        return false;
    if (is_write)
        a->el2.sctlr_el1 = *value;
    else
        *value = a->el2.sctlr_el1;
    return true;
}
