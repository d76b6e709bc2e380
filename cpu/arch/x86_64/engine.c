/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's side of the x86_64 machine; the only file here that knows unicorn.
 *
 * The guest is an SVM guest (AMD64 manual vol. 2, chapter 15) of a stub that
 * lives in a hidden physical region:
 *
 *     HIDDEN + 0x0000  vmload %rax; vmrun %rax
 *            + 0x1000  VMCB            + 0x2000  host save area
 *            + 0x3000  host tables (2 pages: identity over the region and RAM)
 *            + 0x5000  MSR bitmap (2 pages)   + 0x7000  I/O bitmap (3 pages)
 *            + 0xa000  nested tables: PML4, PDPT, then PDs, then PTs
 *
 * VMRUN loads the whole guest state and never returns: the engine reports each
 * #VMEXIT to UC_HOOK_INTR as 0x100 + exit code instead of performing it, with
 * the exact RIP, and continues in guest mode where the hook leaves it. The
 * nested tables map RAM one to one in 4 KiB pages and nothing else, so a device
 * access is a nested page fault; a page that holds counted code is read-only.
 *
 * Fields that the register API lacks (hidden parts of segment registers, CPL,
 * error code) are read and written in a saved context, at offsets found by
 * calibration at start-up: distinctive values are loaded by VMRUN and searched.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unicorn/unicorn.h>

#include "cpu/arch/x86_64/exits.h"
#include "cpu/arch/x86_64/state.h"
#include "cpu/arch/x86_64/vmcb.h"
#include "cpu/arch/x86_64/x86.h"

#define HIDDEN      0x4000000000ull
#define H_VMCB      0x1000u
#define H_HSAVE     0x2000u
#define H_HOST_PML4 0x3000u
#define H_HOST_PDPT 0x4000u
#define H_MSRPM     0x5000u
#define H_IOPM      0x7000u
#define H_NPT       0xa000u
#define PAGE        0x1000u
#define CODE_BYTES  (128u << 20) /* translated code; cleared when full */

#define MSR_EFER        0xc0000080u
#define MSR_VM_HSAVE_PA 0xc0010117u

struct layout {
    size_t gpr, rip, hflags, error_code;
    size_t seg[SEG_COUNT];
    size_t gdt, idt;
    size_t xcr0, cr2;
};

struct x86_engine {
    uc_engine *uc;
    uc_context *scratch; /* the live state, as last saved */
    uc_context *host;    /* before VMRUN */
    struct layout at;
    uint8_t *hidden;
    size_t hidden_bytes;
    uint64_t *pte; /* nested PTEs, one per page of RAM */
    bool entering; /* stop at the guest's first block or event */
    bool calibrating;
};

static const int gpr_id[16] = {
    UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
    UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
    UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15,
};

static uint64_t read_uc(const struct x86_engine *e, int id)
{
    uint64_t value = 0;

    uc_reg_read(e->uc, id, &value);
    return value;
}

static void write_uc(struct x86_engine *e, int id, uint64_t value)
{
    uc_reg_write(e->uc, id, &value);
}

/* ---- hooks ---- */

static void on_block(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct x86_count *c = user;
    const struct x86_block *b = &c->blocks[x86_block_index(pc)];
    insn_t end = c->n + b->insns;

    (void)uc;
    if (__builtin_expect(b->key == (pc ^ c->bias) && b->size == size && end <= c->limit, 1)) {
        c->n = end;
        c->current = b;
        return;
    }
    x86_count_slow((struct x86 *)user, pc, size);
}

static void on_intr(uc_engine *uc, uint32_t code, void *user)
{
    struct x86 *x = user;

    (void)uc;
    if (x->engine->calibrating || x->engine->entering) {
        uc_context_save(x->engine->uc, x->engine->scratch);
        uc_emu_stop(x->engine->uc);
        return;
    }
    x86_event(x, code);
}

static void on_syscall(uc_engine *uc, void *user)
{
    (void)uc;
    x86_syscall(user);
}

bool x86_engine_entering(struct x86 *x, vaddr_t pc)
{
    if (pc == HIDDEN || x->engine->calibrating)
        return true;
    if (!x->engine->entering)
        return false;
    uc_emu_stop(x->engine->uc);
    return true;
}

/* ---- registers ---- */

