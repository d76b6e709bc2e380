/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exception entry to EL1 (DDI 0487, D1.3; AArch64.TakeException in J1.1).
 *
 * The engine reports an exception and leaves the PC at the preferred return
 * address. Entry banks the stack pointer, writes ELR, SPSR, ESR and FAR, masks
 * DAIF, and moves the PC to the vector. It is one tick of the instruction clock.
 * What goes to EL2 instead, where there is one, el2.c enters.
 */
#include <stdio.h>

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/insn.h"

/* The engine's exception numbers. */
enum engine_exception {
    EXC_UNDEFINED = 1,
    EXC_SVC = 2,
    EXC_PREFETCH_ABORT = 3,
    EXC_DATA_ABORT = 4,
    EXC_BREAKPOINT = 7,
    EXC_HVC = 11,
};

#define VECTOR_SYNC 0x000u
#define VECTOR_IRQ  0x080u
#define VECTOR_FAULTS_MAX 8 /* in a row: the vector itself cannot be fetched */

struct entry {
    enum cpu_trap_kind kind;
    uint32_t offset; /* VECTOR_* */
    uint32_t esr;
    bool with_esr, with_far;
    vaddr_t far;
};

static void report(struct arm64 *a, const struct entry *e, uint32_t vector, vaddr_t pc, bool user)
{
    const struct cpu_host *host = &a->config.host;
    struct cpu_trap trap = {
        .n = a->count.n,
        .cycles = arm64_cycles(a),
        .kind = e->kind,
        .from_user = user,
        .vector = vector,
        .pc = pc,
        .syndrome = e->with_esr ? e->esr : 0,
        .addr = e->with_far ? e->far : 0,
    };

    if (host->trap)
        host->trap(host->ctx, &trap);
}

static void enter_el2(struct arm64 *a, const struct entry *e)
{
    vaddr_t pc = arm64_pc_get(a);
    bool user = arm64_in_user(a);
    uint32_t vector = arm64_el2_enter(a, e->offset, e->with_esr ? &e->esr : NULL,
                                      e->with_far ? &e->far : NULL);

    a->count.n++;
    arm64_count_entered(a);
    report(a, e, ARM64_EL2_VECTORS + vector, pc, user);
}

static void enter(struct arm64 *a, const struct entry *e)
{
    struct arm64_entry_regs r;
    uint32_t vector;
    bool user;

    arm64_adversary_in_kernel(a);
    if (arm64_el2_routes(a, e->kind == CPU_TRAP_IRQ)) {
        enter_el2(a, e);
        return;
    }
    arm64_engine_entry_read(a, &r);
    user = !(r.pstate & PSTATE_EL);
    vector = e->offset + (user ? 0x400u : r.pstate & PSTATE_SP ? 0x200u : 0);
    if (user || !(r.pstate & PSTATE_SP)) {
        r.sp_el0 = r.sp;
        r.sp = r.sp_el1;
    }
    r.elr = r.pc;
    if (e->with_esr)
        r.esr = e->esr;
    if (e->with_far)
        r.far = e->far;
    r.spsr = r.pstate;
    r.pstate = (r.pstate & PSTATE_NZCV) | PSTATE_DAIF | PSTATE_EL1H;
    r.pc = r.vbar + vector;
    arm64_engine_entry_write(a, &r);
    arm64_tlb_walk_here(a, true);
    a->count.n++;
    arm64_count_entered(a);
    report(a, e, vector, r.elr, user);
}

void arm64_trap_sync(struct arm64 *a, uint32_t esr, bool with_far, vaddr_t far,
                     enum cpu_trap_kind kind)
{
    struct entry e = {kind, VECTOR_SYNC, esr, true, with_far, far};

    enter(a, &e);
}

void arm64_trap_irq(struct arm64 *a)
{
    struct entry e = {.kind = CPU_TRAP_IRQ, .offset = VECTOR_IRQ};

    enter(a, &e);
}

bool arm64_return_is_illegal(uint64_t spsr)
{
    unsigned mode = spsr & 0x1f;

    return (spsr & PSTATE_IL) || (mode != 0 && mode != 4 && mode != 5);
}

/*
 * D1.4.5 "Illegal return events": EL and stack stay as they are. The engine would return to
 * AArch32, which is not there, and not mind PSTATE.IL.
 */
void arm64_illegal_return(struct arm64 *a)
{
    uint64_t pstate = arm64_pstate(a), spsr = arm64_sysreg(a, SYS_SPSR),
             own = PSTATE_EL | PSTATE_SP;
    unsigned mode = spsr & 0x1f;
    uint64_t open[3] = {~0ull, 0, 0};

    blocks_tell(&a->blocks, a->count.n, arm64_pc_get(a), 4);
    a->count.n++;
    arm64_monitor(a, open, true);
    arm64_sp_bank_set(a, pstate & PSTATE_SP, arm64_sp_live(a));
    if (mode == 0 || mode == 4 || mode == 5)
        pstate = spsr & (PSTATE_NZCV | PSTATE_DAIF | PSTATE_SS | own);
    else
        pstate = (spsr & (PSTATE_NZCV | PSTATE_DAIF)) | (pstate & own);
    arm64_pstate_set(a, pstate | PSTATE_IL);
    arm64_sp_live_set(a, arm64_sp_bank(a, pstate & PSTATE_SP));
    arm64_pc_set(a, arm64_sysreg(a, SYS_ELR));
}

