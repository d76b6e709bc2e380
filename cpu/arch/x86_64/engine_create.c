/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's creation: the hidden region of engine.c's opening comment, the
 * intercepts, and the state before VMRUN.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu/arch/x86_64/engine.h"
#include "cpu/context_live.h"
#include "cpu/context_part.h"
#include "cpu/engine_guard.h"
#include "cpu/engine_level.h"

/* Pages of nested tables: PML4, PDPT, PDs, PTs. */
static size_t nested_pages(size_t ram_bytes)
{
    size_t tables = ram_bytes / BLOCK_2M;

    return 2 + (tables + 511) / 512 + tables;
}

size_t x86_engine_extra_bytes(size_t ram_bytes)
{
    return H_NPT + nested_pages(ram_bytes) * PAGE;
}

static void build_hidden(struct x86_engine *e, size_t ram_bytes)
{
    static const uint8_t stub[] = {0x0f, 0x01, 0xda, 0x0f, 0x01, 0xd8, 0xf4};
    static const uint32_t native_msr[] = {0xc0000100, 0xc0000101, 0xc0000102};
    struct vmcb *b = (struct vmcb *)(e->hidden + H_VMCB);
    size_t pages = ram_bytes / PAGE, tables = pages / 512, dirs = (tables + 511) / 512;
    uint64_t *npt = (uint64_t *)(e->hidden + H_NPT);
    uint64_t first_dir = e->hidden_pa + H_NPT + 2 * PAGE, first_table = first_dir + dirs * PAGE;

    memcpy(e->hidden, stub, sizeof(stub));
    *(uint64_t *)(e->hidden + H_HOST_PML4 + 8 * (HIDDEN >> 39 & 511)) =
        e->hidden_pa + H_HOST_PDPT + 7;
    *(uint64_t *)(e->hidden + H_HOST_PDPT + 8 * (HIDDEN >> 30 & 511)) =
        e->hidden_pa + H_HOST_PD + 7;
    *(uint64_t *)(e->hidden + H_HOST_PD) = e->hidden_pa + 0x87;
    for (uint64_t i = 0; i < 3; i++) /* RAM, for x86_engine_drop_pages() */
        *(uint64_t *)(e->hidden + H_HOST_PDPT + 8 * i) = i << 30 | 0x87;
    npt[0] = e->hidden_pa + H_NPT + PAGE + 7;
    for (size_t i = 0; i < dirs; i++)
        npt[512 + i] = first_dir + i * PAGE + 0x27;
    for (size_t i = 0; i < tables; i++)
        npt[1024 + i] = first_table + i * PAGE + 0x27;
    e->pte = npt + 1024 + 512 * dirs;
    for (size_t i = 0; i < pages; i++)
        e->pte[i] = i * PAGE + 0x67;
    memset(e->hidden + H_MSRPM, 0xff, 2 * PAGE);
    for (size_t i = 0; i < ARRAY_LEN(native_msr); i++)
        engine_intercept_msr(e, native_msr[i], false);
    memset(e->hidden + H_IOPM, 0xff, 3 * PAGE);
    b->intercept_cr_read = 0x100;
    b->intercept_cr_write = 0x111;
    b->intercept_dr_write = 0xf0; /* DR7, and DR4 to DR6 with it: a breakpoint that the engine
                                     notes would drop the code that runs */
    b->intercept_exceptions = 0xffffffff;
    b->intercept = INTERCEPT(EXIT_RDTSC) | INTERCEPT(EXIT_RDPMC) | INTERCEPT(EXIT_CPUID) |
                   INTERCEPT(EXIT_INVD) | INTERCEPT(EXIT_SWINT) | INTERCEPT(EXIT_HLT) |
                   INTERCEPT(EXIT_MSR) | INTERCEPT(EXIT_SHUTDOWN) | INTERCEPT(EXIT_RDTSCP) | INTERCEPT(EXIT_WBINVD) |
                   INTERCEPT(EXIT_MONITOR) | INTERCEPT(EXIT_MWAIT) | INTERCEPT(EXIT_VMRUN);
    b->iopm_base = e->hidden_pa + H_IOPM;
    b->msrpm_base = e->hidden_pa + H_MSRPM;
    b->asid = 1;
    b->nested_ctl = 1;
    b->nested_cr3 = e->hidden_pa + H_NPT;
}

