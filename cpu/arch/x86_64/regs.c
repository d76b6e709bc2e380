/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The x86_64 register table: names, sizes and how each is read and written.
 * st0..st7 are the physical x87 registers 0..7, not counted from the stack top.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/x86_64/regs.h"
#include "cpu/arch/x86_64/state.h"
#include "cpu/arch/x86_64/x86.h"

#define GENERAL(n, b)   {#n, b, CPU_REG_GENERAL}
#define FP(n, b)        {#n, b, CPU_REG_FP}
#define SYSTEM(n, b)    {#n, b, CPU_REG_SYSTEM}
#define MSR_KERNEL_GS   0xc0000102u
#define GENERAL_COUNT   16

static const struct cpu_reg_desc table[X86_REG_COUNT] = {
    GENERAL(rax, 8), GENERAL(rbx, 8), GENERAL(rcx, 8), GENERAL(rdx, 8), GENERAL(rsi, 8),
    GENERAL(rdi, 8), GENERAL(rbp, 8), GENERAL(rsp, 8), GENERAL(r8, 8), GENERAL(r9, 8),
    GENERAL(r10, 8), GENERAL(r11, 8), GENERAL(r12, 8), GENERAL(r13, 8), GENERAL(r14, 8),
    GENERAL(r15, 8), GENERAL(rip, 8), GENERAL(rflags, 8), GENERAL(cs, 2), GENERAL(ss, 2),
    GENERAL(ds, 2), GENERAL(es, 2), GENERAL(fs, 2), GENERAL(gs, 2), GENERAL(fs_base, 8),
    GENERAL(gs_base, 8), FP(st0, 10), FP(st1, 10), FP(st2, 10), FP(st3, 10), FP(st4, 10),
    FP(st5, 10), FP(st6, 10), FP(st7, 10), FP(fcw, 2), FP(fsw, 2), FP(ftw, 2), FP(mxcsr, 4),
    FP(xmm0, 16), FP(xmm1, 16), FP(xmm2, 16), FP(xmm3, 16), FP(xmm4, 16), FP(xmm5, 16),
    FP(xmm6, 16), FP(xmm7, 16), FP(xmm8, 16), FP(xmm9, 16), FP(xmm10, 16), FP(xmm11, 16),
    FP(xmm12, 16), FP(xmm13, 16), FP(xmm14, 16), FP(xmm15, 16), SYSTEM(cr0, 8), SYSTEM(cr2, 8),
    SYSTEM(cr3, 8), SYSTEM(cr4, 8), SYSTEM(cr8, 1), SYSTEM(efer, 8), SYSTEM(star, 8),
    SYSTEM(lstar, 8), SYSTEM(fmask, 8), SYSTEM(kernel_gs_base, 8), SYSTEM(gdtr_base, 8),
    SYSTEM(gdtr_limit, 2), SYSTEM(idtr_base, 8), SYSTEM(idtr_limit, 2), SYSTEM(tr, 2),
    SYSTEM(ldtr, 2), SYSTEM(cpl, 1),
};

/* Table order of the general registers in encoding numbers. */
static const uint8_t encoding[GENERAL_COUNT] = {0, 3, 1, 2, 6, 7, 5, 4,
                                                8, 9, 10, 11, 12, 13, 14, 15};

const struct cpu_reg_desc *x86_reg_table(size_t *count)
{
    *count = X86_REG_COUNT;
    return table;
}

static uint64_t read_segment(const struct x86_view *v, int id)
{
    static const uint8_t seg[] = {SEG_CS, SEG_SS, SEG_DS, SEG_ES, SEG_FS, SEG_GS};

    return v->seg[seg[id - X86_REG_CS]].selector;
}

static uint64_t read_system(struct x86 *x, const struct x86_view *v, int id)
{
    switch (id) {
    case X86_REG_CR0:
        return v->cr0;
    case X86_REG_CR2:
        return v->cr2;
    case X86_REG_CR3:
        return v->cr3;
    case X86_REG_CR4:
        return v->cr4;
    case X86_REG_CR8:
        return x->board.lapic.tpr >> 4;
    case X86_REG_EFER:
        return v->efer;
    case X86_REG_STAR:
        return x->msrs.star;
    case X86_REG_LSTAR:
        return x->msrs.lstar;
    case X86_REG_FMASK:
        return x->msrs.fmask;
    case X86_REG_KERNEL_GS_BASE:
        return x86_msr_native(x, MSR_KERNEL_GS);
    case X86_REG_GDTR_BASE:
        return v->gdt.base;
    case X86_REG_GDTR_LIMIT:
        return v->gdt.limit;
    case X86_REG_IDTR_BASE:
        return v->idt.base;
    case X86_REG_IDTR_LIMIT:
        return v->idt.limit;
    case X86_REG_TR:
        return v->seg[SEG_TR].selector;
    case X86_REG_LDTR:
        return v->seg[SEG_LDT].selector;
    default:
        return v->cpl;
    }
}