uint64_t x86_reg(struct x86 *x, int regid)
{
    static const int id[] = {
        [X86_RIP] = UC_X86_REG_RIP, [X86_RFLAGS] = UC_X86_REG_RFLAGS, [X86_CR0] = UC_X86_REG_CR0,
        [X86_CR2] = UC_X86_REG_CR2, [X86_CR3] = UC_X86_REG_CR3,       [X86_CR4] = UC_X86_REG_CR4,
        [X86_RAX] = UC_X86_REG_RAX, [X86_RBX] = UC_X86_REG_RBX,       [X86_RCX] = UC_X86_REG_RCX,
        [X86_RDX] = UC_X86_REG_RDX,
    };

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

static void intercept_msr(struct x86_engine *e, uint32_t index, bool on)
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

    intercept_msr(x->engine, index, false);
    uc_reg_read(x->engine->uc, UC_X86_REG_MSR, &msr);
    *p = saved;
    return msr.value;
}

void x86_set_msr_native(struct x86 *x, uint32_t index, uint64_t value)
{
    uc_x86_msr msr = {.rid = index, .value = value};
    unsigned shift;
    uint8_t *p = msr_permission(x->engine, index, &shift), saved = *p;

    intercept_msr(x->engine, index, false);
    uc_reg_write(x->engine->uc, UC_X86_REG_MSR, &msr);
    *p = saved;
}

int x86_uc_read(struct x86 *x, int uc_id, void *value)
{
    return uc_reg_read(x->engine->uc, uc_id, value) ? -EIO : 0;
}

int x86_uc_write(struct x86 *x, int uc_id, const void *value)
{
    return uc_reg_write(x->engine->uc, uc_id, value) ? -EIO : 0;
}

/* ---- the saved context ---- */

/* The engine's segment cache: u32 selector, pad, u64 base, u32 limit, u32 flags. */
struct seg_cache {
    uint32_t selector, pad;
    uint64_t base;
    uint32_t limit, flags;
};

static uint8_t *field(const struct x86_engine *e, size_t offset)
{
    return (uint8_t *)e->scratch + offset;
}

static uint32_t get32(const struct x86_engine *e, size_t offset)
{
    uint32_t value;

    memcpy(&value, field(e, offset), sizeof(value));
    return value;
}

static uint64_t get64(const struct x86_engine *e, size_t offset)
{
    uint64_t value;

    memcpy(&value, field(e, offset), sizeof(value));
    return value;
}

static struct x86_seg get_seg(const struct x86_engine *e, size_t offset)
{
    struct seg_cache s;

    memcpy(&s, field(e, offset), sizeof(s));
    return (struct x86_seg){
        .base = s.base, .selector = s.selector, .limit = s.limit, .flags = s.flags & DESC_ATTRIB};
}

static void put_seg(const struct x86_engine *e, size_t offset, const struct x86_seg *seg)
{
    struct seg_cache s = {
        .selector = seg->selector, .base = seg->base, .limit = seg->limit, .flags = seg->flags};

    memcpy(field(e, offset), &s, sizeof(s));
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
    f->fsw = (uint16_t)read_uc(e, UC_X86_REG_FPSW);
    f->ftw = (uint16_t)read_uc(e, UC_X86_REG_FPTAG);
    f->fop = (uint16_t)read_uc(e, UC_X86_REG_FOP);
    f->fip = read_uc(e, UC_X86_REG_FIP);
    f->fdp = read_uc(e, UC_X86_REG_FDP);
    f->mxcsr = (uint32_t)read_uc(e, UC_X86_REG_MXCSR);
    uc_context_save(e->uc, e->scratch);
    f->xcr0 = get64(e, e->at.xcr0);
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
    memcpy(field(e, e->at.xcr0), &f->xcr0, 8);
    uc_context_restore(e->uc, e->scratch);
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
    struct x86_engine *e = x->engine;

    uc_context_save(e->uc, e->scratch);
    v->rip = get64(e, e->at.rip);
    v->rsp = get64(e, e->at.gpr + 4 * 8);
    v->rflags = read_uc(e, UC_X86_REG_RFLAGS);
    for (int i = 0; i < SEG_COUNT; i++)
        v->seg[i] = get_seg(e, e->at.seg[i]);
    v->gdt.base = get64(e, e->at.gdt + 8);
    v->gdt.limit = get32(e, e->at.gdt + 16);
    v->idt.base = get64(e, e->at.idt + 8);
    v->idt.limit = get32(e, e->at.idt + 16);
    v->cr2 = get64(e, e->at.cr2);
    v->error_code = get32(e, e->at.error_code);
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
    uc_context_restore(e->uc, e->scratch);
    write_uc(e, UC_X86_REG_RFLAGS, v->rflags);
}

