/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RDMSR and WRMSR. FS, GS and kernel GS bases run in the engine without us; the
 * rest is here. An MSR that is not listed raises #GP and is counted; a read of one
 * that kernels look for without needing it only raises #GP.
 */
#include <errno.h>

#include "cpu/arch/x86_64/regs.h"
#include "cpu/arch/x86_64/x86.h"

#define MSR_TSC          0x10u
#define MSR_APIC_BASE    0x1bu
#define MSR_BIOS_SIGN    0x8bu
#define MSR_MTRRCAP      0xfeu
#define MSR_SYSENTER_CS  0x174u
#define MSR_MCG_CAP      0x179u
#define MSR_MCG_STATUS   0x17au
#define MSR_MISC_ENABLE  0x1a0u
#define MSR_MTRR_VAR     0x200u
#define MSR_PAT          0x277u
#define MSR_MTRR_DEFTYPE 0x2ffu
#define MSR_TSC_DEADLINE 0x6e0u
#define MSR_EFER         0xc0000080u
#define MSR_STAR         0xc0000081u
#define MSR_SYSCFG       0xc0010010u
#define MSR_FMASK        0xc0000084u
#define MSR_INT_PENDING  0xc0010055u
#define MSR_FS_BASE      0xc0000100u
#define MSR_TSC_AUX      0xc0000103u

/*
 * What kernels read to find out whether it is there, prepared for the #GP that says no:
 * performance counters, system management, and what belongs to the north bridge of AMD's processors
 * (AMD64 manual vol. 2, appendix A).
 */
static bool is_absent(uint32_t index)
{
    switch (index) {
    case 0xc0010000: /* PerfEvtSel0 */
    case 0xc0010015: /* HWCR */
    case 0xc0010112: /* SMM_ADDR: where TSEG is, and there is no SMM. Linux 5.10 asks */
    case 0xc0011029: /* DE_CFG */
        return true;
    default:
        return false;
    }
}

static uint64_t *stored_msr(struct x86_msrs *m, uint32_t index)
{
    static const uint16_t fixed[11] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
                                       0x26b, 0x26c, 0x26d, 0x26e, 0x26f};

    for (unsigned i = 0; i < ARRAY_LEN(fixed); i++)
        if (fixed[i] == index)
            return &m->mtrr_fixed[i];
    if (index >= MSR_MTRR_VAR && index < MSR_MTRR_VAR + 16)
        return &m->mtrr_var[index - MSR_MTRR_VAR];
    if (index >= MSR_SYSENTER_CS && index < MSR_SYSENTER_CS + 3)
        return &m->sysenter[index - MSR_SYSENTER_CS];
    switch (index) {
    case MSR_PAT:
        return &m->pat;
    case MSR_MISC_ENABLE:
        return &m->misc_enable;
    case MSR_MTRR_DEFTYPE:
        return &m->mtrr_def_type;
    case MSR_TSC_AUX:
        return &m->tsc_aux;
    case MSR_STAR:
        return &m->star;
    case MSR_STAR + 1:
        return &m->lstar;
    case MSR_STAR + 2:
        return &m->cstar;
    case MSR_FMASK:
        return &m->fmask;
    default:
        return NULL;
    }
}

static bool read_msr(struct x86 *x, uint32_t index, uint64_t *value)
{
    const uint64_t *stored = stored_msr(&x->msrs, index);

    if (stored) {
        *value = *stored;
        return true;
    }
    switch (index) {
    case MSR_TSC:
        *value = x86_cycles(x) + x->msrs.tsc_offset;
        return true;
    case MSR_APIC_BASE:
        *value = x->board.lapic.base_msr;
        return true;
    case MSR_BIOS_SIGN:
    case MSR_MCG_CAP: /* no bank that could report anything, so nothing ever happened */
    case MSR_MCG_STATUS:
    case MSR_SYSCFG: /* no bit of it is set: Linux reads it with the MTRRs */
    case MSR_INT_PENDING: /* nor of this: C1E is off. Linux reads it of each
                             processor of this family */
        *value = 0;
        return true;
    case MSR_MTRRCAP:
        *value = 0x508; /* 8 variable ranges, fixed ranges, write-combining */
        return true;
    case MSR_TSC_DEADLINE:
        *value = lapic_read_deadline(&x->board.lapic);
        return true;
    case MSR_EFER:
        x86_paging_refresh(x);
        *value = x->paging.efer;
        return true;
    default:
        return false;
    }
}

