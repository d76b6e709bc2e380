/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's registers, by the numbers of its register API. Those that this lacks are in context.c.
 */
#include "cpu/arch/x86_64/engine.h"

static const int gpr_id[16] = {
    UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
    UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
    UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15,
};

uint64_t x86_reg(struct x86 *x, int regid)
{
    static const int id[] = {
        [X86_RIP] = UC_X86_REG_RIP, [X86_RFLAGS] = UC_X86_REG_RFLAGS, [X86_CR0] = UC_X86_REG_CR0,
        [X86_CR2] = UC_X86_REG_CR2, [X86_CR3] = UC_X86_REG_CR3,       [X86_CR4] = UC_X86_REG_CR4,
        [X86_RAX] = UC_X86_REG_RAX, [X86_RBX] = UC_X86_REG_RBX,       [X86_RCX] = UC_X86_REG_RCX,
        [X86_RDX] = UC_X86_REG_RDX,
    };

    if (x->engine->direct && regid == X86_RIP)
        return get64(x->engine, x->engine->at.rip);
    return read_uc(x->engine, id[regid]);
}

void x86_set_reg(struct x86 *x, int regid, uint64_t value)
{
    static const int id[] = {
        [X86_RIP] = UC_X86_REG_RIP, [X86_RFLAGS] = UC_X86_REG_RFLAGS, [X86_CR0] = UC_X86_REG_CR0,
        [X86_CR2] = UC_X86_REG_CR2, [X86_CR3] = UC_X86_REG_CR3,       [X86_CR4] = UC_X86_REG_CR4,
        [X86_RAX] = UC_X86_REG_RAX, [X86_RBX] = UC_X86_REG_RBX,       [X86_RCX] = UC_X86_REG_RCX,
        [X86_RDX] = UC_X86_REG_RDX,
    };

    write_uc(x->engine, id[regid], value);
}

uint64_t x86_gpr(struct x86 *x, unsigned index)
{
    return read_uc(x->engine, gpr_id[index & 15]);
}

void x86_set_gpr(struct x86 *x, unsigned index, uint64_t value)
{
    write_uc(x->engine, gpr_id[index & 15], value);
}

/* The engine's own MSR access obeys the intercepts, so these are lifted meanwhile. */
static uint8_t *msr_permission(struct x86_engine *e, uint32_t index, unsigned *shift)
{
    uint32_t base = index < 0x2000 ? 0 : index >= 0xc0000000u && index < 0xc0002000u ? 0x800 : 0x1000;

    *shift = (index & 3) * 2;
    return e->hidden + H_MSRPM + base + (index & 0x1fff) / 4;
}

void engine_intercept_msr(struct x86_engine *e, uint32_t index, bool on)
{
    unsigned shift;
    uint8_t *p = msr_permission(e, index, &shift);

    *p = (uint8_t)((*p & ~(3u << shift)) | (on ? 3u << shift : 0));
}

uint64_t x86_msr_native(struct x86 *x, uint32_t index)
{
    uc_x86_msr msr = {.rid = index};
    unsigned shift;
    uint8_t *p = msr_permission(x->engine, index, &shift), saved = *p;

    engine_intercept_msr(x->engine, index, false);
    uc_reg_read(x->engine->uc, UC_X86_REG_MSR, &msr);
    *p = saved;
    return msr.value;
}

void x86_set_msr_native(struct x86 *x, uint32_t index, uint64_t value)
{
    uc_x86_msr msr = {.rid = index, .value = value};
    unsigned shift;
    uint8_t *p = msr_permission(x->engine, index, &shift), saved = *p;

    engine_intercept_msr(x->engine, index, false);
    uc_reg_write(x->engine->uc, UC_X86_REG_MSR, &msr);
    *p = saved;
    x86_tlb_forget(x);
}

int x86_uc_gpr(unsigned index)
{
    return gpr_id[index & 15];
}

int x86_uc_xmm(unsigned index)
{
    return UC_X86_REG_XMM0 + (int)index;
}

int x86_uc_st(unsigned index)
{
    return UC_X86_REG_FP0 + (int)index;
}

int x86_uc_fsw(void)
{
    return UC_X86_REG_FPSW;
}

int x86_uc_ftw(void)
{
    return UC_X86_REG_FPTAG;
}

void x86_uc_read_batch(struct x86 *x, int *numbers, void **to, size_t count)
{
    uc_reg_read_batch(x->engine->uc, numbers, to, (int)count);
}

int x86_uc_read(struct x86 *x, int uc_id, void *value)
{
    return uc_reg_read(x->engine->uc, uc_id, value) ? -EIO : 0;
}

int x86_uc_write(struct x86 *x, int uc_id, const void *value)
{
    return uc_reg_write(x->engine->uc, uc_id, value) ? -EIO : 0;
}
