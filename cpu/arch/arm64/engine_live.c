/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registers of an exception's entry, in the engine's own memory.
 *
 * A call of the engine for a register costs more than the exception itself does in hardware, and an
 * exception has a dozen. Where the registers are is found as cpu/context_live.c says: values that
 * stand nowhere else are written, found in a saved context and then in the engine. They are used only
 * where each of them follows in both directions; else the engine's calls do the same, slower.
 * Of PSTATE, which the engine keeps in pieces, EL and SP are among them.
 */
#include "cpu/context_live.h"

#include "cpu/arch/arm64/engine.h"

static const int numbers[LIVE_COUNT] = {
    [LIVE_PC] = UC_ARM64_REG_PC,           [LIVE_SP] = UC_ARM64_REG_SP,
    [LIVE_SP_EL0] = UC_ARM64_REG_SP_EL0,   [LIVE_SP_EL1] = UC_ARM64_REG_SP_EL1,
    [LIVE_ELR] = UC_ARM64_REG_ELR_EL1,     [LIVE_ESR] = UC_ARM64_REG_ESR_EL1,
    [LIVE_FAR] = UC_ARM64_REG_FAR_EL1,     [LIVE_VBAR] = UC_ARM64_REG_VBAR_EL1,
};

/* ESR_EL1 has 32 bits. */
static uint64_t mark(unsigned reg, unsigned turn)
{
    uint64_t value = 0x9e3779b97f4a7c15 * (reg + 1 + turn * LIVE_COUNT);

    return reg == LIVE_ESR ? value >> 32 : value;
}

static uint64_t call_get(const struct arm64_engine *e, unsigned reg)
{
    uint64_t value = 0;

    uc_reg_read(e->uc, numbers[reg], &value);
    return value;
}

static void call_put(struct arm64_engine *e, unsigned reg, uint64_t value)
{
    uc_reg_write(e->uc, numbers[reg], &value);
}

/* With the first marks written: do all follow, here and there? */
static bool all_follow(struct arm64_engine *e)
{
    for (unsigned reg = 0; reg < LIVE_COUNT; reg++) {
        if (arm64_live_get(e, reg) != mark(reg, 0))
            return false;
        arm64_live_put(e, reg, mark(reg, 1));
    }
    for (unsigned reg = 0; reg < LIVE_COUNT; reg++)
        if (call_get(e, reg) != mark(reg, 1))
            return false;
    return true;
}

/* EL and SP stand behind the PC. Tried with all that this machine has. */
static bool mode_follows(struct arm64_engine *e)
{
    static const uint32_t modes[] = {0, PSTATE_EL1H - 1, PSTATE_EL1H, PSTATE_EL2H - 1, PSTATE_EL2H};
    uint32_t was = 0;
    bool follows = true;

    e->live.mode_at = e->live.at[LIVE_PC] + 8;
    uc_reg_read(e->uc, UC_ARM64_REG_PSTATE, &was);
    for (unsigned i = 0; i < ARRAY_LEN(modes); i++) {
        uint32_t pstate = modes[i] | PSTATE_DAIF;

        uc_reg_write(e->uc, UC_ARM64_REG_PSTATE, &pstate);
        follows &= (arm64_live_mode(e) & (PSTATE_EL | PSTATE_SP)) == modes[i];
    }
    uc_reg_write(e->uc, UC_ARM64_REG_PSTATE, &was);
    return follows;
}

static bool find(struct arm64_engine *e)
{
    struct live_probe probe = {.bytes = 8, .reg = numbers[LIVE_ELR]};

    uc_context_save(e->uc, e->scratch);
    for (unsigned reg = 0; reg < LIVE_COUNT; reg++) {
        uint64_t value = mark(reg, 0);

        if (arm64_engine_find(e, &value, sizeof(value), &e->live.at[reg]))
            return false;
    }
    probe.at = e->live.at[LIVE_ELR];
    e->live.state = context_live(e->uc, &probe, e->scratch);
    return e->live.state && all_follow(e) && mode_follows(e);
}

void arm64_live_find(struct arm64_engine *e)
{
    uint64_t was[LIVE_COUNT];

    for (unsigned reg = 0; reg < LIVE_COUNT; reg++)
        was[reg] = call_get(e, reg);
    for (unsigned reg = 0; reg < LIVE_COUNT; reg++)
        call_put(e, reg, mark(reg, 0));
    if (!find(e))
        e->live.state = NULL;
    for (unsigned reg = 0; reg < LIVE_COUNT; reg++)
        call_put(e, reg, was[reg]);
}