static bool canonical(uint64_t va)
{
    int64_t top = (int64_t)va >> 47;

    return top == 0 || top == -1;
}

static bool write_efer(struct x86 *x, uint64_t value)
{
    x86_paging_refresh(x);
    if (value & ~(uint64_t)(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE))
        return false;
    if (((value ^ x->paging.efer) & EFER_LME) && (x->paging.cr0 & CR0_PG))
        return false;
    x86_set_msr_native(x, MSR_EFER, (value & ~(uint64_t)EFER_LMA) | (x->paging.efer & EFER_LMA));
    x86_engine_flush_tlb(x);
    x86_count_remap(x);
    return true;
}

static bool write_msr(struct x86 *x, uint32_t index, uint64_t value)
{
    uint64_t *stored = stored_msr(&x->msrs, index);

    if (stored) {
        if ((index == MSR_STAR + 1 || index == MSR_STAR + 2) && !canonical(value))
            return false;
        if (index == MSR_TSC_AUX && value >> 32)
            return false;
        *stored = value;
        if (index >= MSR_STAR && index <= MSR_FMASK)
            x86_set_msr_native(x, index, value);
        return true;
    }
    switch (index) {
    case MSR_TSC:
        x->msrs.tsc_offset = value - x86_cycles(x);
        return true;
    case MSR_APIC_BASE:
        if ((value & 0xfffff000u) != 0xfee00000u || (value & 0x6ff))
            return false; /* it does not move, and there is no x2APIC */
        x->board.lapic.base_msr = value;
        break;
    case MSR_BIOS_SIGN:
        return true;
    case MSR_MCG_STATUS: /* it is cleared by 0; any other value is #GP, as the manual has it */
        return value == 0;
    case MSR_TSC_DEADLINE:
        lapic_write_deadline(&x->board.lapic, x86_cycles(x),
                             value ? value - x->msrs.tsc_offset : 0);
        break;
    case MSR_EFER:
        return write_efer(x, value);
    default:
        return false;
    }
    x86_board_changed(x);
    return true;
}

/* ---- from outside: no instruction at which it happens ---- */

/* FS, GS and kernel GS bases, which the register table has; -1: another. */
static int base_register(uint32_t index)
{
    static const int ids[] = {X86_REG_FS_BASE, X86_REG_GS_BASE, X86_REG_KERNEL_GS_BASE};

    return index >= MSR_FS_BASE && index < MSR_FS_BASE + ARRAY_LEN(ids) ? ids[index - MSR_FS_BASE]
                                                                        : -1;
}

int x86_system_read(struct x86 *x, uint32_t index, uint64_t *value)
{
    if (base_register(index) >= 0)
        return x86_reg_read(x, base_register(index), value);
    return read_msr(x, index, value) ? 0 : -ENOENT;
}

int x86_system_write(struct x86 *x, uint32_t index, uint64_t value)
{
    uint64_t old, now;
    int rc = x86_system_read(x, index, &old);

    if (rc != 0 || value == old)
        return rc;
    if (base_register(index) >= 0)
        return canonical(value) ? x86_reg_write(x, base_register(index), &value) : -EINVAL;
    if (!write_msr(x, index, value))
        return -EINVAL;
    x86_board_changed(x);
    if (read_msr(x, index, &now) && now == value)
        return 0;
    (void)write_msr(x, index, old); /* it took a part, or nothing */
    return -EINVAL;
}

void x86_emul_msr(struct x86 *x)
{
    uint32_t index = (uint32_t)x86_reg(x, X86_RCX);
    vaddr_t rip = x86_reg(x, X86_RIP);
    uint8_t op[2] = {0};
    uint64_t value = 0;
    bool is_write, ok;

    x86_fetch(x, rip, op, 2);
    is_write = op[1] == 0x30;
    if (is_write) {
        value = (uint32_t)x86_reg(x, X86_RAX) | x86_reg(x, X86_RDX) << 32;
        ok = write_msr(x, index, value);
    } else {
        ok = read_msr(x, index, &value);
    }
    if (!ok) {
        if (!stored_msr(&x->msrs, index) && index != MSR_MCG_STATUS &&
            (is_write || !is_absent(index)))
            x86_unimplemented(x, is_write, "MSR 0x%llx", index);
        if (!x->stopped)
            x86_fault(x, X86_GP, 0);
        return;
    }
    if (!is_write) {
        x86_set_reg(x, X86_RAX, (uint32_t)value);
        x86_set_reg(x, X86_RDX, value >> 32);
    }
    x86_retire(x, 2);
    x86_board_changed(x);
}
