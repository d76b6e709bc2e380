/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's side of the arm64 machine; the only file here that knows unicorn.
 *
 * The guest runs at EL1 and EL0 with HCR_EL2.VM set: stage 2 (DDI 0487, D8.2)
 * maps RAM one to one and nothing else. Its tables live in a hidden physical
 * region that no stage-1 table can reach:
 *
 *     HIDDEN + 0x00000  16 concatenated level 2 tables (34-bit intermediate
 *                       addresses, 4 KiB granule, start at level 2: D8.2.8)
 *            + 0x10000  level 3 tables, one entry for each page of RAM
 *
 * RAM is mapped by pages: they can be forbidden one by one (dirty.c), and the engine
 * flushes its whole TLB where one page of a larger block is invalidated.
 *
 * A device access or a hole is a stage-2 abort: the engine reports it with the
 * exact PC, the syndrome with its instruction fields, FAR_EL2 and HPFAR_EL2.
 *
 * The register API lacks the syndrome and the exclusive monitor. Both stand in
 * a saved context at offsets found by calibration at start-up.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unicorn/unicorn.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/regs.h"

#define NOWHERE UINT64_MAX
#define HIDDEN       0x8000000000ull
#define H_LEVEL3     0x10000u
#define BLOCK_2M     0x200000ull
#define PAGE_BYTES   0x1000u
#define STORE_BYTES_MAX 16u /* of one store as the engine reports it */
#define CODE_BYTES   (64u << 20) /* translated code; a flush costs in proportion */

#define SYS_SCR_EL3   SYSREG(3, 6, 1, 1, 0)
#define SYS_HCR_EL2   SYSREG(3, 4, 1, 1, 0)
#define SYS_VTTBR_EL2 SYSREG(3, 4, 2, 1, 0)
#define SYS_VTCR_EL2  SYSREG(3, 4, 2, 1, 2)

/* Stage 2 descriptors: access flag, inner shareable, read and write, normal write-back. */
#define S2_PAGE  (1ull << 10 | 3ull << 8 | 3ull << 6 | 0xfull << 2 | 3)
#define S2_TABLE 3ull
#define S2_WRITE (1ull << 7)
#define S2_XN    (1ull << 54)
/* 40-bit physical, 4 KiB, write-back walks, start at level 2, 34-bit input. */
#define VTCR     (1ull << 31 | 2u << 16 | 3u << 12 | 1u << 10 | 1u << 8 | 0u << 6 | 30u)
#define HCR      (1ull << 31 | 1u) /* RW, VM */

/* Every system register that survives in the state, for reset. */
static const uint32_t reset_to_zero[] = {
    SYS_TTBR0, SYS_TTBR1, SYS_TCR,   SYS_MAIR,       SYS_VBAR,      SYS_ESR,   SYS_FAR,
    SYS_SPSR,  SYS_ELR,   SYS_CPACR, SYS_CONTEXTIDR, SYS_TPIDR_EL1, SYS_CNTKCTL,
    SYS_TPIDR_EL0, SYS_TPIDRRO, SYS_PAR, SYS_AMAIR, SYS_AFSR0, SYS_AFSR1, SYS_ACTLR, SYS_CSSELR,
    SYS_MDSCR,
};

struct arm64_engine {
    uc_engine *uc;
    uc_context *scratch;
    uc_context *host; /* MMU off, no stage 2: addresses are physical */
    uint8_t *hidden;
    size_t hidden_bytes;
    uint64_t *page; /* stage-2 entry of each page of RAM */
    struct {
        uc_hook hook[CPU_RANGES_MAX];
        size_t count;
        cpu_store_fn fn;
        void *ctx;
    } stores; /* that are watched */
    struct {
        uc_hook hook;
        cpu_insn_fn fn; /* NULL: not watched */
        void *ctx;
        vaddr_t resume; /* where the engine was stopped, or NOWHERE */
        bool ever;      /* a hook that is gone counts for the engine until a run has ended */
    } insns;
    size_t syndrome_at, monitor_at;
    uint64_t sctlr_reset;
    bool calibrating;
    bool translated; /* something ran since translated code was last dropped */
};