void x86_view_put_gpr(struct x86 *x, unsigned index, uint64_t value)
{
    memcpy(field(x->engine, x->engine->at.gpr + 8 * index), &value, 8);
}

uint32_t x86_event_error_code(struct x86 *x)
{
    uc_context_save(x->engine->uc, x->engine->scratch);
    return get32(x->engine, x->engine->at.error_code);
}

uint64_t x86_event_address(struct x86 *x)
{
    const struct vmcb *vmcb = (const struct vmcb *)(x->engine->hidden + H_VMCB);

    return vmcb->exit_info_2;
}

bool x86_long_code(struct x86 *x)
{
    uc_context_save(x->engine->uc, x->engine->scratch);
    return get32(x->engine, x->engine->at.hflags) & HFLAG_CS64;
}

unsigned x86_cpl(struct x86 *x)
{
    uc_context_save(x->engine->uc, x->engine->scratch);
    return get32(x->engine, x->engine->at.hflags) & HFLAG_CPL;
}

/* ---- control ---- */

void x86_engine_stop(struct x86 *x)
{
    uc_emu_stop(x->engine->uc);
}

void x86_engine_flush_tlb(struct x86 *x)
{
    uc_ctl_flush_tlb(x->engine->uc);
}

void x86_engine_drop_code(struct x86 *x, vaddr_t start, vaddr_t end)
{
    uc_ctl_remove_cache(x->engine->uc, start, end);
}

/*
 * By physical address: the hidden stub's tables map RAM one to one. (Flushing all
 * translated code would make the engine clear its whole code buffer.)
 */
void x86_engine_drop_pages(struct x86 *x, bool (*wanted)(const struct x86 *x, uint64_t page))
{
    struct x86_engine *e = x->engine;
    uint64_t pages = x->config.ram_bytes / PAGE;

    uc_context_save(e->uc, e->scratch);
    uc_context_restore(e->uc, e->host);
    uc_ctl_flush_tlb(e->uc);
    for (uint64_t page = 0; page < pages; page++)
        if (wanted(x, page))
            uc_ctl_remove_cache(e->uc, page * PAGE, (page + 1) * PAGE);
    uc_context_restore(e->uc, e->scratch);
    uc_ctl_flush_tlb(e->uc);
}

int x86_engine_put_exits(struct x86 *x, uint64_t *list, size_t count)
{
    return uc_ctl_set_exits(x->engine->uc, list, count) ? -EIO : 0;
}

void x86_engine_protect(struct x86 *x, paddr_t page, bool writable)
{
    uint64_t *pte = &x->engine->pte[page / PAGE];

    *pte = writable ? *pte | 2 : *pte & ~2ull;
}

int x86_engine_run(struct x86 *x)
{
    uc_err err = uc_emu_start(x->engine->uc, read_uc(x->engine, UC_X86_REG_RIP), 0, 0, 0);

    if (!err)
        return 0;
    snprintf(x->error, sizeof(x->error), "the engine stopped at 0x%llx: %s",
             (unsigned long long)read_uc(x->engine, UC_X86_REG_RIP), uc_strerror(err));
    return -EIO;
}

static void vmcb_seg(struct vmcb_seg *to, const struct x86_seg *from)
{
    to->selector = (uint16_t)from->selector;
    to->attrib = (uint16_t)((from->flags >> 8 & 0xff) | (from->flags >> 12 & 0xf00));
    to->limit = from->limit;
    to->base = from->base;
}

