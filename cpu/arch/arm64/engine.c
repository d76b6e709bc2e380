/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's side of the arm64 machine: its hooks and its runs (engine.h).
 *
 * The guest runs at EL1 and EL0 with HCR_EL2.VM set: stage 2 (DDI 0487, D8.2)
 * maps RAM one to one and nothing else, by tables that no stage-1 table can reach
 * (engine_create.c).
 *
 * A device access or a hole is a stage-2 abort: the engine reports it with the
 * exact PC, the syndrome with its instruction fields, FAR_EL2 and HPFAR_EL2.
 *
 * The register API lacks the syndrome and the exclusive monitor. Both stand in
 * a saved context at offsets found by calibration at start-up.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cpu/arch/arm64/engine.h"
#include "cpu/engine_guard.h"

#define STORE_BYTES_MAX 16u /* of one store as the engine reports it */

/* Every system register that survives in the state, for reset. */
static const uint32_t reset_to_zero[] = {
    SYS_TTBR0, SYS_TTBR1, SYS_TCR,   SYS_MAIR,       SYS_VBAR,      SYS_ESR,   SYS_FAR,
    SYS_SPSR,  SYS_ELR,   SYS_CPACR, SYS_CONTEXTIDR, SYS_TPIDR_EL1, SYS_CNTKCTL,
    SYS_TPIDR_EL0, SYS_TPIDRRO, SYS_PAR, SYS_AMAIR, SYS_AFSR0, SYS_AFSR1, SYS_ACTLR, SYS_CSSELR,
    SYS_MDSCR,
};

/* ---- hooks ---- */

static void on_block(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct arm64_count *c = user;
    insn_t end = c->n + (size >> 2);

    (void)uc;
    if (__builtin_expect(end <= c->limit[pc >> 63] && !(pc & 3), 1)) {
        c->n = end;
        c->pc = pc;
        c->size = size;
        return;
    }
    arm64_count_slow((struct arm64 *)user, pc, size);
}

static void on_intr(uc_engine *uc, uint32_t code, void *user)
{
    struct arm64 *a = user;

    if (a->engine->calibrating) {
        uc_context_save(uc, a->engine->scratch);
        uc_emu_stop(uc);
        return;
    }
    arm64_event(a, code);
}

static uint32_t register_id(const uc_arm64_cp_reg *cp)
{
    return SYSREG(cp->op0, cp->op1, cp->crn, cp->crm, cp->op2);
}

static uint32_t on_mrs(uc_engine *uc, int reg, const uc_arm64_cp_reg *cp, void *user)
{
    uint32_t id = register_id(cp);
    uint64_t value = 0;

    if (id == SYS_SP_EL0) /* nearly all: Linux keeps its current task there */
        return 0;
    if (!arm64_sysreg_access(user, id, false, &value))
        return 0;
    uc_reg_write(uc, reg, &value);
    return 1;
}

static uint32_t on_msr(uc_engine *uc, int reg, const uc_arm64_cp_reg *cp, void *user)
{
    uint32_t id = register_id(cp);
    uint64_t value = cp->val;

    (void)uc;
    (void)reg;
    if (id == SYS_SCTLR || id == SYS_TCR || id == SYS_TTBR0 || id == SYS_TTBR1)
        arm64_tlb_forget(user);
    return arm64_sysreg_access(user, id, true, &value);
}

/* TLBI, IC, DC, AT: the engine's, IC as nothing (code.c). The adversary alone looks on. */
static uint32_t on_sys(uc_engine *uc, int reg, const uc_arm64_cp_reg *cp, void *user)
{
    (void)uc;
    (void)reg;
    arm64_adversary_tlbi(user, register_id(cp), cp->val);
    return 0;
}

static void tell_ranges(struct arm64 *a, paddr_t at, unsigned size)
{
    /* The hooks begin before the ranges, for stores that reach into them. */
    if (!ranges_touch(a->engine->stores.range, a->engine->stores.count, at, size))
        return;
    if (!a->engine->stores.fn(a->engine->stores.ctx, a->count.n - a->count.size / 4))
        return;
    a->stop_asked = true; /* seen before the next block */
    arm64_count_limit(&a->count, 0);
}

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *user)
{
    (void)uc;
    (void)type;
    (void)value;
    tell_ranges(user, at, (unsigned)size);
}

void arm64_engine_tell_store(struct arm64 *a, paddr_t pa, unsigned bytes, const uint8_t *value)
{
    for (unsigned at = 0; at < bytes; at += 8) { /* 16 bytes are two stores of the engine */
        uint64_t part;

        tell_ranges(a, pa + at, bytes < 8 ? bytes : 8);
        memcpy(&part, value + at, sizeof(part));
        arm64_pages_tell(a, pa + at, bytes < 8 ? bytes : 8, part);
    }
}