/* ---- hooks ---- */

static void on_block(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct arm64_count *c = user;
    insn_t end = c->n + (size >> 2);

    (void)uc;
    if (__builtin_expect(end <= c->limit && !(pc & 3), 1)) {
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
    uint64_t value = 0;

    if (!arm64_sysreg_access(user, register_id(cp), false, &value))
        return 0;
    uc_reg_write(uc, reg, &value);
    return 1;
}

static uint32_t on_msr(uc_engine *uc, int reg, const uc_arm64_cp_reg *cp, void *user)
{
    uint64_t value = cp->val;

    (void)uc;
    (void)reg;
    return arm64_sysreg_access(user, register_id(cp), true, &value);
}

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *user)
{
    struct arm64 *a = user;

    (void)uc;
    (void)type;
    (void)at;
    (void)size;
    (void)value;
    if (!a->engine->stores.fn(a->engine->stores.ctx, a->count.n - a->count.size / 4))
        return;
    a->stop_asked = true; /* seen before the next block */
    a->count.limit = 0;
}

/* Code is translated anew: without watched stores they are done in line. */
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

        if (uc_hook_add(e->uc, &e->stores.hook[i], UC_HOOK_MEM_WRITE, (void *)on_store, a, first,
                        list[i].pa + list[i].bytes - 1))
            rc = -ENOMEM;
        else
            e->stores.count++;
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

/* ---- registers ---- */

static uint64_t read_uc(struct arm64 *a, int id)
{
    uint64_t value = 0;

    uc_reg_read(a->engine->uc, id, &value);
    return value;
}

static void write_uc(struct arm64 *a, int id, uint64_t value)
{
    uc_reg_write(a->engine->uc, id, &value);
}

static int x_id(unsigned index)
{
    return index < 29 ? UC_ARM64_REG_X0 + (int)index
                      : index == 29 ? UC_ARM64_REG_X29 : UC_ARM64_REG_X30;
}

uint64_t arm64_x(struct arm64 *a, unsigned index)
{
    return index < 31 ? read_uc(a, x_id(index)) : 0;
}

void arm64_set_x(struct arm64 *a, unsigned index, uint64_t value)
{
    if (index < 31)
        write_uc(a, x_id(index), value);
}

uint64_t arm64_pc_get(struct arm64 *a)
{
    return read_uc(a, UC_ARM64_REG_PC);
}

void arm64_pc_set(struct arm64 *a, uint64_t value)
{
    write_uc(a, UC_ARM64_REG_PC, value);
}

uint64_t arm64_pstate(struct arm64 *a)
{
    return read_uc(a, UC_ARM64_REG_PSTATE) & 0xffffffff;
}

uint64_t arm64_sp_live(struct arm64 *a)
{
    return read_uc(a, UC_ARM64_REG_SP);
}

void arm64_sp_live_set(struct arm64 *a, uint64_t value)
{
    write_uc(a, UC_ARM64_REG_SP, value);
}

uint64_t arm64_sp_bank(struct arm64 *a, unsigned el)
{
    return read_uc(a, el ? UC_ARM64_REG_SP_EL1 : UC_ARM64_REG_SP_EL0);
}

void arm64_sp_bank_set(struct arm64 *a, unsigned el, uint64_t value)
{
    write_uc(a, el ? UC_ARM64_REG_SP_EL1 : UC_ARM64_REG_SP_EL0, value);
}

static uc_arm64_cp_reg cp_reg(uint32_t id, uint64_t value)
{
    return (uc_arm64_cp_reg){.op0 = id >> 14 & 3,
                             .op1 = id >> 11 & 7,
                             .crn = id >> 7 & 15,
                             .crm = id >> 3 & 15,
                             .op2 = id & 7,
                             .val = value};
}

/*
 * The engine's own number of a system register, UC_ARM64_REG_INVALID where there is none:
 * reaching it by its encoding costs a search, and a write the derived flags.
 */
