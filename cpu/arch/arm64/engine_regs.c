/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's registers. Those without a number in its register API are reached by their
 * encoding; a write by encoding makes the engine derive its flags anew, so where PSTATE is
 * written one of those follows it.
 */
#include <string.h>

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/engine.h"
#include "cpu/arch/arm64/regs.h"

static uint64_t read_uc(struct arm64 *a, int id)
{
    uint64_t value = 0;

    uc_reg_read(a->engine->uc, id, &value);
    return value;
}

static void write_uc(struct arm64 *a, int id, uint64_t value)
{
    uc_reg_write(a->engine->uc, id, &value);
}

static int x_id(unsigned index)
{
    return index < 29 ? UC_ARM64_REG_X0 + (int)index
                      : index == 29 ? UC_ARM64_REG_X29 : UC_ARM64_REG_X30;
}

uint64_t arm64_x(struct arm64 *a, unsigned index)
{
    return index < 31 ? read_uc(a, x_id(index)) : 0;
}

void arm64_set_x(struct arm64 *a, unsigned index, uint64_t value)
{
    if (index < 31)
        write_uc(a, x_id(index), value);
}

uint64_t arm64_pc_get(struct arm64 *a)
{
    if (a->engine->live.state)
        return arm64_live_get(a->engine, LIVE_PC);
    return read_uc(a, UC_ARM64_REG_PC);
}

void arm64_pc_set(struct arm64 *a, uint64_t value)
{
    write_uc(a, UC_ARM64_REG_PC, value);
}

uint64_t arm64_pstate(struct arm64 *a)
{
    return read_uc(a, UC_ARM64_REG_PSTATE) & 0xffffffff;
}

bool arm64_in_user(struct arm64 *a)
{
    const struct arm64_engine *e = a->engine;
    uint64_t mode = e->live.state ? arm64_live_mode(e) : arm64_pstate(a);

    return !(mode & PSTATE_EL);
}

uint64_t arm64_sp_live(struct arm64 *a)
{
    return read_uc(a, UC_ARM64_REG_SP);
}

void arm64_sp_live_set(struct arm64 *a, uint64_t value)
{
    write_uc(a, UC_ARM64_REG_SP, value);
}

uint64_t arm64_sp_bank(struct arm64 *a, unsigned el)
{
    return read_uc(a, el ? UC_ARM64_REG_SP_EL1 : UC_ARM64_REG_SP_EL0);
}

void arm64_sp_bank_set(struct arm64 *a, unsigned el, uint64_t value)
{
    write_uc(a, el ? UC_ARM64_REG_SP_EL1 : UC_ARM64_REG_SP_EL0, value);
}

static uc_arm64_cp_reg cp_reg(uint32_t id, uint64_t value)
{
    return (uc_arm64_cp_reg){.op0 = id >> 14 & 3,
                             .op1 = id >> 11 & 7,
                             .crn = id >> 7 & 15,
                             .crm = id >> 3 & 15,
                             .op2 = id & 7,
                             .val = value};
}

/*
 * The engine's own number of a system register, UC_ARM64_REG_INVALID where there is none:
 * reaching it by its encoding costs a search, and a write the derived flags.
 */
static int direct_id(uint32_t id)
{
    switch (id) {
    case SYS_ELR:
        return UC_ARM64_REG_ELR_EL1;
    case SYS_ESR:
        return UC_ARM64_REG_ESR_EL1;
    case SYS_FAR:
        return UC_ARM64_REG_FAR_EL1;
    case SYS_VBAR:
        return UC_ARM64_REG_VBAR_EL1;
    case SYS_TPIDR_EL0:
        return UC_ARM64_REG_TPIDR_EL0;
    case SYS_TPIDRRO:
        return UC_ARM64_REG_TPIDRRO_EL0;
    case SYS_TPIDR_EL1:
        return UC_ARM64_REG_TPIDR_EL1;
    default:
        return UC_ARM64_REG_INVALID;
    }
}

int arm64_engine_sysreg_number(uint32_t id)
{
    int direct = direct_id(id);

    return direct == UC_ARM64_REG_INVALID ? -1 : direct;
}

int arm64_engine_number(int reg)
{
    if (reg >= ARM64_X0 && reg <= ARM64_X30)
        return x_id((unsigned)(reg - ARM64_X0));
    if (reg >= ARM64_V0 && reg <= ARM64_V31)
        return UC_ARM64_REG_V0 + reg - ARM64_V0;
    switch (reg) {
    case ARM64_SP:
        return UC_ARM64_REG_SP;
    case ARM64_PC:
        return UC_ARM64_REG_PC;
    case ARM64_PSTATE:
        return UC_ARM64_REG_PSTATE;
    case ARM64_FPCR:
        return UC_ARM64_REG_FPCR;
    case ARM64_FPSR:
        return UC_ARM64_REG_FPSR;
    default:
        return -1;
    }
}

/* The engine writes four bytes of PSTATE, FPCR and FPSR, eight or sixteen of the others. */
void arm64_engine_read_batch(struct arm64 *a, int *numbers, void **to, size_t count)
{
    uc_reg_read_batch(a->engine->uc, numbers, to, (int)count);
}

uint64_t arm64_sysreg(struct arm64 *a, uint32_t id)
{
    uc_arm64_cp_reg cp = cp_reg(id, 0);
    int direct = direct_id(id);

    if (direct != UC_ARM64_REG_INVALID)
        return read_uc(a, direct);
    uc_reg_read(a->engine->uc, UC_ARM64_REG_CP_REG, &cp);
    return cp.val;
}