/*
 * It is seen in the state after this number, or in this one where the machine has not idled: who
 * looks stands at the number before, and the run ends where it is seen.
 */
void arm64_engine_device_store(struct arm64 *a, paddr_t pa, size_t len)
{
    struct arm64_engine *e = a->engine;
    insn_t n = a->count.n;
    bool idled = a->idled_n == n;

    if (!ranges_touch(e->stores.range, e->stores.count, pa, (unsigned)len) ||
        !e->stores.fn(e->stores.ctx, idled || !n ? n : n - 1))
        return;
    if (idled)
        a->stop_behind = n + 1;
    else
        a->stop_asked = true;
}

/*
 * Code is translated anew: without watched stores they are done in line. Hooks are for whole pages:
 * 2.1.4 zeroes a line (DC ZVA) without a word once a store to its page met no hook.
 */
int arm64_engine_watch_stores(struct arm64 *a, const struct cpu_range *list, size_t count,
                              cpu_store_fn fn, void *ctx)
{
    struct arm64_engine *e = a->engine;
    int rc = 0;

    while (e->stores.count)
        uc_hook_del(e->uc, e->stores.hook[--e->stores.count]);
    e->stores.fn = fn;
    e->stores.ctx = ctx;
    for (size_t i = 0; i < count && !rc; i++) {
        paddr_t first = list[i].pa < STORE_BYTES_MAX ? 0 : list[i].pa - STORE_BYTES_MAX + 1;
        paddr_t last = list[i].pa + list[i].bytes - 1;

        if (uc_hook_add(e->uc, &e->stores.hook[i], UC_HOOK_MEM_WRITE, (void *)on_store, a,
                        first & ~(PAGE_BYTES - 1ull), last | (PAGE_BYTES - 1)))
            rc = -ENOMEM;
        else
            e->stores.range[e->stores.count++] = list[i];
    }
    arm64_engine_drop_code(a);
    return rc;
}

void *arm64_engine_handle(struct arm64 *a)
{
    return a->engine->uc;
}

static void on_insn(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct arm64 *a = user;
    const struct arm64_count *c = &a->count;

    (void)uc;
    (void)size;
    if (c->size)
        a->engine->insns.fn(a->engine->insns.ctx, c->n - c->size / 4 + (pc - c->pc) / 4, pc);
}

int arm64_engine_watch_insns(struct arm64 *a, cpu_insn_fn fn, void *ctx)
{
    struct arm64_engine *e = a->engine;

    if (e->insns.fn)
        uc_hook_del(e->uc, e->insns.hook);
    e->insns.fn = NULL;
    if (fn && uc_hook_add(e->uc, &e->insns.hook, UC_HOOK_CODE, (void *)on_insn, a, 1, 0))
        return -ENOMEM;
    e->insns.fn = fn;
    e->insns.ever = true;
    e->insns.ctx = ctx;
    arm64_engine_drop_code(a);
    return 0;
}

/*
 * The engine breaks when its buffer of translated code is full: it jumps through a block that is no
 * longer there. So what it fills is estimated, with room to spare, and before it can be full all
 * goes, between two runs. Code that was dropped keeps its room. Measured are 256 bytes for a block
 * and 70 for an instruction; what takes more is what the engine does element by element or asks a
 * hook about.
 */
static uint32_t translated_bytes(uint32_t word)
{
    if ((word & 0xbe000000) == 0x0c000000)
        return 8192; /* LD1 to ST4: up to 64 accesses */
    if ((word & 0x0e000000) == 0x0e000000)
        return 768; /* vectors */
    if ((word & 0x0a000000) == 0x08000000)
        return word & 1u << 26 ? 512 : 256; /* loads and stores */
    return (word & 0xff000000) == 0xd5000000 ? 384 : 96; /* system */
}

static void on_translated(uc_engine *uc, uc_tb *tb, uc_tb *previous, void *user)
{
    struct arm64 *a = user;
    const uint8_t *code = NULL;
    enum tlbi again = TLBI_NONE, found;
    uint32_t word;
    paddr_t pa = 0;

    (void)uc;
    (void)previous;
    a->engine->tells = true;
    if (a->code && !arm64_walk(a, tb->pc, &pa, NULL)) {
        arm64_code_translated(a, pa, tb->size);
        code = arm64_memory(a, pa, tb->size);
    }
    a->engine->filled += 512;
    if (!(++a->engine->blocks % ENGINE_TRIM_EVERY))
        (void)engine_trim(&a->engine->tlbs, a->engine->blocks);
    for (uint32_t at = 0; at + 4 <= tb->size; at += 4) {
        if (!code) {
            a->engine->filled += 768;
            continue;
        }
        memcpy(&word, code + at, 4);
        a->engine->filled += translated_bytes(word);
        found = arm64_tlb_translated(a, tb->pc + at, word);
        again = found > again ? found : again;
    }
    if (again != TLBI_NONE)
        arm64_code_translate_again(a, pa, again == TLBI_NEW ? tb->size : 0);
    if (a->engine->filled > CODE_BYTES_FULL)
        arm64_count_hold(a);
}