static int direct_id(uint32_t id)
{
    switch (id) {
    case SYS_ELR:
        return UC_ARM64_REG_ELR_EL1;
    case SYS_ESR:
        return UC_ARM64_REG_ESR_EL1;
    case SYS_FAR:
        return UC_ARM64_REG_FAR_EL1;
    case SYS_VBAR:
        return UC_ARM64_REG_VBAR_EL1;
    case SYS_TPIDR_EL0:
        return UC_ARM64_REG_TPIDR_EL0;
    case SYS_TPIDRRO:
        return UC_ARM64_REG_TPIDRRO_EL0;
    case SYS_TPIDR_EL1:
        return UC_ARM64_REG_TPIDR_EL1;
    default:
        return UC_ARM64_REG_INVALID;
    }
}

int arm64_engine_sysreg_number(uint32_t id)
{
    int direct = direct_id(id);

    return direct == UC_ARM64_REG_INVALID ? -1 : direct;
}

int arm64_engine_number(int reg)
{
    if (reg >= ARM64_X0 && reg <= ARM64_X30)
        return x_id((unsigned)(reg - ARM64_X0));
    if (reg >= ARM64_V0 && reg <= ARM64_V31)
        return UC_ARM64_REG_V0 + reg - ARM64_V0;
    switch (reg) {
    case ARM64_SP:
        return UC_ARM64_REG_SP;
    case ARM64_PC:
        return UC_ARM64_REG_PC;
    case ARM64_PSTATE:
        return UC_ARM64_REG_PSTATE;
    case ARM64_FPCR:
        return UC_ARM64_REG_FPCR;
    case ARM64_FPSR:
        return UC_ARM64_REG_FPSR;
    default:
        return -1;
    }
}

/* The engine writes four bytes of PSTATE, FPCR and FPSR, eight or sixteen of the others. */
void arm64_engine_read_batch(struct arm64 *a, int *numbers, void **to, size_t count)
{
    uc_reg_read_batch(a->engine->uc, numbers, to, (int)count);
}

uint64_t arm64_sysreg(struct arm64 *a, uint32_t id)
{
    uc_arm64_cp_reg cp = cp_reg(id, 0);
    int direct = direct_id(id);

    if (direct != UC_ARM64_REG_INVALID)
        return read_uc(a, direct);
    uc_reg_read(a->engine->uc, UC_ARM64_REG_CP_REG, &cp);
    return cp.val;
}

void arm64_sysreg_set(struct arm64 *a, uint32_t id, uint64_t value)
{
    uc_arm64_cp_reg cp = cp_reg(id, value);
    int direct = direct_id(id);

    if (direct != UC_ARM64_REG_INVALID) {
        write_uc(a, direct, value);
        return;
    }
    uc_reg_write(a->engine->uc, UC_ARM64_REG_CP_REG, &cp);
}

/* The engine derives its flags anew only where a register is written by its encoding. */
void arm64_pstate_set(struct arm64 *a, uint64_t value)
{
    write_uc(a, UC_ARM64_REG_PSTATE, value);
    arm64_sysreg_set(a, SYS_SPSR, arm64_sysreg(a, SYS_SPSR));
}

void arm64_vector(struct arm64 *a, unsigned index, uint8_t value[16])
{
    uc_reg_read(a->engine->uc, UC_ARM64_REG_V0 + (int)index, value);
}

void arm64_vector_set(struct arm64 *a, unsigned index, const uint8_t value[16])
{
    uc_reg_write(a->engine->uc, UC_ARM64_REG_V0 + (int)index, value);
}

uint32_t arm64_fp_control(struct arm64 *a, bool status)
{
    return (uint32_t)read_uc(a, status ? UC_ARM64_REG_FPSR : UC_ARM64_REG_FPCR);
}

void arm64_fp_control_set(struct arm64 *a, bool status, uint32_t value)
{
    write_uc(a, status ? UC_ARM64_REG_FPSR : UC_ARM64_REG_FPCR, value);
}