/* A register that is no FP register; `v` is looked at for those behind RFLAGS. */
static uint64_t pick(struct x86 *x, const struct x86_view *v, int id)
{
    if (id < GENERAL_COUNT)
        return x86_gpr(x, encoding[id]);
    if (id == X86_REG_RIP)
        return x86_reg(x, X86_RIP) + x->rip_ahead;
    if (id == X86_REG_RFLAGS)
        return x86_reg(x, X86_RFLAGS);
    if (id == X86_REG_FS_BASE || id == X86_REG_GS_BASE)
        return v->seg[id == X86_REG_FS_BASE ? SEG_FS : SEG_GS].base;
    return id <= X86_REG_GS ? read_segment(v, id) : read_system(x, v, id);
}

int x86_reg_read(struct x86 *x, int id, void *value)
{
    struct x86_view v;
    struct x86_fpu fpu;
    uint64_t word;

    if (id < 0 || id >= X86_REG_COUNT)
        return -EINVAL;
    if (table[id].group == CPU_REG_FP) {
        x86_fpu_read(x, &fpu);
        return x86_fpu_field(&fpu, id, value, false);
    }
    if (id > X86_REG_RFLAGS) {
        x->paging_known = false; /* MOV CR runs in the engine without us */
        x86_view_load(x, &v);
    }
    word = pick(x, &v, id);
    memcpy(value, &word, table[id].bytes);
    return 0;
}

int x86_reg_read_all(struct x86 *x, uint8_t (*values)[16])
{
    struct x86_view v;
    struct x86_fpu fpu;

    memset(values, 0, X86_REG_COUNT * sizeof(*values));
    x86_fpu_read(x, &fpu);
    x->paging_known = false;
    x86_view_load(x, &v);
    for (int id = 0; id < X86_REG_COUNT; id++) {
        uint64_t word;

        if (table[id].group == CPU_REG_FP) {
            x86_fpu_field(&fpu, id, values[id], false);
            continue;
        }
        word = pick(x, &v, id);
        memcpy(values[id], &word, table[id].bytes);
    }
    return 0;
}

/* The general and FP registers without what hidden state they need; -1: another one. */
static int engine_number(int id)
{
    if (id < GENERAL_COUNT)
        return x86_uc_gpr(encoding[id]);
    if (id >= X86_REG_XMM0 && id <= X86_REG_XMM15)
        return x86_uc_xmm((unsigned)(id - X86_REG_XMM0));
    if (id == X86_REG_FSW || id == X86_REG_FTW)
        return id == X86_REG_FSW ? x86_uc_fsw() : x86_uc_ftw();
    return id >= X86_REG_ST0 && id <= X86_REG_ST7 ? x86_uc_st((unsigned)(id - X86_REG_ST0)) : -1;
}

/* Those that one look at the saved context tells. */
static bool from_words(const struct x86_fp_words *w, int id, uint8_t *value)
{
    if (id == X86_REG_MXCSR)
        memcpy(value, &w->mxcsr, 4);
    else if (id == X86_REG_FCW)
        memcpy(value, &w->fcw, 2);
    else if (id == X86_REG_FS_BASE || id == X86_REG_GS_BASE)
        memcpy(value, id == X86_REG_FS_BASE ? &w->fs_base : &w->gs_base, 8);
    else
        return false;
    return true;
}

int x86_reg_read_list(struct x86 *x, const int *ids, size_t count, uint8_t (*values)[16])
{
    struct x86_fp_words words = x86_fp_words(x);
    int numbers[CPU_REG_LIST_MAX];
    void *to[CPU_REG_LIST_MAX];
    size_t batch = 0;

    memset(values, 0, count * sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        int number = ids[i] < 0 ? -1 : engine_number(ids[i]), rc;

        if (number >= 0) {
            numbers[batch] = number;
            to[batch++] = values[i];
        } else if (!from_words(&words, ids[i], values[i]) &&
                   (rc = x86_reg_read(x, ids[i], values[i])) != 0) {
            return rc;
        }
    }
    x86_uc_read_batch(x, numbers, to, batch);
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == X86_REG_FSW) {
            values[i][0] |= (uint8_t)words.fsw;
            values[i][1] |= (uint8_t)(words.fsw >> 8);
        }
    }
    return 0;
}