static uc_err open_engine(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    uc_x86_msr efer = {MSR_EFER, 0x1000 | EFER_NXE | EFER_LME | EFER_LMA};
    uc_x86_msr hsave = {MSR_VM_HSAVE_PA, e->hidden_pa + H_HSAVE};
    uc_err err;

    /* Has SVM, NX, SSE4.2, XSAVE and RDTSCP; has no RDRAND, whose values would be the host's. */
    engine_guard_catch_abort();
    if ((err = uc_open(UC_ARCH_X86, UC_MODE_64, &e->uc)) ||
        (err = uc_ctl_set_cpu_model(e->uc, UC_CPU_X86_OPTERON_G4)) ||
        (err = uc_ctl_set_tcg_buffer_size(e->uc, CODE_BYTES)) ||
        (err = uc_ctl_tlb_mode(e->uc, UC_TLB_CPU)) || (err = uc_ctl_exits_enable(e->uc)) ||
        (err = uc_mem_map_ptr(e->uc, 0,
                              x->config.ram_bytes + x86_engine_extra_bytes(x->config.ram_bytes),
                              UC_PROT_ALL, x->ram)) ||
        (err = uc_context_alloc(e->uc, &e->scratch)) || (err = uc_context_alloc(e->uc, &e->host)) ||
        (err = uc_context_alloc(e->uc, &e->mark)))
        return err;
    write_uc(e, UC_X86_REG_CR4, CR4_PAE);
    uc_reg_write(e->uc, UC_X86_REG_MSR, &efer);
    write_uc(e, UC_X86_REG_CR3, e->hidden_pa + H_HOST_PML4);
    write_uc(e, UC_X86_REG_CR0, CR0_PG | CR0_PE | 0x10);
    uc_reg_write(e->uc, UC_X86_REG_MSR, &hsave);
    err = uc_context_save(e->uc, e->host);
    e->level_at = engine_level_find(e->uc);
    if (!err)
        err = x86_tlb_create(x);
    return err ? err : engine_add_hooks(x);
}

/* Where in a context what traps read and write ends. */
static size_t front_end(const struct layout *at)
{
    const size_t ends[] = {at->gpr + 16 * 8,  at->rip + 8,   at->hflags + 4, at->gdt + 20,
                           at->idt + 20,      at->cr2 + 8,   at->mxcsr + 4,  at->fcw + 2,
                           at->fp_raised + 1, at->fsw + 2,   at->sse_raised + 1};
    size_t end = 0;

    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        end = ends[i] > end ? ends[i] : end;
    for (int i = 0; i < SEG_COUNT; i++)
        end = at->seg[i] + sizeof(struct seg_cache) > end ? at->seg[i] + sizeof(struct seg_cache)
                                                          : end;
    return end;
}

/* Registers with values that stand nowhere else say where the engine's state is. */
static void find_live(struct x86_engine *e)
{
    struct live_probe probe = {e->at.gpr, 4 * 8, UC_X86_REG_RAX};
    uint8_t *live;

    for (unsigned i = 0; i < 4; i++) /* RAX, RCX, RDX, RBX */
        write_uc(e, x86_uc_gpr(i), 0x9e3779b97f4a7c15 * (i + 3));
    live = context_live(e->uc, &probe, e->scratch);
    if (!live)
        return;
    e->live = live;
    e->direct = get64(e, e->at.cr2 + CR0_FROM_CR2) == read_uc(e, UC_X86_REG_CR0) &&
                get64(e, e->at.cr2 + CR3_FROM_CR2) == read_uc(e, UC_X86_REG_CR3) &&
                get64(e, e->at.cr2 + CR4_FROM_CR2) == read_uc(e, UC_X86_REG_CR4);
    if (e->direct)
        engine_trim_find(&e->tlbs, e->live);
    else
        e->live = (uint8_t *)e->front;
}

static uc_err make_front(struct x86_engine *e)
{
    uc_err err = uc_context_alloc(e->uc, &e->front);

    if (err)
        return err;
    context_part(e->uc, e->front, e->scratch, front_end(&e->at));
    e->live = (uint8_t *)e->front;
    find_live(e);
    return UC_ERR_OK;
}

/* Of three regimes: ring 3, and the other rings without SMAP, by the engine's numbers of them. */
static const struct engine_tlbs tlbs = {3, 1u << 1 | 1u << 2, NULL};

int x86_engine_create(struct x86 *x)
{
    struct x86_engine *e = calloc(1, sizeof(*e));
    uc_err err;
    int rc;

    if (!e)
        return -ENOMEM;
    x->engine = e;
    e->tlbs = tlbs;
    e->hidden = x->ram + x->config.ram_bytes;
    e->hidden_pa = x->config.ram_bytes;
    build_hidden(e, x->config.ram_bytes);
    err = open_engine(x);
    if (err) {
        snprintf(x->error, sizeof(x->error), "libunicorn: %s", uc_strerror(err));
        return -EIO;
    }
    x86_count_limit(&x->count, 0);
    e->front = e->scratch;
    e->live = (uint8_t *)e->scratch;
    rc = engine_calibrate(x);
    e->front = NULL;
    if (rc || make_front(e)) {
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
    if (e->front)
        uc_context_free(e->front);
    if (e->host)
        uc_context_free(e->host);
    if (e->mark)
        uc_context_free(e->mark);
    if (e->uc)
        uc_close(e->uc);
    free(e);
    x->engine = NULL;
}