void arm64_engine_entry_read(struct arm64 *a, struct arm64_entry_regs *r)
{
    int ids[] = {UC_ARM64_REG_PSTATE,  UC_ARM64_REG_PC,      UC_ARM64_REG_SP,
                 UC_ARM64_REG_SP_EL0,  UC_ARM64_REG_SP_EL1,  UC_ARM64_REG_ELR_EL1,
                 UC_ARM64_REG_ESR_EL1, UC_ARM64_REG_FAR_EL1, UC_ARM64_REG_VBAR_EL1};
    void *to[] = {&r->pstate, &r->pc, &r->sp, &r->sp_el0, &r->sp_el1, &r->elr, &r->esr, &r->far,
                  &r->vbar};

    memset(r, 0, sizeof(*r));
    uc_reg_read_batch(a->engine->uc, ids, to, ARRAY_LEN(ids));
    r->pstate &= 0xffffffff;
}

/* SPSR comes after PSTATE: a write by its encoding makes the engine derive its flags anew. */
void arm64_engine_entry_write(struct arm64 *a, const struct arm64_entry_regs *r)
{
    uc_arm64_cp_reg spsr = cp_reg(SYS_SPSR, r->spsr);
    int ids[] = {UC_ARM64_REG_SP,      UC_ARM64_REG_SP_EL0,  UC_ARM64_REG_ELR_EL1,
                 UC_ARM64_REG_ESR_EL1, UC_ARM64_REG_FAR_EL1, UC_ARM64_REG_PSTATE,
                 UC_ARM64_REG_CP_REG,  UC_ARM64_REG_PC};
    const void *from[] = {&r->sp, &r->sp_el0, &r->elr, &r->esr, &r->far, &r->pstate, &spsr, &r->pc};

    uc_reg_write_batch(a->engine->uc, ids, (void *const *)from, ARRAY_LEN(ids));
}

/* ---- the saved context ---- */

static uint8_t *saved(struct arm64_engine *e, size_t offset)
{
    uc_context_save(e->uc, e->scratch);
    return (uint8_t *)e->scratch + offset;
}

void arm64_engine_syndrome(struct arm64 *a, struct arm64_syndrome *s)
{
    struct {
        uint32_t syndrome, fsr;
        uint64_t vaddress;
        uint32_t target_el;
    } now;

    memcpy(&now, saved(a->engine, a->engine->syndrome_at), sizeof(now));
    *s = (struct arm64_syndrome){now.syndrome, now.target_el, now.vaddress};
}

