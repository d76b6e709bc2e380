/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's side of the x86_64 machine: hooks, registers, entering and running.
 *
 * The guest is an SVM guest (AMD64 manual vol. 2, chapter 15) of a stub that
 * lives in a region behind RAM, which no nested table maps:
 *
 *     RAM's end + 0x0000  vmload %rax; vmrun %rax
 *               + 0x1000  VMCB            + 0x2000  host save area
 *               + 0x3000  host tables: PML4, PDPT (identity over RAM)
 *               + 0x5000  MSR bitmap (2 pages)   + 0x7000  I/O bitmap (3 pages)
 *               + 0xa000  host tables: PD (HIDDEN, for the stub)
 *               + 0xb000  nested tables: PML4, PDPT, then PDs, then PTs
 *
 * It is one region of the engine's memory with RAM: its walks then find every entry by the region
 * that it looked at last.
 *
 * VMRUN loads the whole guest state and never returns: the engine reports each
 * #VMEXIT to UC_HOOK_INTR as 0x100 + exit code instead of performing it, with
 * the exact RIP, and continues in guest mode where the hook leaves it. The
 * nested tables map RAM one to one in 4 KiB pages and nothing else, so a device
 * access is a nested page fault; a page that holds counted code is read-only.
 *
 * Fields that the register API lacks are in context.c; where they are is found
 * out by calibrate.c. The hidden region is built by engine_create.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cpu/arch/x86_64/arch.h"
#include "cpu/arch/x86_64/engine.h"
#include "cpu/arch/x86_64/counter.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/engine_guard.h"
#include "cpu/engine_level.h"

#define NOWHERE              UINT64_MAX
#define OPCODE_ENTER         0xc8
#define BLOCK_CODE_BYTES_MAX (72u << 10)

/* ---- hooks ---- */

static __attribute__((noinline)) void on_other_block(struct x86 *x, uint64_t pc, uint32_t size)
{
    if (!x86_count_again(x, pc, size))
        x86_count_slow(x, pc, size);
}

/* The hottest code of all: without a call but the last, the compiler saves no registers for it. */
static void on_block(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct x86_count *c = user;
    const struct x86_block *b = &c->blocks[x86_block_index(pc)];
    insn_t end = c->n + b->insns;

    (void)uc;
    if (__builtin_expect(b->key == (pc ^ c->bias) && end <= c->limit[pc >> 63] && b->size == size, 1)) {
        c->n = end;
        c->current = b;
        return;
    }
    on_other_block(user, pc, size);
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

/*
 * The first time that the engine's buffer of translated code is full, it begins at its start again
 * and forgets nothing of what it overwrites. So what it fills is estimated from above, and before it
 * can be full all goes, between two runs. Code that was dropped keeps its room. Measured with all
 * kinds of instructions: up to 360 bytes, 220 for most that load and store, 6000 for ENTER, 64 KiB and
 * its tables for a block; of usual code 300 for a block and 65 for an instruction.
 */
static uint64_t translated_bytes(struct x86 *x, const uc_tb *tb)
{
    const unsigned hooked = x->engine->insns.fn ? 160 : 0;
    uint64_t bytes = 512 + (384ull + hooked) * tb->icount;
    uint8_t code[BLOCK_BYTES_MAX];
    bool guest = x->counter && !x->engine->entering && !x->engine->calibrating;
    size_t got = guest && tb->size <= sizeof(code) ? x86_fetch(x, tb->pc, code, tb->size) : 0;
    struct insn i;

    if (memchr(code, OPCODE_ENTER, got))
        for (size_t at = 0; at < got; at += i.length) {
            insn_decode(&i, code + at, got - at, x86_long_code(x));
            bytes += i.map == MAP_ONE && i.opcode == OPCODE_ENTER ? 6144 : 0;
        }
    return bytes < BLOCK_CODE_BYTES_MAX ? bytes : BLOCK_CODE_BYTES_MAX;
}

static void on_translated(uc_engine *uc, uc_tb *tb, uc_tb *previous, void *user)
{
    struct x86 *x = user;

    (void)uc;
    (void)previous;
    if (!(++x->engine->blocks % ENGINE_TRIM_EVERY))
        (void)engine_trim(&x->engine->tlbs, x->engine->blocks);
    if (x->counter && !x->engine->entering && !x->engine->calibrating)
        x86_count_translated(x, tb->pc, tb->size);
    x->engine->filled += translated_bytes(x, tb);
    if (x->engine->filled > CODE_BYTES_FULL)
        x86_count_hold(x);
    /* Of one block: no second begin. */
    if (x->pages && x->counter && !x->counter->tail && !x->checks.stepping)
        x86_pages_translated(x, tb->pc);
}

uc_err engine_add_hooks(struct x86 *x)
{
    uc_engine *uc = x->engine->uc;
    uc_hook hook;
    uc_err err;

    if ((err = uc_hook_add(uc, &hook, UC_HOOK_INTR, (void *)on_intr, x, 1, 0)) ||
        (err = uc_hook_add(uc, &hook, UC_HOOK_BLOCK, (void *)on_block, x, 1, 0)) ||
        (err = uc_hook_add(uc, &hook, UC_HOOK_EDGE_GENERATED, (void *)on_translated, x, 1, 0)))
        return err;
    return uc_hook_add(uc, &hook, UC_HOOK_INSN, (void *)on_syscall, x, 1, 0, UC_X86_INS_SYSCALL);
}

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *user)
{
    struct x86 *x = user;
    unsigned insns = x->count.current ? x->count.current->insns : 0;

    (void)uc;
    (void)type;
    (void)value;
    /* The hooks begin before the ranges, for stores that reach into them. */
    if (!ranges_touch(x->engine->stores.range, x->engine->stores.count, at, (unsigned)size))
        return;
    if (!x->engine->stores.fn(x->engine->stores.ctx, x->count.n - insns))
        return;
    x->stop_asked = true; /* seen before the next block */
    x86_count_limit(&x->count, 0);
}