static void vmcb_fill(struct x86_engine *e, const struct x86_view *v)
{
    struct vmcb *b = (struct vmcb *)(e->hidden + H_VMCB);

    vmcb_seg(&b->es, &v->seg[SEG_ES]);
    vmcb_seg(&b->cs, &v->seg[SEG_CS]);
    vmcb_seg(&b->ss, &v->seg[SEG_SS]);
    vmcb_seg(&b->ds, &v->seg[SEG_DS]);
    vmcb_seg(&b->fs, &v->seg[SEG_FS]);
    vmcb_seg(&b->gs, &v->seg[SEG_GS]);
    vmcb_seg(&b->ldtr, &v->seg[SEG_LDT]);
    vmcb_seg(&b->tr, &v->seg[SEG_TR]);
    b->gdtr = (struct vmcb_seg){.base = v->gdt.base, .limit = (uint32_t)v->gdt.limit};
    b->idtr = (struct vmcb_seg){.base = v->idt.base, .limit = (uint32_t)v->idt.limit};
    b->cpl = (uint8_t)v->cpl;
    b->efer = v->efer;
    b->cr0 = v->cr0;
    b->cr2 = v->cr2;
    b->cr3 = v->cr3;
    b->cr4 = v->cr4;
    b->rflags = v->rflags;
    b->rip = v->rip;
    b->rsp = v->rsp;
    b->rax = 0;
    b->dr6 = 0xffff0ff0;
    b->dr7 = 0x400;
}

int x86_engine_enter(struct x86 *x, const struct x86_view *v)
{
    struct x86_engine *e = x->engine;
    uint64_t rax = HIDDEN + H_VMCB;
    uc_err err;

    uc_context_restore(e->uc, e->host);
    uc_ctl_flush_tlb(e->uc);
    vmcb_fill(e, v);
    write_uc(e, UC_X86_REG_RAX, rax);
    e->entering = true;
    err = uc_emu_start(e->uc, HIDDEN, 0, 0, 0);
    e->entering = false;
    x->paging_known = false;
    if (err || read_uc(e, UC_X86_REG_RIP) != v->rip) {
        snprintf(x->error, sizeof(x->error), "the engine does not enter the guest: %s at 0x%llx",
                 uc_strerror(err), (unsigned long long)read_uc(e, UC_X86_REG_RIP));
        return -EIO;
    }
    return 0;
}

/* ---- creation ---- */

static void build_hidden(struct x86_engine *e, uint8_t *ram, size_t ram_bytes)
{
    static const uint8_t stub[] = {0x0f, 0x01, 0xda, 0x0f, 0x01, 0xd8, 0xf4};
    static const uint32_t native_msr[] = {0xc0000100, 0xc0000101, 0xc0000102};
    struct vmcb *b = (struct vmcb *)(e->hidden + H_VMCB);
    size_t pages = ram_bytes / PAGE, tables = pages / 512, dirs = (tables + 511) / 512;
    uint64_t *npt = (uint64_t *)(e->hidden + H_NPT);
    uint64_t first_dir = HIDDEN + H_NPT + 2 * PAGE, first_table = first_dir + dirs * PAGE;

    (void)ram;
    memcpy(e->hidden, stub, sizeof(stub));
    *(uint64_t *)(e->hidden + H_HOST_PML4 + 8 * (HIDDEN >> 39 & 511)) = HIDDEN + H_HOST_PDPT + 7;
    *(uint64_t *)(e->hidden + H_HOST_PDPT + 8 * (HIDDEN >> 30 & 511)) = HIDDEN + 0x87;
    for (uint64_t i = 0; i < 3; i++) /* RAM, for x86_engine_drop_pages() */
        *(uint64_t *)(e->hidden + H_HOST_PDPT + 8 * i) = i << 30 | 0x87;
    npt[0] = HIDDEN + H_NPT + PAGE + 7;
    for (size_t i = 0; i < dirs; i++)
        npt[512 + i] = first_dir + i * PAGE + 0x27;
    for (size_t i = 0; i < tables; i++)
        npt[1024 + i] = first_table + i * PAGE + 0x27;
    e->pte = npt + 1024 + 512 * dirs;
    for (size_t i = 0; i < pages; i++)
        e->pte[i] = i * PAGE + 0x67;
    memset(e->hidden + H_MSRPM, 0xff, 2 * PAGE);
    for (size_t i = 0; i < ARRAY_LEN(native_msr); i++)
        intercept_msr(e, native_msr[i], false);
    memset(e->hidden + H_IOPM, 0xff, 3 * PAGE);
    b->intercept_cr_read = 0x100;
    b->intercept_cr_write = 0x111;
    b->intercept_exceptions = 0xffffffff;
    b->intercept = INTERCEPT(EXIT_RDTSC) | INTERCEPT(EXIT_RDPMC) | INTERCEPT(EXIT_CPUID) |
                   INTERCEPT(EXIT_INVD) | INTERCEPT(EXIT_SWINT) | INTERCEPT(EXIT_HLT) | INTERCEPT(EXIT_MSR) |
                   INTERCEPT(EXIT_SHUTDOWN) | INTERCEPT(EXIT_RDTSCP) | INTERCEPT(EXIT_WBINVD) |
                   INTERCEPT(EXIT_MONITOR) | INTERCEPT(EXIT_MWAIT) | INTERCEPT(EXIT_VMRUN);
    b->iopm_base = HIDDEN + H_IOPM;
    b->msrpm_base = HIDDEN + H_MSRPM;
    b->asid = 1;
    b->nested_ctl = 1;
    b->nested_cr3 = HIDDEN + H_NPT;
}