void arm64_monitor(struct arm64 *a, uint64_t state[3], bool is_write)
{
    uint8_t *at = saved(a->engine, a->engine->monitor_at);

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

void arm64_engine_flush_tlb(struct arm64 *a)
{
    uc_ctl_flush_tlb(a->engine->uc);
}

void arm64_engine_drop_code(struct arm64 *a)
{
    if (a->engine->translated)
        uc_ctl_flush_tb(a->engine->uc);
    a->engine->translated = false;
}

void arm64_engine_allow(struct arm64 *a, uint32_t page, bool write, bool exec)
{
    uint64_t *entry = &a->engine->page[page];

    *entry = (*entry & ~(S2_WRITE | S2_XN)) | (write ? S2_WRITE : 0) | (exec ? 0 : S2_XN);
}

void arm64_engine_drop_pages(struct arm64 *a, const uint32_t *page, size_t count)
{
    struct arm64_engine *e = a->engine;

    uc_context_save(e->uc, e->scratch);
    uc_context_restore(e->uc, e->host);
    uc_ctl_flush_tlb(e->uc);
    for (size_t i = 0; i < count; i++) {
        paddr_t pa = ARM64_RAM_BASE + (paddr_t)page[i] * PAGE_BYTES;

        uc_ctl_remove_cache(e->uc, pa, pa + PAGE_BYTES);
    }
    uc_context_restore(e->uc, e->scratch);
    uc_ctl_flush_tlb(e->uc);
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
    return uc_context_restore(a->engine->uc, context) ? -EIO : 0;
}

void arm64_engine_free_saved(void *context)
{
    if (context)
        uc_context_free(context);
}

void arm64_engine_set_exit(struct arm64 *a, vaddr_t exit, vaddr_t from, vaddr_t to)
{
    uint64_t list[1] = {exit};

    uc_ctl_set_exits(a->engine->uc, list, exit ? 1 : 0);
    uc_ctl_remove_cache(a->engine->uc, from, to);
}

int arm64_engine_run(struct arm64 *a)
{
    uc_err err;

    a->engine->translated = true;
    a->engine->insns.resume = NOWHERE;
    err = uc_emu_start(a->engine->uc, arm64_pc_get(a), 0, 0, 0);
    if (a->engine->insns.ever && a->engine->insns.resume != NOWHERE)
        arm64_pc_set(a, a->engine->insns.resume);
    if (!err)
        return 0;
    snprintf(a->error, sizeof(a->error), "the engine stopped at 0x%llx: %s",
             (unsigned long long)arm64_pc_get(a), uc_strerror(err));
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
    arm64_engine_drop_code(a);
    arm64_engine_flush_tlb(a);
}

/* ---- creation ---- */

static void build_stage2(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;
    uint64_t *level2 = (uint64_t *)e->hidden + ARM64_RAM_BASE / BLOCK_2M;
    size_t pages = a->config.ram_bytes / PAGE_BYTES;

    e->page = (uint64_t *)(e->hidden + H_LEVEL3);
    for (size_t table = 0; table < pages / 512; table++)
        level2[table] = (HIDDEN + H_LEVEL3 + table * PAGE_BYTES) | S2_TABLE;
    for (size_t i = 0; i < pages; i++)
        e->page[i] = (ARM64_RAM_BASE + i * PAGE_BYTES) | S2_PAGE;
    arm64_sysreg_set(a, SYS_VTTBR_EL2, HIDDEN);
    arm64_sysreg_set(a, SYS_VTCR_EL2, VTCR);
    arm64_sysreg_set(a, SYS_HCR_EL2, HCR);
    arm64_engine_flush_tlb(a);
}

/*
 * The engine's TLB has pages of 1 KiB, as processors before ARMv7 want it, so it misses four
 * times as often as it needs to. The size can be set, but 2.1.1 does that for UC_ARCH_ARM only
 * (the first word of the engine's struct: where it is what we opened, it is changed for
 * the call) and takes the next larger one. A size up to the guest's 4 KiB is right in any case.
 */
static void use_large_tlb_pages(uc_engine *uc)
{
    uc_arch *arch = (uc_arch *)(void *)uc;

    if (!uc_ctl_set_page_size(uc, PAGE_BYTES / 2) || *arch != UC_ARCH_ARM64)
        return;
    *arch = UC_ARCH_ARM;
    (void)uc_ctl_set_page_size(uc, PAGE_BYTES / 2);
    *arch = UC_ARCH_ARM64;
}

static uc_err open_engine(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;
    size_t tlb_page_bytes;
    uc_hook hook;
    uc_err err;

    if ((err = uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &e->uc)))
        return err;
    use_large_tlb_pages(e->uc);
    if ((err = uc_ctl_set_cpu_model(e->uc, UC_CPU_ARM64_A72)) ||
        (err = uc_ctl_set_tcg_buffer_size(e->uc, CODE_BYTES)) ||
        (err = uc_ctl_exits_enable(e->uc)) || (err = uc_ctl_tlb_mode(e->uc, UC_TLB_CPU)) ||
        (err = uc_mem_map_ptr(e->uc, ARM64_RAM_BASE, a->config.ram_bytes, UC_PROT_ALL, a->ram)) ||
        (err = uc_mem_map_ptr(e->uc, HIDDEN, e->hidden_bytes, UC_PROT_ALL, e->hidden)) ||
        (err = uc_context_alloc(e->uc, &e->scratch)) ||
        (err = uc_context_alloc(e->uc, &e->host)) ||
        (err = uc_query(e->uc, UC_QUERY_PAGE_SIZE, &tlb_page_bytes)))
        return err;
    if (tlb_page_bytes > PAGE_BYTES)
        return UC_ERR_VERSION;
    /*
     * EL2 and EL1 are AArch64, not secure; HVC is enabled and SMC undefined, as
     * where there is no EL3 (DDI 0487, D17.2.117).
     */
    arm64_sysreg_set(a, SYS_SCR_EL3, 0x581);
    arm64_sysreg_set(a, SYS_HCR_EL2, 1ull << 31);
    if ((err = uc_hook_add(e->uc, &hook, UC_HOOK_INTR, (void *)on_intr, a, 1, 0)) ||
        (err = uc_hook_add(e->uc, &hook, UC_HOOK_INSN, (void *)on_mrs, a, 1, 0,
                           UC_ARM64_INS_MRS)) ||
        (err = uc_hook_add(e->uc, &hook, UC_HOOK_INSN, (void *)on_msr, a, 1, 0,
                           UC_ARM64_INS_MSR)))
        return err;
    return uc_hook_add(e->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, a, 1, 0);
}