/*
 * It is seen in the state after this number, or in this one where the machine has not idled: who
 * looks stands at the number before, and the run ends where it is seen.
 */
void x86_engine_device_store(struct x86 *x, paddr_t pa, size_t len)
{
    struct x86_engine *e = x->engine;
    insn_t n = x->count.n;
    bool idled = x->idled_n == n;

    if (!ranges_touch(e->stores.range, e->stores.count, pa, (unsigned)len) ||
        !e->stores.fn(e->stores.ctx, idled || !n ? n : n - 1))
        return;
    if (idled)
        x->stop_behind = n + 1;
    else
        x->stop_asked = true;
}

void x86_engine_model_store(struct x86 *x, paddr_t pa, size_t len)
{
    struct x86_engine *e = x->engine;

    if (ranges_touch(e->stores.range, e->stores.count, pa, (unsigned)len) &&
        e->stores.fn(e->stores.ctx, x->count.n))
        x86_request_stop(x);
}

/* Code is translated anew: without watched stores they are done in line. */
int x86_engine_watch_stores(struct x86 *x, const struct cpu_range *list, size_t count,
                            cpu_store_fn fn, void *ctx)
{
    struct x86_engine *e = x->engine;
    int rc = 0;

    while (e->stores.count)
        uc_hook_del(e->uc, e->stores.hook[--e->stores.count]);
    e->stores.fn = fn;
    e->stores.ctx = ctx;
    for (size_t i = 0; i < count && !rc; i++) {
        paddr_t first = list[i].pa < STORE_BYTES_MAX ? 0 : list[i].pa - STORE_BYTES_MAX + 1;

        if (uc_hook_add(e->uc, &e->stores.hook[i], UC_HOOK_MEM_WRITE, (void *)on_store, x, first,
                        list[i].pa + list[i].bytes - 1))
            rc = -ENOMEM;
        else
            e->stores.range[e->stores.count++] = list[i];
    }
    x86_count_forget(x);
    return rc;
}

/* The instructions of a block come one after the other, beginning with its first. */
static void on_insn(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct x86 *x = user;
    struct x86_engine *e = x->engine;
    const struct x86_block *current = x->count.current;

    (void)uc;
    (void)size;
    if (!current)
        return;
    e->insns.index = pc == x->count.cold[current->index].pc ? 0 : e->insns.index + 1;
    e->insns.fn(e->insns.ctx, x->count.n - current->insns + e->insns.index, pc);
}