static uc_err open_engine(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    uc_x86_msr efer = {MSR_EFER, 0x1000 | EFER_NXE | EFER_LME | EFER_LMA};
    uc_x86_msr hsave = {MSR_VM_HSAVE_PA, HIDDEN + H_HSAVE};
    uc_hook hook;
    uc_err err;

    /* Has SVM, NX, SSE4.2, XSAVE and RDTSCP; has no RDRAND, whose values would be the host's. */
    if ((err = uc_open(UC_ARCH_X86, UC_MODE_64, &e->uc)) ||
        (err = uc_ctl_set_cpu_model(e->uc, UC_CPU_X86_OPTERON_G4)) ||
        (err = uc_ctl_set_tcg_buffer_size(e->uc, CODE_BYTES)) ||
        (err = uc_ctl_tlb_mode(e->uc, UC_TLB_CPU)) || (err = uc_ctl_exits_enable(e->uc)) ||
        (err = uc_mem_map_ptr(e->uc, 0, x->config.ram_bytes, UC_PROT_ALL, x->ram)) ||
        (err = uc_mem_map_ptr(e->uc, HIDDEN, e->hidden_bytes, UC_PROT_ALL, e->hidden)) ||
        (err = uc_context_alloc(e->uc, &e->scratch)) || (err = uc_context_alloc(e->uc, &e->host)))
        return err;
    write_uc(e, UC_X86_REG_CR4, CR4_PAE);
    uc_reg_write(e->uc, UC_X86_REG_MSR, &efer);
    write_uc(e, UC_X86_REG_CR3, HIDDEN + H_HOST_PML4);
    write_uc(e, UC_X86_REG_CR0, CR0_PG | CR0_PE | 0x10);
    uc_reg_write(e->uc, UC_X86_REG_MSR, &hsave);
    if ((err = uc_context_save(e->uc, e->host)) ||
        (err = uc_hook_add(e->uc, &hook, UC_HOOK_INTR, (void *)on_intr, x, 1, 0)) ||
        (err = uc_hook_add(e->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, x, 1, 0)))
        return err;
    return uc_hook_add(e->uc, &hook, UC_HOOK_INSN, (void *)on_syscall, x, 1, 0,
                       UC_X86_INS_SYSCALL);
}

/* ---- calibration ---- */

static size_t context_bytes(const struct x86_engine *e)
{
    return uc_context_size(e->uc);
}

/* Offset at which 64-bit `value` stands; 0 when it is not there exactly once. */
static size_t find64(const struct x86_engine *e, uint64_t value)
{
    size_t found = 0;

    for (size_t o = 8; o + 8 <= context_bytes(e); o += 4) {
        if (get64(e, o) != value)
            continue;
        if (found)
            return 0;
        found = o;
    }
    return found;
}

static struct x86_view flat32(vaddr_t rip, unsigned cpl)
{
    struct x86_view v = {.rip = rip, .rsp = 0x7fed1230, .rflags = 2, .cr0 = CR0_PE | 0x10};

