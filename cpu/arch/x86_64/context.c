/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's state where the register API does not reach: hidden parts of
 * segment registers, CPL and derived flags, error code, XCR0. All of it is read
 * and written in the engine's own state or in a saved context, at offsets found by calibration
 * (front_get()). XCR0 is always in `scratch`, and so is the error code where `front` is a context.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/x86_64/engine.h"
#include "cpu/arch/x86_64/state.h"

bool x86_engine_use_contexts(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    bool was = e->direct;

    e->live = (uint8_t *)e->front;
    e->direct = false;
    return was;
}

static void put_seg(const struct x86_engine *e, size_t offset, const struct x86_seg *seg)
{
    struct seg_cache s = {
        .selector = seg->selector, .base = seg->base, .limit = seg->limit, .flags = seg->flags};

    memcpy(field(e, offset), &s, sizeof(s));
}

/*
 * The engine's arithmetic notes exceptions in two bytes of its own and never
 * shows them to the guest (x87 division by zero apart). Both are made part of
 * the guest's registers at every exception entry and before every instruction
 * that reads or loads these registers.
 */
static uint32_t raised_at(const struct x86_engine *e, size_t offset)
{
    /* Invalid, division by zero, overflow, underflow and inexact are numbered alike. */
    return *field(e, offset) & 0x3du;
}

static void clear_raised(struct x86_engine *e)
{
    *field(e, e->at.sse_raised) = *field(e, e->at.fp_raised) = 0;
}

static uint32_t mxcsr_merged(const struct x86_engine *e)
{
    return get32(e, e->at.mxcsr) | raised_at(e, e->at.sse_raised);
}

static uint16_t fsw_merged(const struct x86_engine *e)
{
    uint16_t fsw;

    memcpy(&fsw, field(e, e->at.fsw), 2);
    return fsw | (uint16_t)raised_at(e, e->at.fp_raised);
}

static bool merge_raised(struct x86_engine *e)
{
    uint32_t mxcsr = mxcsr_merged(e);
    uint16_t fsw = fsw_merged(e);

    if (!*field(e, e->at.sse_raised) && !*field(e, e->at.fp_raised))
        return false;
    memcpy(field(e, e->at.mxcsr), &mxcsr, 4);
    memcpy(field(e, e->at.fsw), &fsw, 2);
    clear_raised(e);
    return true;
}

void x86_fp_sync(struct x86 *x)
{
    struct x86_engine *e = x->engine;

    front_get(e);
    if (merge_raised(e))
        front_put(e);
}

struct x86_fp_words x86_fp_words(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    struct x86_fp_words w;

    front_get(e);
    w.mxcsr = mxcsr_merged(e);
    memcpy(&w.fcw, field(e, e->at.fcw), 2);
    w.fsw = fsw_merged(e);
    w.fs_base = get_seg(e, e->at.seg[SEG_FS]).base;
    w.gs_base = get_seg(e, e->at.seg[SEG_GS]).base;
    return w;
}

void x86_fp_words_put(struct x86 *x, const struct x86_fp_words *w)
{
    struct x86_engine *e = x->engine;

    front_get(e);
    memcpy(field(e, e->at.mxcsr), &w->mxcsr, 4);
    memcpy(field(e, e->at.fsw), &w->fsw, 2);
    front_put(e);
}

void x86_fp_take_raised(struct x86 *x, uint32_t *x87, uint32_t *sse)
{
    struct x86_engine *e = x->engine;

    front_get(e);
    *sse = raised_at(e, e->at.sse_raised);
    *x87 = raised_at(e, e->at.fp_raised);
    clear_raised(e);
    if (*sse || *x87)
        front_put(e);
}

void x86_engine_mark(struct x86 *x)
{
    uc_context_save(x->engine->uc, x->engine->mark);
}

void x86_engine_back(struct x86 *x)
{
    x86_tlb_forget(x);
    uc_context_restore(x->engine->uc, x->engine->mark);
}

int x86_engine_save(struct x86 *x, void **context)
{
    uc_context *c = *context;

    if (!c && uc_context_alloc(x->engine->uc, &c))
        return -ENOMEM;
    *context = c;
    return uc_context_save(x->engine->uc, c) ? -EIO : 0;
}

