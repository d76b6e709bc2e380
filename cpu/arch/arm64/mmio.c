/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage-2 aborts: a device register, or nothing at all.
 *
 * For plain loads and stores the syndrome says all that is needed (ISV, DDI 0487
 * D17.2.37 "ISS encoding for an exception from a Data Abort"). Pairs and indexed
 * forms are decoded: the engine sets ISV for the latter, too, but the syndrome
 * does not tell of their writeback. What is not a device becomes a synchronous
 * external abort at EL1.
 */
#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/insn.h"

static paddr_t fault_ipa(struct arm64 *a, vaddr_t far)
{
    return (arm64_sysreg(a, SYS_HPFAR_EL2) >> 4) << 12 | (far & 0xfff);
}

static void external_abort(struct arm64 *a, const struct arm64_syndrome *s, bool is_fetch)
{
    bool user = arm64_in_user(a);
    uint32_t ec = is_fetch ? (user ? EC_INSN_LOWER : EC_INSN_SAME)
                           : (user ? EC_DATA_LOWER : EC_DATA_SAME);
    uint32_t fsc = FSC_EXTERNAL;
    unsigned level = 0;
    paddr_t pa;

    if (s->esr & ESR_S1PTW) {
        (void)!arm64_walk(a, s->far, &pa, &level);
        fsc = FSC_EXTERNAL_TTW + level;
    }
    arm64_trap_sync(a, ec << 26 | ESR_IL | (is_fetch ? 0 : s->esr & ESR_WNR) | fsc, true, s->far,
                    CPU_TRAP_SYNC);
}

static struct insn_access from_syndrome(uint32_t esr)
{
    return (struct insn_access){
        .is_write = esr & ESR_WNR,
        .sign_extend = esr >> 21 & 1,
        .wide = esr >> 15 & 1,
        .size = 1u << (esr >> 22 & 3),
        .count = 1,
        .rt = {esr >> 16 & 31},
    };
}

static uint64_t extended(const struct insn_access *access, uint64_t value)
{
    unsigned shift = 64 - 8 * access->size;

    if (access->sign_extend)
        value = (uint64_t)((int64_t)(value << shift) >> shift);
    return access->wide ? value : (uint32_t)value;
}

static void perform(struct arm64 *a, const struct insn_access *access, paddr_t pa)
{
    uint64_t mask = access->size == 8 ? ~0ull : (1ull << 8 * access->size) - 1;

    for (unsigned i = 0; i < access->count; i++, pa += access->size) {
        if (access->is_write)
            arm64_mmio_write(a, pa, access->size, arm64_x(a, access->rt[i]) & mask);
        else
            arm64_set_x(a, access->rt[i],
                        extended(access, arm64_mmio_read(a, pa, access->size) & mask));
    }
    if (!access->writeback)
        return;
    if (access->rn == 31)
        arm64_sp_live_set(a, arm64_sp_live(a) + (uint64_t)access->writeback_offset);
    else
        arm64_set_x(a, access->rn, arm64_x(a, access->rn) + (uint64_t)access->writeback_offset);
}

void arm64_stage2_ram(struct arm64 *a, paddr_t pa, vaddr_t va, bool is_fetch)
{
    uint32_t page = (uint32_t)((pa - ARM64_RAM_BASE) >> 12);

    if (is_fetch) {
        arm64_code_fetched(a, page, va);
    } else if (arm64_code_here(a, page)) {
        arm64_code_store(a, page);
    } else {
        arm64_dirty_note(a, pa, 1);
        if (arm64_pages_guard(a, page)) {
            arm64_code_guarded(a, page, va);
            return;
        }
        arm64_code_allow(a, page); /* it may have been guarded */
        arm64_pages_opened(a, page);
    }
}

bool arm64_stage2_noted(struct arm64 *a, const struct arm64_syndrome *s, bool is_fetch)
{
    paddr_t ipa = fault_ipa(a, s->far);

    if (ipa - ARM64_RAM_BASE >= a->config.ram_bytes)
        return false;
    arm64_tlb_settled(a);
    arm64_stage2_ram(a, ipa, s->far, is_fetch);
    return true;
}

void arm64_stage2_abort(struct arm64 *a, const struct arm64_syndrome *s, bool is_fetch)
{
    paddr_t ipa = fault_ipa(a, s->far);
    vaddr_t pc = arm64_pc_get(a);
    struct insn_access access;
    uint32_t word;

    if (arm64_stage2_noted(a, s, is_fetch))
        return;
    if (is_fetch || (s->esr & ESR_S1PTW) || !arm64_is_device(a, ipa)) {
        external_abort(a, s, is_fetch);
        return;
    }
    if (!arm64_fetch(a, pc, &word) && insn_decode_access(word, &access)) {
        /* a pair, or one with writeback */
    } else if (s->esr & ESR_ISV) {
        access = from_syndrome(s->esr);
    } else {
        arm64_unimplemented(a, s->esr & ESR_WNR, "insn on MMIO 0x%llx", ipa);
        external_abort(a, s, false);
        return;
    }
    perform(a, &access, ipa);
    blocks_tell(&a->blocks, a->count.n, pc, 4);
    arm64_pc_set(a, pc + 4);
    a->count.n++;
    arm64_tlb_device(a);
    arm64_board_changed(a);
}