void arm64_trap_hvc(struct arm64 *a, uint32_t esr)
{
    struct entry e = {CPU_TRAP_SYNC, VECTOR_SYNC, esr, true, false, 0};

    a->count.n--; /* its entry is its one tick */
    enter_el2(a, &e);
}

/* An access to DAIF that EL0 may not make has no syndrome in the engine (D17.2.37, EC 0x18). */
static uint32_t undefined_esr(struct arm64 *a, uint32_t esr)
{
    uint32_t word, id;
    bool is_write;

    if (arm64_fetch(a, arm64_pc_get(a), &word))
        return esr;
    if (!esr && insn_is_daif(word))
        return EC_SYSREG << 26 | ESR_IL | (word >> 5 & 7) << 17 | 3u << 14 | 4u << 10 | 31u << 5 |
               (word >> 8 & 15) << 1;
    if ((arm64_pstate(a) & PSTATE_EL) && insn_sysreg(word, &id, &is_write)) {
        const char *level = (id >> 11 & 7) == 6 ? " (no EL3)"
                            : (id >> 11 & 7) == 4 && !a->el2.present ? " (needs --el2)" : "";
        char name[48];

        snprintf(name, sizeof(name), "S%u_%u_C%u_C%u_%u%s", id >> 14 & 3, id >> 11 & 7,
                 id >> 7 & 15, id >> 3 & 15, id & 7, level);
        arm64_unimplemented(a, is_write, name, 0);
    }
    return esr ? esr : ESR_IL;
}

static void fetch_abort(struct arm64 *a, const struct arm64_syndrome *s)
{
    bool at_vector = (arm64_pstate(a) & PSTATE_EL) &&
                     arm64_pc_get(a) == (a->el2.active ? arm64_el2_vbar(a)
                                                       : arm64_sysreg(a, SYS_VBAR)) + 0x200;

    if (s->target_el == 2 && !(arm64_pc_get(a) & 3) && arm64_stage2_noted(a, s, true))
        return;
    a->flow.vector_faults = at_vector ? a->flow.vector_faults + 1 : 0;
    if (a->flow.vector_faults > VECTOR_FAULTS_MAX) {
        arm64_stop(a, CPU_STOP_SHUTDOWN, 0);
        return;
    }
    if (arm64_pc_get(a) & 3) /* comes before an instruction abort (D1.3.5) */
        arm64_trap_sync(a, EC_PC_ALIGN << 26 | ESR_IL, true, arm64_pc_get(a), CPU_TRAP_SYNC);
    else if (s->target_el == 2)
        arm64_stage2_abort(a, s, true);
    else
        arm64_trap_sync(a, s->esr, true, s->far, CPU_TRAP_SYNC);
}

void arm64_event(struct arm64 *a, uint32_t code)
{
    struct arm64_syndrome s;

    arm64_engine_syndrome(a, &s);
    if (code == EXC_UNDEFINED && ESR_EC(s.esr) == EC_WFX && arm64_count_exit(a))
        return;
    arm64_count_sync(a, arm64_pc_get(a), code == EXC_PREFETCH_ABORT);
    if (code == EXC_PREFETCH_ABORT && arm64_count_reached(a)) {
        arm64_count_hold(a); /* no block hook came before it; it will be raised again */
        return;
    }
    switch (code) {
    case EXC_SVC:
        a->count.n--; /* its entry is its one tick */
        arm64_trap_sync(a, s.esr, false, 0, CPU_TRAP_SYSCALL);
        break;
    case EXC_UNDEFINED:
        if (arm64_el2_undefined(a) || arm64_icc_undefined(a))
            break;
        arm64_trap_sync(a, undefined_esr(a, s.esr), false, 0, CPU_TRAP_SYNC);
        break;
    case EXC_BREAKPOINT:
        arm64_trap_sync(a, s.esr, false, 0, CPU_TRAP_SYNC);
        break;
    case EXC_PREFETCH_ABORT:
        fetch_abort(a, &s);
        break;
    case EXC_DATA_ABORT:
        if (s.target_el == 2)
            arm64_stage2_abort(a, &s, false);
        else
            arm64_trap_sync(a, s.esr, true, s.far, CPU_TRAP_SYNC);
        break;
    case EXC_HVC:
        if (a->el2.present)
            arm64_trap_hvc(a, s.esr);
        else
            arm64_psci(a);
        break;
    default:
        snprintf(a->error, sizeof(a->error), "the engine reports exception %u at 0x%llx", code,
                 (unsigned long long)arm64_pc_get(a));
        arm64_stop(a, CPU_STOP_ENGINE, 0);
    }
}