int x86_engine_watch_insns(struct x86 *x, cpu_insn_fn fn, void *ctx)
{
    struct x86_engine *e = x->engine;

    if (e->insns.fn)
        uc_hook_del(e->uc, e->insns.hook);
    e->insns.fn = NULL;
    if (fn && uc_hook_add(e->uc, &e->insns.hook, UC_HOOK_CODE, (void *)on_insn, x, 1, 0))
        return -ENOMEM;
    e->insns.fn = fn;
    e->insns.ever = true;
    e->insns.ctx = ctx;
    x86_count_forget(x);
    return 0;
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

void *x86_engine_handle(struct x86 *x)
{
    return x->engine->uc;
}

/* ---- control ---- */

void x86_engine_stop(struct x86 *x)
{
    uc_emu_stop(x->engine->uc);
}

/*
 * While every instruction is watched the engine leaves the PC at the one it told of last, not at
 * the block that it was stopped before; engine_run() puts that right.
 */
void x86_engine_stop_before(struct x86 *x, vaddr_t pc)
{
    x->engine->insns.resume = pc;
    x86_engine_stop(x);
}

void x86_engine_flush_tlb(struct x86 *x)
{
    uc_ctl_flush_tlb(x->engine->uc);
    tlb_blocks_forget(&x->engine->tlb.blocks);
}

/*
 * The engine looks the addresses up as for a fetch; where that fails it drops nothing. Its own walk
 * wants to write to the guest's tables, which behind a restored snapshot are protected until it has
 * met that in a run: so first by our walk, where that is what runs use.
 */
void x86_engine_drop_code(struct x86 *x, vaddr_t start, vaddr_t end)
{
    struct x86_engine *e = x->engine;
    bool here = e->tlb.hook.here;

    if (here) {
        uc_ctl_remove_cache(e->uc, start, end);
        uc_ctl_exits_enable(e->uc); /* a miss has disabled them */
    }
    x86_tlb_walk_here(x, false);
    uc_ctl_remove_cache(e->uc, start, end);
    x86_tlb_walk_here(x, here);
}

static void leave_guest(struct x86 *x)
{
    struct x86_engine *e = x->engine;

    e->tlb.hook.was_here = e->tlb.hook.here;
    x86_tlb_walk_here(x, false);
    uc_context_save(e->uc, e->scratch);
    uc_context_restore(e->uc, e->host);
    uc_ctl_flush_tlb(e->uc);
}

static void back_to_guest(struct x86 *x)
{
    struct x86_engine *e = x->engine;

    x86_tlb_walk_here(x, e->tlb.hook.was_here);
    uc_context_restore(e->uc, e->scratch);
    uc_ctl_flush_tlb(e->uc);
}

void x86_engine_drop_page(struct x86 *x, uint64_t page)
{
    struct x86_engine *e = x->engine;

    leave_guest(x);
    uc_ctl_remove_cache(e->uc, page * PAGE, (page + 1) * PAGE);
    back_to_guest(x);
}

/*
 * By physical address: the hidden stub's tables map RAM one to one. (Flushing all
 * translated code would make the engine clear its whole code buffer.)
 */
void x86_engine_drop_pages(struct x86 *x, bool (*wanted)(const struct x86 *x, uint64_t page))
{
    struct x86_engine *e = x->engine;
    uint64_t pages = x->config.ram_bytes / PAGE;

    leave_guest(x);
    for (uint64_t page = 0; page < pages; page++)
        if (wanted(x, page))
            uc_ctl_remove_cache(e->uc, page * PAGE, (page + 1) * PAGE);
    back_to_guest(x);
}

int x86_engine_put_exits(struct x86 *x, uint64_t *list, size_t count)
{
    return uc_ctl_set_exits(x->engine->uc, list, count) ? -EIO : 0;
}

void x86_engine_protect(struct x86 *x, paddr_t page, bool writable)
{
    uint64_t *pte = &x->engine->pte[page / PAGE];

    writable = writable && !x86_dirty_is_clean(x, page / PAGE);
    *pte = writable ? *pte | 2 : *pte & ~2ull;
}

/*
 * The engine ends its run where tlb.c has no translation. It goes on in the handler of the fault;
 * or, where that is not all that is to be known, at the same instruction with its own walk.
 */
static void start(void *ctx)
{
    struct x86 *x = ctx;
    struct x86_engine *e = x->engine;
    vaddr_t rip;

    for (;;) {
        e->tlb.hook.miss.now = false;
        e->err = uc_emu_start(e->uc, read_uc(e, UC_X86_REG_RIP), 0, 0, 0);
        uc_ctl_exits_enable(e->uc); /* a miss has disabled them */
        if (!e->err || !e->tlb.hook.here)
            return;
        rip = read_uc(e, UC_X86_REG_RIP);
        if (x86_count_is_elsewhere(x, rip) && !x->stopped)
            continue;
        if (x->stopped || !x86_tlb_missed(x, rip)) {
            e->err = UC_ERR_OK;
            if (!x->stopped && x86_count_is_unseen(x, rip, e->tlb.hook.miss.page * PAGE))
                x86_event_unseen_exit(x, rip);
            return;
        }
        if (x->count.current)
            x86_count_sync(x, rip, e->tlb.hook.miss.is_fetch);
        if (x86_tlb_fault(x, rip)) {
            if (!x->stopped && !x->stop_asked)
                continue;
            e->err = UC_ERR_OK;
            return;
        }
        e->tlb.hook.passed_on++;
        x86_tlb_walk_here(x, false);
    }
}

/* The engine gave up. False: it will start no other run. */
static bool run_left(struct x86_engine *e)
{
    return engine_level_left(e->uc, e->level_at) || ++e->gave_up < ENGINE_GUARD_MAX;
}

int x86_engine_run(struct x86 *x)
{
    char words[ENGINE_WORDS_BYTES];

    if (x->engine->filled > CODE_BYTES_FULL) {
        uc_ctl_flush_tb(x->engine->uc);
        x->engine->filled = 0;
    }
    x->engine->insns.resume = NOWHERE;
    if (x->engine->gave_up >= ENGINE_GUARD_MAX)
        return -EIO;
    if (!engine_guard_run(start, x, &x->count.n, words)) {
        int rc = x86_count_gave_up(x, words, run_left(x->engine));

        if (rc)
            x->engine->gave_up = ENGINE_GUARD_MAX;
        return rc;
    }
    if (x->engine->insns.ever && x->engine->insns.resume != NOWHERE)
        x86_set_reg(x, X86_RIP, x->engine->insns.resume);
    if (!x->engine->err)
        return 0;
    snprintf(x->error, sizeof(x->error), "the engine stopped at 0x%llx: %s",
             (unsigned long long)read_uc(x->engine, UC_X86_REG_RIP),
             uc_strerror(x->engine->err));
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

static void enter(void *ctx)
{
    struct x86_engine *e = ctx;

    e->err = uc_emu_start(e->uc, HIDDEN, 0, 0, 0);
}

int x86_engine_enter(struct x86 *x, const struct x86_view *v)
{
    struct x86_engine *e = x->engine;
    uint64_t rax = e->hidden_pa + H_VMCB;
    char words[ENGINE_WORDS_BYTES];

    x86_tlb_walk_here(x, false);
    x86_count_limit(&x->count, 0); /* the stub's blocks are nobody's */
    uc_context_restore(e->uc, e->host);
    uc_ctl_flush_tlb(e->uc);
    vmcb_fill(e, v);
    write_uc(e, UC_X86_REG_RAX, rax);
    e->entering = true;
    if (!engine_guard_run(enter, e, &x->count.n, words)) { /* it is there, over what it shall run */
        (void)run_left(e);
        e->err = UC_ERR_OK;
    }
    e->entering = false;
    x->paging_known = false;
    if (e->err || read_uc(e, UC_X86_REG_RIP) != v->rip) {
        snprintf(x->error, sizeof(x->error), "the engine does not enter the guest: %s at 0x%llx",
                 uc_strerror(e->err), (unsigned long long)read_uc(e, UC_X86_REG_RIP));
        return -EIO;
    }
    return 0;
}