uc_err arm64_engine_add_hooks(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;
    uc_hook hook;
    uc_err err;

    if ((err = uc_hook_add(e->uc, &hook, UC_HOOK_INTR, (void *)on_intr, a, 1, 0)) ||
        (err = uc_hook_add(e->uc, &hook, UC_HOOK_INSN, (void *)on_mrs, a, 1, 0,
                           UC_ARM64_INS_MRS)) ||
        (err = uc_hook_add(e->uc, &hook, UC_HOOK_INSN, (void *)on_msr, a, 1, 0,
                           UC_ARM64_INS_MSR)) ||
        (a->config.adversary &&
         (err = uc_hook_add(e->uc, &hook, UC_HOOK_INSN, (void *)on_sys, a, 1, 0,
                            UC_ARM64_INS_SYS))) ||
        (err = uc_hook_add(e->uc, &hook, UC_HOOK_EDGE_GENERATED, (void *)on_translated, a, 1, 0)))
        return err;
    return uc_hook_add(e->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, a, 1, 0);
}

/* ---- the saved context ---- */

uint8_t *arm64_engine_saved(struct arm64_engine *e, size_t offset)
{
    uc_context_save(e->uc, e->scratch);
    return (uint8_t *)e->scratch + offset;
}

void arm64_engine_syndrome(struct arm64 *a, struct arm64_syndrome *s)
{
    struct arm64_engine *e = a->engine;
    const uint8_t *state = e->live.state;
    struct engine_exception now;

    if (!state) {
        uc_context_save(e->uc, e->brief);
        state = (const uint8_t *)e->brief;
    }
    memcpy(&now, state + e->syndrome_at, sizeof(now));
    *s = (struct arm64_syndrome){now.syndrome, now.target_el, now.vaddress};
}

void arm64_monitor(struct arm64 *a, uint64_t state[3], bool is_write)
{
    uint8_t *at = arm64_engine_saved(a->engine, a->engine->monitor_at);

    if (!is_write) {
        memcpy(state, at, 24);
        return;
    }
    memcpy(at, state, 24);
    uc_context_restore(a->engine->uc, a->engine->scratch);
}

/* ---- control ---- */

void arm64_engine_stop(struct arm64 *a)
{
    uc_emu_stop(a->engine->uc);
}

/*
 * While every instruction is watched the engine leaves the PC at the one it told of last, not at
 * the block that it was stopped before; engine_run() puts that right.
 */
void arm64_engine_stop_before(struct arm64 *a, vaddr_t pc)
{
    a->engine->insns.resume = pc;
    arm64_engine_stop(a);
}

void arm64_engine_allow(struct arm64 *a, uint32_t page, bool write, bool exec)
{
    uint64_t *entry = &a->engine->page[page];

    *entry = (*entry & ~(S2_WRITE | S2_XN)) | (write ? S2_WRITE : 0) | (exec ? 0 : S2_XN);
}

/*
 * By physical address, so at EL2, where those are the virtual ones and no guest runs: the engine's
 * TLB keeps its entries apart. uc_ctl_flush_tb() would clear the whole code buffer, page by page of
 * the host's memory: 15 ms the first time.
 */
static void leave_guest(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;

    e->tlb.hook.was_here = e->tlb.hook.here;
    tlb_hook_walk_here(e->uc, &e->tlb.hook, false);
    uc_context_save(e->uc, e->scratch);
    uc_context_restore(e->uc, e->host);
}

static void back_to_guest(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;

    tlb_hook_walk_here(e->uc, &e->tlb.hook, e->tlb.hook.was_here);
    uc_context_restore(e->uc, e->scratch);
}

void arm64_engine_drop_code(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;

    if (!e->translated)
        return;
    leave_guest(a);
    uc_ctl_remove_cache(e->uc, ARM64_RAM_BASE, ARM64_RAM_BASE + a->config.ram_bytes);
    if (a->flash.bytes)
        uc_ctl_remove_cache(e->uc, 0, a->flash.bytes);
    back_to_guest(a);
    arm64_engine_flush_tlb(a); /* entries were made with or without hooks, see watch_stores() */
    e->translated = false;
}

void arm64_engine_drop_begin(struct arm64 *a)
{
    leave_guest(a);
}

void arm64_engine_drop(struct arm64 *a, size_t at, size_t bytes)
{
    uc_ctl_remove_cache(a->engine->uc, ARM64_RAM_BASE + at, ARM64_RAM_BASE + at + bytes);
}

void arm64_engine_drop_end(struct arm64 *a)
{
    back_to_guest(a);
}