/* A selector with what the GDT says of it; a null one is a segment that nobody may use. */
static int write_selector(struct x86 *x, struct x86_view *v, int id, uint64_t selector)
{
    static const uint8_t seg[] = {SEG_CS, SEG_SS, SEG_DS, SEG_ES, SEG_FS, SEG_GS};
    bool system = id == X86_REG_TR || id == X86_REG_LDTR;
    unsigned index = id == X86_REG_TR     ? SEG_TR
                     : id == X86_REG_LDTR ? SEG_LDT
                                          : seg[id - X86_REG_CS];
    struct x86_seg *s = &v->seg[index];
    uint32_t desc[4] = {0}, error;
    size_t bytes = system ? 16 : 8;
    vaddr_t bad;

    if (!(selector & 0xfffc)) {
        *s = (struct x86_seg){.selector = (uint32_t)selector, .flags = system ? 0x8200 : 0};
        return index == SEG_CS || index == SEG_TR ? -EINVAL : 0;
    }
    if ((selector & 4) || (selector & 0xfff8) + bytes - 1 > v->gdt.limit ||
        x86_mem_read(x, v->gdt.base + (selector & 0xfff8), desc, bytes, &bad, &error))
        return -EINVAL;
    s->selector = (uint32_t)selector;
    s->base = desc[0] >> 16 | (desc[1] & 0xff) << 16 | (desc[1] & 0xff000000u) |
              (uint64_t)desc[2] << 32;
    s->limit = (desc[0] & 0xffff) | (desc[1] & 0xf0000);
    if (desc[1] & (1u << 23))
        s->limit = s->limit << 12 | 0xfff;
    s->flags = desc[1] | (id == X86_REG_TR ? 1u << 9 : 1u << 8); /* busy; accessed */
    if (index == SEG_CS)
        v->cpl = selector & 3;
    return 0;
}

/* What changes the mode; -EINVAL where hardware would refuse it. */
static int write_mode(struct x86_view *v, int id, uint64_t word)
{
    uint64_t *at = id == X86_REG_CR0 ? &v->cr0 : id == X86_REG_CR4 ? &v->cr4 : &v->efer;

    *at = word;
    if (v->cr0 & CR0_PG && (!(v->cr0 & CR0_PE) || (v->efer & EFER_LME && !(v->cr4 & CR4_PAE))))
        return -EINVAL;
    v->efer &= ~(uint64_t)EFER_LMA;
    if (v->efer & EFER_LME && v->cr0 & CR0_PG)
        v->efer |= EFER_LMA;
    return 0;
}

static int write_system(struct x86 *x, struct x86_view *v, int id, uint64_t word)
{
    int rc;

    switch (id) {
    case X86_REG_CR2:
        v->cr2 = word;
        x86_view_store(x, v);
        return 0;
    case X86_REG_CR8:
        x->board.lapic.tpr = (uint32_t)(word & 15) << 4;
        return 0;
    case X86_REG_KERNEL_GS_BASE:
        x86_set_msr_native(x, MSR_KERNEL_GS, word);
        return 0;
    case X86_REG_STAR:
        x->msrs.star = word;
        x86_set_msr_native(x, 0xc0000081, word);
        return 0;
    case X86_REG_LSTAR:
        x->msrs.lstar = word;
        return 0;
    case X86_REG_FMASK:
        x->msrs.fmask = word;
        return 0;
    case X86_REG_CR3:
        v->cr3 = word;
        break;
    case X86_REG_FS_BASE:
        v->seg[SEG_FS].base = word;
        break;
    case X86_REG_GS_BASE:
        v->seg[SEG_GS].base = word;
        break;
    case X86_REG_GDTR_BASE:
        v->gdt.base = word;
        break;
    case X86_REG_IDTR_BASE:
        v->idt.base = word;
        break;
    case X86_REG_GDTR_LIMIT:
        v->gdt.limit = word;
        break;
    case X86_REG_IDTR_LIMIT:
        v->idt.limit = word;
        break;
    case X86_REG_CR0:
    case X86_REG_CR4:
    case X86_REG_EFER:
        if ((rc = write_mode(v, id, word)) != 0)
            return rc;
        break;
    case X86_REG_CPL:
        return word == v->cpl ? 0 : -EPERM; /* CS says it */
    default:
        if ((rc = write_selector(x, v, id, word)) != 0)
            return rc;
    }
    return x86_state_reenter(x, v);
}

int x86_reg_write(struct x86 *x, int id, const void *value)
{
    struct x86_view v;
    struct x86_fpu fpu;
    uint64_t word = 0;

    if (id < 0 || id >= X86_REG_COUNT)
        return -EINVAL;
    if (table[id].group == CPU_REG_FP) {
        x86_fpu_read(x, &fpu);
        x86_fpu_field(&fpu, id, (void *)(uintptr_t)value, true);
        x86_fpu_write(x, &fpu);
        return 0;
    }
    memcpy(&word, value, table[id].bytes);
    if (id < GENERAL_COUNT) {
        x86_set_gpr(x, encoding[id], word);
    } else if (id == X86_REG_RIP) {
        x86_set_reg(x, X86_RIP, word);
    } else if (id == X86_REG_RFLAGS) {
        x86_set_reg(x, X86_RFLAGS, word | 2);
    } else {
        x->paging_known = false;
        x86_view_load(x, &v);
        return write_system(x, &v, id, word);
    }
    return 0;
}
