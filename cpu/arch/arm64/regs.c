/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register table of this CPU, and access by its ids. */
#include "cpu/arch/arm64/regs.h"

#include <errno.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"

#define G CPU_REG_GENERAL
#define F CPU_REG_FP
#define S CPU_REG_SYSTEM

static const struct cpu_reg_desc table[ARM64_REG_COUNT] = {
    {"x0", 8, G}, {"x1", 8, G}, {"x2", 8, G}, {"x3", 8, G}, {"x4", 8, G}, {"x5", 8, G},
    {"x6", 8, G}, {"x7", 8, G}, {"x8", 8, G}, {"x9", 8, G}, {"x10", 8, G}, {"x11", 8, G},
    {"x12", 8, G}, {"x13", 8, G}, {"x14", 8, G}, {"x15", 8, G}, {"x16", 8, G}, {"x17", 8, G},
    {"x18", 8, G}, {"x19", 8, G}, {"x20", 8, G}, {"x21", 8, G}, {"x22", 8, G}, {"x23", 8, G},
    {"x24", 8, G}, {"x25", 8, G}, {"x26", 8, G}, {"x27", 8, G}, {"x28", 8, G}, {"x29", 8, G},
    {"x30", 8, G}, {"sp", 8, G}, {"pc", 8, G}, {"pstate", 8, G}, {"sp_el0", 8, G}, {"sp_el1", 8, G},
    {"v0", 16, F}, {"v1", 16, F}, {"v2", 16, F}, {"v3", 16, F}, {"v4", 16, F}, {"v5", 16, F},
    {"v6", 16, F}, {"v7", 16, F}, {"v8", 16, F}, {"v9", 16, F}, {"v10", 16, F}, {"v11", 16, F},
    {"v12", 16, F}, {"v13", 16, F}, {"v14", 16, F}, {"v15", 16, F}, {"v16", 16, F}, {"v17", 16, F},
    {"v18", 16, F}, {"v19", 16, F}, {"v20", 16, F}, {"v21", 16, F}, {"v22", 16, F}, {"v23", 16, F},
    {"v24", 16, F}, {"v25", 16, F}, {"v26", 16, F}, {"v27", 16, F}, {"v28", 16, F}, {"v29", 16, F},
    {"v30", 16, F}, {"v31", 16, F},
    {"fpcr", 4, F}, {"fpsr", 4, F},
    {"elr_el1", 8, S}, {"spsr_el1", 8, S}, {"esr_el1", 8, S}, {"far_el1", 8, S}, {"vbar_el1", 8, S},
    {"sctlr_el1", 8, S}, {"ttbr0_el1", 8, S}, {"ttbr1_el1", 8, S}, {"tcr_el1", 8, S},
    {"mair_el1", 8, S}, {"amair_el1", 8, S}, {"cpacr_el1", 8, S}, {"contextidr_el1", 8, S},
    {"tpidr_el0", 8, S}, {"tpidrro_el0", 8, S}, {"tpidr_el1", 8, S}, {"par_el1", 8, S},
    {"afsr0_el1", 8, S}, {"afsr1_el1", 8, S}, {"actlr_el1", 8, S}, {"csselr_el1", 8, S},
    {"cntkctl_el1", 8, S}, {"mdscr_el1", 8, S},
    {"cntv_ctl_el0", 8, S}, {"cntv_cval_el0", 8, S}, {"cntp_ctl_el0", 8, S},
    {"cntp_cval_el0", 8, S},
};

#undef G
#undef F
#undef S

static const uint32_t system_id[ARM64_SYS_LAST - ARM64_SYS_FIRST + 1] = {
    SYS_ELR, SYS_SPSR, SYS_ESR, SYS_FAR, SYS_VBAR, SYS_SCTLR, SYS_TTBR0, SYS_TTBR1, SYS_TCR,
    SYS_MAIR, SYS_AMAIR, SYS_CPACR, SYS_CONTEXTIDR, SYS_TPIDR_EL0, SYS_TPIDRRO, SYS_TPIDR_EL1,
    SYS_PAR, SYS_AFSR0, SYS_AFSR1, SYS_ACTLR, SYS_CSSELR, SYS_CNTKCTL, SYS_MDSCR,
};

static const uint32_t timer_id[] = {SYS_CNTV_CTL, SYS_CNTV_CVAL, SYS_CNTP_CTL, SYS_CNTP_CVAL};

const struct cpu_reg_desc *arm64_reg_table(size_t *count)
{
    *count = ARM64_REG_COUNT;
    return table;
}

/* The banked stack pointer in use lives in the live register (DDI 0487, D1.2.2). */
static bool bank_is_live(struct arm64 *a, unsigned el)
{
    uint64_t pstate = arm64_pstate(a);

    return ((pstate & PSTATE_EL) && (pstate & PSTATE_SP)) == (el == 1);
}