    for (int i = 0; i < SEG_LDT; i++)
        v.seg[i] = (struct x86_seg){
            .limit = ~0u, .selector = 0x10 + cpl, .flags = (0xcf9300 | cpl << 13)};
    v.seg[SEG_CS].flags = 0xcf9b00 | cpl << 13;
    v.seg[SEG_CS].selector = 8 + cpl;
    v.seg[SEG_LDT] = (struct x86_seg){.flags = 0x8200};
    v.seg[SEG_TR] = (struct x86_seg){.flags = 0x8b00, .limit = 0x67};
    v.cpl = cpl;
    return v;
}

#define MAGIC_BASE 0x0000123456000000ull
#define MAGIC_CR2  0x0000123456fedc00ull

static int calibrate_segments(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    struct x86_view v = flat32(0x1000, 0);

    for (int i = 0; i < SEG_COUNT; i++)
        if (i != SEG_CS)
            v.seg[i].base = MAGIC_BASE + (uint64_t)i * 0x10000;
    v.gdt = (struct x86_table){MAGIC_BASE + 0x100000, 0x123};
    v.idt = (struct x86_table){MAGIC_BASE + 0x110000, 0x456};
    v.cr2 = MAGIC_CR2;
    if (x86_engine_enter(x, &v))
        return -EIO;
    uc_context_save(e->uc, e->scratch);
    for (int i = 0; i < SEG_COUNT; i++)
        if (i != SEG_CS && !(e->at.seg[i] = find64(e, v.seg[i].base)))
            return -ENOENT;
    if (!(e->at.cr2 = find64(e, MAGIC_CR2)))
        return -ENOENT;
    if (!(e->at.gdt = find64(e, v.gdt.base)) || !(e->at.idt = find64(e, v.idt.base)) ||
        !(e->at.gpr = find64(e, v.rsp)))
        return -ENOENT;
    for (int i = 0; i < SEG_COUNT; i++)
        e->at.seg[i] -= 8;
    e->at.gdt -= 8;
    e->at.idt -= 8;
    e->at.gpr -= 4 * 8;
    e->at.seg[SEG_CS] = (e->at.seg[SEG_ES] + e->at.seg[SEG_SS]) / 2;
    if (get_seg(e, e->at.seg[SEG_CS]).selector != 8 || get32(e, e->at.idt + 16) != 0x456 ||
        get_seg(e, e->at.seg[SEG_DS]).flags != (v.seg[SEG_DS].flags & DESC_ATTRIB))
        return -ENOENT;
    return 0;
}

/* RIP and the derived flags: what two entries that differ only there agree upon. */
static int calibrate_flags(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    struct x86_view a = flat32(0x1240, 0), b = flat32(0x1380, 3);
    size_t bytes = context_bytes(e);
    uint8_t *first = malloc(bytes);
    int rips = 0, flags = 0, rc = -EIO;

    if (!first)
        return -ENOMEM;
    if (x86_engine_enter(x, &a))
        goto out;
    uc_context_save(e->uc, e->scratch);
    memcpy(first, e->scratch, bytes);
    if (x86_engine_enter(x, &b))
        goto out;
    uc_context_save(e->uc, e->scratch);
    for (size_t o = 8; o + 8 <= bytes; o += 4) {
        uint64_t was, now = get64(e, o);
        memcpy(&was, first + o, 8);
        if (was == 0x1240 && now == 0x1380) {
            e->at.rip = o;
            rips++;
        }
        if (((uint32_t)was & (HFLAG_GUEST | HFLAG_PE | HFLAG_CPL)) == (HFLAG_GUEST | HFLAG_PE) &&
            (uint32_t)now == ((uint32_t)was | 3) && o < e->at.seg[SEG_ES]) {
            e->at.hflags = o;
            flags++;
        }
    }
    rc = rips == 1 && flags == 1 ? 0 : -ENOENT;
out:
    free(first);
    return rc;
}

/* Run what stands at v->rip until its first event, whose context is left in `scratch`. */
static int run_code(struct x86 *x, const struct x86_view *v)
{
    uc_err err;

    if (x86_engine_enter(x, v))
        return -EIO;
    x86_engine_drop_code(x, v->rip, v->rip + 16);
    x->engine->calibrating = true;
    err = uc_emu_start(x->engine->uc, v->rip, 0, 0, 0);
    x->engine->calibrating = false;
    return err ? -EIO : 0;
}