void arm64_sysreg_set(struct arm64 *a, uint32_t id, uint64_t value)
{
    uc_arm64_cp_reg cp = cp_reg(id, value);
    int direct = direct_id(id);

    if (direct != UC_ARM64_REG_INVALID) {
        write_uc(a, direct, value);
        return;
    }
    arm64_tlb_forget(a);
    uc_reg_write(a->engine->uc, UC_ARM64_REG_CP_REG, &cp);
}

void arm64_engine_tlbi(struct arm64 *a, vaddr_t va)
{
    uc_arm64_cp_reg cp = cp_reg(SYSREG(1, 0, 8, 7, 3), va >> 12 & 0xfffffffffffull);

    uc_reg_write(a->engine->uc, UC_ARM64_REG_CP_REG, &cp);
}

/* The engine derives its flags anew only where a register is written by its encoding. */
void arm64_pstate_set(struct arm64 *a, uint64_t value)
{
    write_uc(a, UC_ARM64_REG_PSTATE, value);
    arm64_sysreg_set(a, SYS_SPSR, arm64_sysreg(a, SYS_SPSR));
}

void arm64_vector(struct arm64 *a, unsigned index, uint8_t value[16])
{
    uc_reg_read(a->engine->uc, UC_ARM64_REG_V0 + (int)index, value);
}

void arm64_vector_set(struct arm64 *a, unsigned index, const uint8_t value[16])
{
    uc_reg_write(a->engine->uc, UC_ARM64_REG_V0 + (int)index, value);
}

uint32_t arm64_fp_control(struct arm64 *a, bool status)
{
    return (uint32_t)read_uc(a, status ? UC_ARM64_REG_FPSR : UC_ARM64_REG_FPCR);
}

void arm64_fp_control_set(struct arm64 *a, bool status, uint32_t value)
{
    write_uc(a, status ? UC_ARM64_REG_FPSR : UC_ARM64_REG_FPCR, value);
}

static void live_entry_read(struct arm64_engine *e, struct arm64_entry_regs *r)
{
    uint32_t pstate = 0;

    uc_reg_read(e->uc, UC_ARM64_REG_PSTATE, &pstate);
    *r = (struct arm64_entry_regs){.pstate = pstate,
                                   .pc = arm64_live_get(e, LIVE_PC),
                                   .sp = arm64_live_get(e, LIVE_SP),
                                   .sp_el0 = arm64_live_get(e, LIVE_SP_EL0),
                                   .sp_el1 = arm64_live_get(e, LIVE_SP_EL1),
                                   .elr = arm64_live_get(e, LIVE_ELR),
                                   .esr = arm64_live_get(e, LIVE_ESR),
                                   .far = arm64_live_get(e, LIVE_FAR),
                                   .vbar = arm64_live_get(e, LIVE_VBAR)};
}

void arm64_engine_entry_read(struct arm64 *a, struct arm64_entry_regs *r)
{
    int ids[] = {UC_ARM64_REG_PSTATE,  UC_ARM64_REG_PC,      UC_ARM64_REG_SP,
                 UC_ARM64_REG_SP_EL0,  UC_ARM64_REG_SP_EL1,  UC_ARM64_REG_ELR_EL1,
                 UC_ARM64_REG_ESR_EL1, UC_ARM64_REG_FAR_EL1, UC_ARM64_REG_VBAR_EL1};
    void *to[] = {&r->pstate, &r->pc, &r->sp, &r->sp_el0, &r->sp_el1, &r->elr, &r->esr, &r->far,
                  &r->vbar};

    if (a->engine->live.state) {
        live_entry_read(a->engine, r);
        return;
    }
    memset(r, 0, sizeof(*r));
    uc_reg_read_batch(a->engine->uc, ids, to, ARRAY_LEN(ids));
    r->pstate &= 0xffffffff;
}

static void live_entry_write(struct arm64_engine *e, const struct arm64_entry_regs *r)
{
    arm64_live_put(e, LIVE_SP, r->sp);
    arm64_live_put(e, LIVE_SP_EL0, r->sp_el0);
    arm64_live_put(e, LIVE_ELR, r->elr);
    arm64_live_put(e, LIVE_ESR, r->esr);
    arm64_live_put(e, LIVE_FAR, r->far);
}

/*
 * SPSR comes after PSTATE: a write by its encoding makes the engine derive its flags anew. The PC is
 * last: its write tells the engine to go on elsewhere.
 */
void arm64_engine_entry_write(struct arm64 *a, const struct arm64_entry_regs *r)
{
    uc_arm64_cp_reg spsr = cp_reg(SYS_SPSR, r->spsr);
    int ids[] = {UC_ARM64_REG_SP,      UC_ARM64_REG_SP_EL0,  UC_ARM64_REG_ELR_EL1,
                 UC_ARM64_REG_ESR_EL1, UC_ARM64_REG_FAR_EL1, UC_ARM64_REG_PSTATE,
                 UC_ARM64_REG_CP_REG,  UC_ARM64_REG_PC};
    const void *from[] = {&r->sp, &r->sp_el0, &r->elr, &r->esr, &r->far, &r->pstate, &spsr, &r->pc};
    const unsigned first = a->engine->live.state ? 5 : 0;

    if (first)
        live_entry_write(a->engine, r);
    uc_reg_write_batch(a->engine->uc, ids + first, (void *const *)from + first,
                       (int)(ARRAY_LEN(ids) - first));
}