int arm64_engine_save(struct arm64 *a, void **context)
{
    uc_context *c = *context;

    if (!c && uc_context_alloc(a->engine->uc, &c))
        return -ENOMEM;
    *context = c;
    return uc_context_save(a->engine->uc, c) ? -EIO : 0;
}

int arm64_engine_restore(struct arm64 *a, void *context)
{
    arm64_tlb_forget(a);
    return uc_context_restore(a->engine->uc, context) ? -EIO : 0;
}

void arm64_engine_free_saved(void *context)
{
    if (context)
        uc_context_free(context);
}

/* The engine looks the addresses up as for a fetch; where that fails it drops nothing. */
void arm64_engine_drop_at(struct arm64 *a, vaddr_t from, vaddr_t to)
{
    bool here = a->engine->tlb.hook.here;

    arm64_tlb_walk_here(a, false);
    uc_ctl_remove_cache(a->engine->uc, from, to);
    arm64_tlb_walk_here(a, here);
}

void arm64_engine_set_exit(struct arm64 *a, vaddr_t exit, vaddr_t from, vaddr_t to)
{
    uint64_t list[1] = {exit};

    uc_ctl_set_exits(a->engine->uc, list, exit ? 1 : 0);
    arm64_engine_drop_at(a, from, to);
    /* With an exit the engine translates its address as the run ends: no error may come of that. */
    a->engine->tlb.hook.exiting = exit;
    arm64_tlb_walk_here(a, !exit);
}

/*
 * The engine ends its run where tlb.c has no translation. It goes on in the handler of the fault;
 * or, where that is not all that is to be known, at the same instruction with its own walk.
 */
static void start(void *ctx)
{
    struct arm64 *a = ctx;
    struct arm64_engine *e = a->engine;

    for (;;) {
        e->tlb.hook.miss.now = false;
        e->err = uc_emu_start(e->uc, arm64_pc_get(a), 0, 0, 0);
        if (!e->err || !e->tlb.hook.here)
            return;
        if (!arm64_tlb_missed(a)) {
            e->err = UC_ERR_OK;
            return;
        }
        if (a->count.size)
            arm64_count_sync(a, arm64_pc_get(a), e->tlb.hook.miss.is_fetch);
        if (arm64_tlb_stage2(a) || arm64_tlb_fault(a)) {
            if (!a->stopped && !a->stop_asked)
                continue;
            e->err = UC_ERR_OK;
            return;
        }
        e->tlb.hook.passed_on++;
        arm64_tlb_walk_here(a, false);
    }
}

int arm64_engine_run(struct arm64 *a)
{
    char words[ENGINE_WORDS_BYTES];

    if (a->engine->filled > CODE_BYTES_FULL) {
        uc_ctl_flush_tb(a->engine->uc);
        a->engine->filled = 0;
    }
    a->engine->translated = true;
    a->engine->insns.resume = NOWHERE;
    if (a->engine->gave_up || !engine_guard_run(start, a, &a->count.n, words)) {
        if (!a->engine->gave_up)
            snprintf(a->error, sizeof(a->error),
                     "the engine gave up at instruction %llu, PC 0x%llx: %s",
                     (unsigned long long)a->count.n, (unsigned long long)arm64_pc_get(a), words);
        a->engine->gave_up = true;
        return -EIO;
    }
    if (a->engine->insns.ever && a->engine->insns.resume != NOWHERE)
        arm64_pc_set(a, a->engine->insns.resume);
    if (!a->engine->err)
        return 0;
    snprintf(a->error, sizeof(a->error), "the engine stopped at 0x%llx: %s",
             (unsigned long long)arm64_pc_get(a), uc_strerror(a->engine->err));
    return -EIO;
}

void arm64_engine_reset(struct arm64 *a)
{
    static const uint8_t zero[16];
    uint64_t open[3] = {~0ull, 0, 0};

    arm64_pstate_set(a, PSTATE_DAIF | PSTATE_EL1H);
    arm64_sysreg_set(a, SYS_SCTLR, a->engine->sctlr_reset);
    for (size_t i = 0; i < ARRAY_LEN(reset_to_zero); i++)
        arm64_sysreg_set(a, reset_to_zero[i], 0);
    for (unsigned i = 0; i < 31; i++)
        arm64_set_x(a, i, 0);
    for (unsigned i = 0; i < 32; i++)
        arm64_vector_set(a, i, zero);
    arm64_fp_control_set(a, false, 0);
    arm64_fp_control_set(a, true, 0);
    arm64_sp_live_set(a, 0);
    arm64_sp_bank_set(a, 0, 0);
    arm64_sp_bank_set(a, 1, 0);
    arm64_monitor(a, open, true);
    arm64_tlb_walk_here(a, true);
    arm64_engine_drop_code(a);
    arm64_engine_flush_tlb(a);
}