/* mov $selector,%eax; mov %eax,%ds: #GP(selector), as the descriptor table is empty. */
static int run_bad_selector(struct x86 *x, uint8_t low, uint8_t high)
{
    uint8_t code[7] = {0xb8, low, high, 0, 0, 0x8e, 0xd8};
    struct x86_view v = flat32(0x1000, 0);

    memcpy(x->ram + 0x1000, code, sizeof(code));
    return run_code(x, &v);
}

static int calibrate_error_code(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    size_t bytes = context_bytes(e);
    uint8_t *first = malloc(bytes);
    int found = 0, rc = -EIO;

    if (!first)
        return -ENOMEM;
    if (run_bad_selector(x, 0x38, 0x12))
        goto out;
    memcpy(first, e->scratch, bytes);
    if (run_bad_selector(x, 0x78, 0x56))
        goto out;
    for (size_t o = 8; o + 4 <= bytes; o += 4) {
        uint32_t was;
        memcpy(&was, first + o, 4);
        if (was != 0x1238 || get32(e, o) != 0x5678 || o == e->at.gpr)
            continue;
        e->at.error_code = o;
        found++;
    }
    rc = found == 1 ? 0 : -ENOENT;
out:
    free(first);
    memset(x->ram + 0x1000, 0, 16);
    return rc;
}

/* mov $value,%eax; xor %ecx,%ecx; xor %edx,%edx; xsetbv; ud2 */
static int run_xsetbv(struct x86 *x, uint8_t value)
{
    uint8_t code[] = {0xb8, value, 0, 0, 0, 0x31, 0xc9, 0x31, 0xd2, 0x0f, 0x01, 0xd1, 0x0f, 0x0b};
    struct x86_view v = flat32(0x1100, 0);

    v.cr4 = 0x40000; /* OSXSAVE */
    memcpy(x->ram + 0x1100, code, sizeof(code));
    return run_code(x, &v);
}

static int calibrate_xcr0(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    size_t bytes = context_bytes(e);
    uint8_t *first = malloc(bytes);
    int found = 0, rc = -EIO;

    if (!first)
        return -ENOMEM;
    if (run_xsetbv(x, 3))
        goto out;
    memcpy(first, e->scratch, bytes);
    if (run_xsetbv(x, 1))
        goto out;
    for (size_t o = 8; o + 8 <= bytes; o += 4) {
        uint64_t was;
        memcpy(&was, first + o, 8);
        if (was != 3 || get64(e, o) != 1 || o == e->at.gpr)
            continue;
        e->at.xcr0 = o;
        found++;
    }
    rc = found == 1 ? 0 : -ENOENT;
out:
    free(first);
    memset(x->ram + 0x1100, 0, 16);
    return rc;
}

int x86_engine_create(struct x86 *x)
{
    size_t pages = x->config.ram_bytes / PAGE, tables = pages / 512;
    struct x86_engine *e = calloc(1, sizeof(*e));
    uc_err err;

    if (!e)
        return -ENOMEM;
    x->engine = e;
    e->hidden_bytes = H_NPT + (2 + (tables + 511) / 512 + tables) * PAGE;
    e->hidden = mmap(NULL, e->hidden_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                     0);
    if (e->hidden == MAP_FAILED) {
        e->hidden = NULL;
        return -ENOMEM;
    }
    build_hidden(e, x->ram, x->config.ram_bytes);
    err = open_engine(x);
    if (err) {
        snprintf(x->error, sizeof(x->error), "libunicorn: %s", uc_strerror(err));
        return -EIO;
    }
    x->count.limit = 0;
    if (calibrate_segments(x) || calibrate_flags(x) || calibrate_error_code(x) || calibrate_xcr0(x)) {
        snprintf(x->error, sizeof(x->error),
                 "this libunicorn keeps its CPU state in a way that is not known; use 2.1.1 or later");
        return -ENOTSUP;
    }
    return 0;
}

void x86_engine_destroy(struct x86 *x)
{
    struct x86_engine *e = x->engine;

    if (!e)
        return;
    if (e->scratch)
        uc_context_free(e->scratch);
    if (e->host)
        uc_context_free(e->host);
    if (e->uc)
        uc_close(e->uc);
    if (e->hidden)
        munmap(e->hidden, e->hidden_bytes);
    free(e);
    x->engine = NULL;
}