int x86_engine_restore(struct x86 *x, void *context)
{
    x86_tlb_forget(x);
    return uc_context_restore(x->engine->uc, context) ? -EIO : 0;
}

void x86_engine_free_saved(void *context)
{
    if (context)
        uc_context_free(context);
}

void x86_fpu_read(struct x86 *x, struct x86_fpu *f)
{
    struct x86_engine *e = x->engine;

    memset(f, 0, sizeof(*f));
    for (int i = 0; i < 16; i++)
        uc_reg_read(e->uc, UC_X86_REG_XMM0 + i, f->xmm[i]);
    for (int i = 0; i < 8; i++)
        uc_reg_read(e->uc, UC_X86_REG_FP0 + i, f->st[i]);
    f->fcw = (uint16_t)read_uc(e, UC_X86_REG_FPCW);
    f->fsw = (uint16_t)read_uc(e, UC_X86_REG_FPSW) | x86_fp_words(x).fsw;
    f->ftw = (uint16_t)read_uc(e, UC_X86_REG_FPTAG);
    f->fop = (uint16_t)read_uc(e, UC_X86_REG_FOP);
    f->fip = read_uc(e, UC_X86_REG_FIP);
    f->fdp = read_uc(e, UC_X86_REG_FDP);
    f->mxcsr = x86_fp_words(x).mxcsr;
    uc_context_save(e->uc, e->scratch);
    memcpy(&f->xcr0, (uint8_t *)e->scratch + e->at.xcr0, 8);
}

void x86_fpu_write(struct x86 *x, const struct x86_fpu *f)
{
    struct x86_engine *e = x->engine;

    write_uc(e, UC_X86_REG_FPCW, f->fcw);
    write_uc(e, UC_X86_REG_FPSW, f->fsw);
    for (int i = 0; i < 16; i++)
        uc_reg_write(e->uc, UC_X86_REG_XMM0 + i, f->xmm[i]);
    for (int i = 0; i < 8; i++)
        uc_reg_write(e->uc, UC_X86_REG_FP0 + i, f->st[i]);
    write_uc(e, UC_X86_REG_FPTAG, f->ftw);
    write_uc(e, UC_X86_REG_FOP, f->fop);
    write_uc(e, UC_X86_REG_FIP, f->fip);
    write_uc(e, UC_X86_REG_FDP, f->fdp);
    write_uc(e, UC_X86_REG_MXCSR, f->mxcsr);
    uc_context_save(e->uc, e->scratch);
    memcpy((uint8_t *)e->scratch + e->at.xcr0, &f->xcr0, 8);
    uc_context_restore(e->uc, e->scratch);
    front_get(e);
    clear_raised(e);
    front_put(e);
    x->checks.unknown = true;
}

void x86_debug_regs(struct x86 *x, uint64_t dr[8], bool is_write)
{
    for (int i = 0; i < 8; i++) {
        if (is_write)
            write_uc(x->engine, UC_X86_REG_DR0 + i, dr[i]);
        else
            dr[i] = read_uc(x->engine, UC_X86_REG_DR0 + i);
    }
}

void x86_view_load(struct x86 *x, struct x86_view *v)
{
    const struct x86_engine *e = x->engine;

    x86_view_load_flat(x, v);
    for (int i = 0; i < SEG_COUNT; i++)
        v->seg[i] = get_seg(e, e->at.seg[i]);
    v->gdt.base = get64(e, e->at.gdt + 8);
    v->gdt.limit = get32(e, e->at.gdt + 16);
    v->idt.base = get64(e, e->at.idt + 8);
    v->idt.limit = get32(e, e->at.idt + 16);
}

void x86_view_load_flat(struct x86 *x, struct x86_view *v)
{
    const struct x86_engine *e = x->engine;

    front_get(e);
    v->rip = get64(e, e->at.rip);
    v->rsp = get64(e, e->at.gpr + 4 * 8);
    v->rflags = read_uc(e, UC_X86_REG_RFLAGS);
    v->seg[SEG_CS] = get_seg(e, e->at.seg[SEG_CS]);
    v->cr2 = get64(e, e->at.cr2);
    v->cpl = get32(e, e->at.hflags) & HFLAG_CPL;
    x86_paging_refresh(x);
    v->cr0 = x->paging.cr0;
    v->cr3 = x->paging.cr3;
    v->cr4 = x->paging.cr4;
    v->efer = x->paging.efer;
}