/* ---- calibration ---- */

/* Run `code` at the start of RAM up to its SVC; its context is left in `scratch`. */
static int run_code(struct arm64 *a, const uint32_t *code, size_t words)
{
    struct arm64_engine *e = a->engine;
    uc_err err;

    memcpy(a->ram, code, words * 4);
    a->count.limit = UINT64_MAX;
    e->calibrating = true;
    err = uc_emu_start(e->uc, ARM64_RAM_BASE, 0, 0, 0);
    e->calibrating = false;
    uc_ctl_remove_cache(e->uc, ARM64_RAM_BASE, ARM64_RAM_BASE + words * 4);
    memset(a->ram, 0, words * 4);
    return err ? -EIO : 0;
}

static int find(const struct arm64_engine *e, const void *what, size_t bytes, size_t *at)
{
    const uint8_t *context = (const uint8_t *)e->scratch;
    int found = 0;

    for (size_t o = 8; o + bytes <= uc_context_size(e->uc); o += 4) {
        if (memcmp(context + o, what, bytes))
            continue;
        *at = o;
        found++;
    }
    return found == 1 ? 0 : -ENOENT;
}

static int calibrate(struct arm64 *a)
{
    static const uint32_t svc[] = {0xd4000001u | 0x1234u << 5};
    /* movz x1, #0x4000, lsl #16; movk x1, #0x2340; ldxr x0, [x1]; svc #0 */
    static const uint32_t ldxr[] = {0xd2a80001u, 0xf2846801u, 0xc85f7c20u, 0xd4000001u};
    const uint32_t syndrome = 0x56001234;
    uint64_t monitor[2] = {ARM64_RAM_BASE + 0x2340, 0x1122334455667788ull};
    int rc;

    rc = run_code(a, svc, ARRAY_LEN(svc));
    if (!rc)
        rc = find(a->engine, &syndrome, sizeof(syndrome), &a->engine->syndrome_at);
    if (rc)
        return rc;
    memcpy(a->ram + 0x2340, &monitor[1], 8);
    rc = run_code(a, ldxr, ARRAY_LEN(ldxr));
    memset(a->ram + 0x2340, 0, 8);
    return rc ? rc : find(a->engine, monitor, sizeof(monitor), &a->engine->monitor_at);
}

int arm64_engine_create(struct arm64 *a)
{
    struct arm64_engine *e = calloc(1, sizeof(*e));
    uc_err err;

    if (!e)
        return -ENOMEM;
    a->engine = e;
    e->hidden_bytes = H_LEVEL3 + a->config.ram_bytes / PAGE_BYTES * 8;
    e->hidden = mmap(NULL, e->hidden_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                     0);
    if (e->hidden == MAP_FAILED) {
        e->hidden = NULL;
        return -ENOMEM;
    }
    err = open_engine(a);
    if (err) {
        snprintf(a->error, sizeof(a->error), "libunicorn: %s", uc_strerror(err));
        return -EIO;
    }
    e->sctlr_reset = arm64_sysreg(a, SYS_SCTLR);
    if (calibrate(a)) {
        snprintf(a->error, sizeof(a->error),
                 "this libunicorn keeps its CPU state in a way that is not known; use 2.1.1 or later");
        return -ENOTSUP;
    }
    uc_context_save(e->uc, e->host);
    build_stage2(a);
    return 0;
}

void arm64_engine_destroy(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;

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
    a->engine = NULL;
}