static uint64_t read_sp(struct arm64 *a, unsigned el)
{
    return bank_is_live(a, el) ? arm64_sp_live(a) : arm64_sp_bank(a, el);
}

static void write_sp(struct arm64 *a, unsigned el, uint64_t value)
{
    if (bank_is_live(a, el))
        arm64_sp_live_set(a, value);
    else
        arm64_sp_bank_set(a, el, value);
}

static uint64_t read_word(struct arm64 *a, int id)
{
    if (id <= ARM64_X30)
        return arm64_x(a, (unsigned)(id - ARM64_X0));
    if (id >= ARM64_SYS_FIRST && id <= ARM64_SYS_LAST)
        return arm64_sysreg(a, system_id[id - ARM64_SYS_FIRST]);
    switch (id) {
    case ARM64_SP:
        return arm64_sp_live(a);
    case ARM64_PC:
        return arm64_pc_get(a);
    case ARM64_PSTATE:
        return arm64_pstate(a);
    case ARM64_SP_EL0:
        return read_sp(a, 0);
    case ARM64_SP_EL1:
        return read_sp(a, 1);
    case ARM64_FPCR:
        return arm64_fp_control(a, false);
    case ARM64_FPSR:
        return arm64_fp_control(a, true);
    default:
        return arm64_timer_read(a, timer_id[id - ARM64_CNTV_CTL], arm64_cycles(a));
    }
}

static void write_word(struct arm64 *a, int id, uint64_t value)
{
    if (id <= ARM64_X30)
        arm64_set_x(a, (unsigned)(id - ARM64_X0), value);
    else if (id >= ARM64_SYS_FIRST && id <= ARM64_SYS_LAST)
        arm64_sysreg_set(a, system_id[id - ARM64_SYS_FIRST], value);
    else if (id == ARM64_SP)
        arm64_sp_live_set(a, value);
    else if (id == ARM64_PC)
        arm64_pc_set(a, value);
    else if (id == ARM64_PSTATE)
        arm64_pstate_set(a, value);
    else if (id == ARM64_SP_EL0 || id == ARM64_SP_EL1)
        write_sp(a, id == ARM64_SP_EL1, value);
    else if (id == ARM64_FPCR || id == ARM64_FPSR)
        arm64_fp_control_set(a, id == ARM64_FPSR, (uint32_t)value);
    else
        arm64_timer_write(a, timer_id[id - ARM64_CNTV_CTL], arm64_cycles(a), value);
}

int arm64_reg_read(struct arm64 *a, int id, void *value)
{
    uint64_t word;

    if (id < 0 || id >= ARM64_REG_COUNT)
        return -ENOENT;
    if (id >= ARM64_V0 && id <= ARM64_V31) {
        arm64_vector(a, (unsigned)(id - ARM64_V0), value);
        return 0;
    }
    word = read_word(a, id);
    memcpy(value, &word, table[id].bytes);
    return 0;
}

int arm64_reg_read_all(struct arm64 *a, uint8_t (*values)[16])
{
    for (int id = 0; id < ARM64_REG_COUNT; id++) {
        int rc;

        memset(values[id], 0, 16);
        rc = arm64_reg_read(a, id, values[id]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* The engine's number of a register; -1: it is not read by one. */
static int engine_number(int id)
{
    if (id >= ARM64_SYS_FIRST && id <= ARM64_SYS_LAST)
        return arm64_engine_sysreg_number(system_id[id - ARM64_SYS_FIRST]);
    return id == ARM64_SP_EL0 || id == ARM64_SP_EL1 ? -1 : arm64_engine_number(id);
}

int arm64_reg_read_list(struct arm64 *a, const int *ids, size_t count, uint8_t (*values)[16])
{
    int numbers[CPU_REG_LIST_MAX];
    void *to[CPU_REG_LIST_MAX];
    size_t batch = 0;

    memset(values, 0, count * sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        int number = ids[i] < 0 || ids[i] >= ARM64_REG_COUNT ? -1 : engine_number(ids[i]), rc;

        if (number >= 0) {
            numbers[batch] = number;
            to[batch++] = values[i];
        } else if ((rc = arm64_reg_read(a, ids[i], values[i])) != 0) {
            return rc;
        }
    }
    arm64_engine_read_batch(a, numbers, to, batch);
    return 0;
}

int arm64_reg_of_system(unsigned id)
{
    for (size_t i = 0; i < ARRAY_LEN(system_id); i++)
        if (system_id[i] == id)
            return ARM64_SYS_FIRST + (int)i;
    return -1;
}

int arm64_reg_write(struct arm64 *a, int id, const void *value)
{
    uint64_t word = 0;

    if (id < 0 || id >= ARM64_REG_COUNT)
        return -ENOENT;
    if (id >= ARM64_V0 && id <= ARM64_V31) {
        arm64_vector_set(a, (unsigned)(id - ARM64_V0), value);
        return 0;
    }
    memcpy(&word, value, table[id].bytes);
    write_word(a, id, word);
    return 0;
}