/* The derived flags that follow from CS, SS and CPL, as the engine's own loads set them. */
static uint32_t derived_flags(const struct x86_view *v, uint32_t old)
{
    uint32_t f = old & ~(HFLAG_CPL | HFLAG_CS32 | HFLAG_SS32 | HFLAG_ADDSEG | HFLAG_CS64);

    f |= v->cpl;
    if ((v->efer & EFER_LMA) && (v->seg[SEG_CS].flags & DESC_LONG))
        return f | HFLAG_CS64 | HFLAG_CS32 | HFLAG_SS32;
    if (v->seg[SEG_CS].flags & DESC_BIG)
        f |= HFLAG_CS32;
    if (v->seg[SEG_SS].flags & DESC_BIG)
        f |= HFLAG_SS32;
    if (v->seg[SEG_DS].base || v->seg[SEG_ES].base || v->seg[SEG_SS].base)
        f |= HFLAG_ADDSEG;
    return f;
}

void x86_view_store(struct x86 *x, const struct x86_view *v)
{
    struct x86_engine *e = x->engine;
    uint32_t flags = derived_flags(v, get32(e, e->at.hflags));

    memcpy(field(e, e->at.rip), &v->rip, 8);
    memcpy(field(e, e->at.gpr + 4 * 8), &v->rsp, 8);
    memcpy(field(e, e->at.cr2), &v->cr2, 8);
    put_seg(e, e->at.seg[SEG_CS], &v->seg[SEG_CS]);
    put_seg(e, e->at.seg[SEG_SS], &v->seg[SEG_SS]);
    flags &= ~HFLAG_INHIBIT_IRQ;
    memcpy(field(e, e->at.hflags), &flags, 4);
    merge_raised(e);
    front_put(e);
    write_uc(e, UC_X86_REG_RFLAGS, v->rflags);
}

void x86_view_put_gpr(struct x86 *x, unsigned index, uint64_t value)
{
    memcpy(field(x->engine, x->engine->at.gpr + 8 * index), &value, 8);
}

uint32_t x86_event_error_code(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    uint32_t error;

    if (e->direct)
        return get32(e, e->at.error_code);
    uc_context_save(e->uc, e->scratch);
    memcpy(&error, (uint8_t *)e->scratch + e->at.error_code, sizeof(error));
    return error;
}

uint64_t x86_event_address(struct x86 *x)
{
    const struct vmcb *vmcb = (const struct vmcb *)(x->engine->hidden + H_VMCB);

    return vmcb->exit_info_2;
}

bool x86_flat_code(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    uint32_t flags;
    struct x86_seg cs;

    front_get(e);
    flags = get32(e, e->at.hflags);
    cs = get_seg(e, e->at.seg[SEG_CS]);
    return (flags & HFLAG_CS64) || ((flags & HFLAG_CS32) && !cs.base);
}

bool x86_long_code(struct x86 *x)
{
    front_get(x->engine);
    return get32(x->engine, x->engine->at.hflags) & HFLAG_CS64;
}

uint64_t x86_code_base(struct x86 *x)
{
    return x86_long_code(x) ? get_seg(x->engine, x->engine->at.seg[SEG_CS]).base : 0;
}

bool x86_drop_code_base(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    struct x86_seg cs;

    if (!x86_code_base(x))
        return false;
    cs = get_seg(e, e->at.seg[SEG_CS]);
    cs.base = 0;
    put_seg(e, e->at.seg[SEG_CS], &cs);
    front_put(e);
    return true;
}

bool x86_long_mode(struct x86 *x)
{
    front_get(x->engine);
    return get32(x->engine, x->engine->at.hflags) & HFLAG_LMA;
}

unsigned x86_cpl(struct x86 *x)
{
    front_get(x->engine);
    return get32(x->engine, x->engine->at.hflags) & HFLAG_CPL;
}
