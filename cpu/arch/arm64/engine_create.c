/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's creation: stage 2, the processor before its first instruction, and where in a saved
 * context stands what the register API lacks (the syndrome, the exclusive monitor), found by
 * calibration. Stage 2's tables stand behind RAM, where no stage-1 table reaches:
 *
 *     RAM's end + 0x00000  16 concatenated level 2 tables (34-bit intermediate
 *                          addresses, 4 KiB granule, start at level 2: D8.2.8)
 *               + 0x10000  level 3 tables, one entry for each page of RAM
 *
 * They are one region of the engine's memory with RAM: its walks then find every descriptor by the
 * region that it looked at last.
 *
 * RAM is mapped by pages: they can be forbidden one by one (code.c, dirty.c), and the engine
 * flushes its whole TLB where one page of a larger block is invalidated.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/arm64/engine.h"
#include "cpu/context_part.h"
#include "cpu/engine_guard.h"

#define H_LEVEL3   0x10000u
#define BLOCK_2M   0x200000ull
#define LOADED     (ARM64_RAM_BASE + 0x3000)

#define SYS_SCR_EL3   SYSREG(3, 6, 1, 1, 0)
#define SYS_HCR_EL2   SYSREG(3, 4, 1, 1, 0)
#define SYS_VTTBR_EL2 SYSREG(3, 4, 2, 1, 0)
#define SYS_VTCR_EL2  SYSREG(3, 4, 2, 1, 2)

/* Stage 2 descriptors: access flag, inner shareable, read and write, normal write-back, no fetch. */
#define S2_PAGE  (S2_XN | 1ull << 10 | 3ull << 8 | 3ull << 6 | 0xfull << 2 | 3)
#define S2_TABLE 3ull
/* 40-bit physical, 4 KiB, write-back walks, start at level 2, 34-bit input. */
#define VTCR     (1ull << 31 | 2u << 16 | 3u << 12 | 1u << 10 | 1u << 8 | 0u << 6 | 30u)
#define HCR      (1ull << 31 | 1u) /* RW, VM */

static int build_stage2(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;
    uint8_t *tables = a->ram + a->config.ram_bytes;
    paddr_t pa = ARM64_RAM_BASE + a->config.ram_bytes;
    uint64_t *level2 = (uint64_t *)tables + ARM64_RAM_BASE / BLOCK_2M;
    size_t pages = a->config.ram_bytes / PAGE_BYTES;
    int rc;

    e->page = (uint64_t *)(tables + H_LEVEL3);
    for (size_t table = 0; table < pages / 512; table++)
        level2[table] = (pa + H_LEVEL3 + table * PAGE_BYTES) | S2_TABLE;
    for (size_t i = 0; i < pages; i++)
        e->page[i] = (ARM64_RAM_BASE + i * PAGE_BYTES) | S2_PAGE;
    if (a->config.flash && (rc = arm64_engine_flash_create(a, (uint64_t *)(void *)tables)) != 0)
        return rc;
    arm64_sysreg_set(a, SYS_VTTBR_EL2, pa);
    arm64_sysreg_set(a, SYS_VTCR_EL2, VTCR);
    arm64_sysreg_set(a, SYS_HCR_EL2, HCR);
    arm64_engine_flush_tlb(a);
    return 0;
}

/*
 * The engine's TLB has pages of 1 KiB, as processors before ARMv7 want it, so it misses four
 * times as often as it needs to. The size can be set once, but 2.1.1 does that for UC_ARCH_ARM only
 * (the first word of the engine's struct: where it is what we opened, it is changed for
 * the call). 2.1.1 takes the next larger one, 2.1.4 the one that is asked for: `bytes`.
 */
static uc_err open_with_tlb_pages(uc_engine **uc, uint32_t bytes, size_t *got)
{
    uc_err err = uc_open(UC_ARCH_ARM64, UC_MODE_ARM, uc);
    uc_arch *arch = (uc_arch *)(void *)*uc;

    if (err)
        return err;
    if (uc_ctl_set_page_size(*uc, bytes) && *arch == UC_ARCH_ARM64) {
        *arch = UC_ARCH_ARM;
        (void)uc_ctl_set_page_size(*uc, bytes);
        *arch = UC_ARCH_ARM64;
    }
    if ((err = uc_ctl_set_cpu_model(*uc, UC_CPU_ARM64_A72)) ||
        (err = uc_ctl_set_tcg_buffer_size(*uc, CODE_BYTES)))
        return err;
    return uc_query(*uc, UC_QUERY_PAGE_SIZE, got);
}

/*
 * With pages of the guest's size. Smaller ones are right for the engine's own walk alone: that tells
 * the TLB how far a page reaches, so that TLBI drops it whole; what tlb.c fills in it does not.
 */
static uc_err open_uc(struct arm64_engine *e)
{
    size_t got;
    uc_err err = open_with_tlb_pages(&e->uc, PAGE_BYTES / 2, &got);

    if (!err && got != PAGE_BYTES) {
        uc_close(e->uc);
        err = open_with_tlb_pages(&e->uc, PAGE_BYTES, &got);
    }
    if (err)
        return err;
    e->tlb.hook.unusable = got != PAGE_BYTES;
    return got > PAGE_BYTES ? UC_ERR_VERSION : UC_ERR_OK;
}

static uc_err open_engine(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;
    uc_err err;

    engine_guard_catch_abort();
    if ((err = open_uc(e)) ||
        (err = uc_ctl_exits_enable(e->uc)) || (err = uc_ctl_tlb_mode(e->uc, UC_TLB_CPU)) ||
        (err = uc_mem_map_ptr(e->uc, ARM64_RAM_BASE,
                              a->config.ram_bytes + arm64_engine_extra_bytes(a->config.ram_bytes),
                              UC_PROT_ALL, a->ram)) ||
        (err = uc_context_alloc(e->uc, &e->scratch)) ||
        (err = uc_context_alloc(e->uc, &e->brief)) ||
        (err = uc_context_alloc(e->uc, &e->host)))
        return err;
    /*
     * EL2 and EL1 are AArch64, not secure; HVC is enabled and SMC undefined, as
     * where there is no EL3 (DDI 0487, D17.2.117).
     */
    arm64_sysreg_set(a, SYS_SCR_EL3, 0x581);
    arm64_sysreg_set(a, SYS_HCR_EL2, 1ull << 31);
    if ((err = arm64_tlb_create(a)))
        return err;
    return arm64_engine_add_hooks(a);
}

/* ---- calibration ---- */

/* Run `code` at the start of RAM up to its SVC; its context is left in `scratch`. */
static int run_code(struct arm64 *a, const uint32_t *code, size_t words)
{
    struct arm64_engine *e = a->engine;
    uc_err err;

    memcpy(a->ram, code, words * 4);
    arm64_count_limit(&a->count, UINT64_MAX);
    e->calibrating = true;
    err = uc_emu_start(e->uc, ARM64_RAM_BASE, 0, 0, 0);
    e->calibrating = false;
    uc_ctl_remove_cache(e->uc, ARM64_RAM_BASE, ARM64_RAM_BASE + words * 4);
    memset(a->ram, 0, words * 4);
    return err ? -EIO : 0;
}

int arm64_engine_find(const struct arm64_engine *e, const void *what, size_t bytes, size_t *at)
{
    const uint8_t *context = (const uint8_t *)e->scratch;
    int found = 0;

    for (size_t o = 8; o + bytes <= uc_context_size(e->uc); o += 4) {
        if (memcmp(context + o, what, bytes) != 0)
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
    /*
     * b +4; svc #0: the engine tells of each block that it translates once one has ended without
     * an exception (UC_HOOK_EDGE_GENERATED is told of the block before, too).
     */
    static const uint32_t branch[] = {0x14000001u, 0xd4000001u};
    const uint32_t syndrome = 0x56001234;
    uint64_t monitor[2] = {ARM64_RAM_BASE + 0x2340, 0x1122334455667788ull};
    int rc;

    rc = run_code(a, branch, ARRAY_LEN(branch));
    a->engine->tells = false;
    if (!rc)
        rc = run_code(a, svc, ARRAY_LEN(svc));
    if (!a->engine->tells)
        return -ENOTSUP;
    if (!rc)
        rc = arm64_engine_find(a->engine, &syndrome, sizeof(syndrome),
                               &a->engine->syndrome_at);
    if (rc)
        return rc;
    memcpy(a->ram + 0x2340, &monitor[1], 8);
    rc = run_code(a, ldxr, ARRAY_LEN(ldxr));
    memset(a->ram + 0x2340, 0, 8);
    return rc ? rc
              : arm64_engine_find(a->engine, monitor, sizeof(monitor), &a->engine->monitor_at);
}

/* From LOADED, with the MMU off. */
static int run_load(struct arm64 *a)
{
    /* movz x1, #0x4000, lsl #16; movk x1, #0x3000; ldr x0, [x1]; svc #0 */
    static const uint32_t ldr[] = {0xd2a80001u, 0xf2860001u, 0xf9400020u, 0xd4000001u};

    return run_code(a, ldr, ARRAY_LEN(ldr));
}

static void try_drop(struct arm64 *a)
{
    arm64_engine_allow(a, 0, true, true);
    arm64_tlb_walk_here(a, true);
    arm64_tlb_drop_try(a, run_load, LOADED);
    arm64_tlb_walk_here(a, false);
    arm64_engine_allow(a, 0, true, false);
    arm64_engine_flush_tlb(a);
}

size_t arm64_engine_extra_bytes(size_t ram_bytes)
{
    return H_LEVEL3 + ram_bytes / PAGE_BYTES * 8;
}

/* Of twelve regimes: EL1&0 at EL0, at EL1, and there with PAN, by the engine's numbers of them. */
static const struct engine_tlbs tlbs = {12, 1u << 0 | 1u << 2 | 1u << 4, NULL};

int arm64_engine_create(struct arm64 *a)
{
    struct arm64_engine *e = calloc(1, sizeof(*e));
    uc_err err;
    int rc;

    if (!e)
        return -ENOMEM;
    a->engine = e;
    e->tlbs = tlbs;
    rc = arm64_tlb_drop_create(a);
    if (rc)
        return rc;
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
    arm64_live_find(e);
    if (e->live.state)
        engine_trim_find(&e->tlbs, e->live.state);
    arm64_pmu_hooks_off(e);
    context_part(e->uc, e->brief, e->scratch,
                 e->syndrome_at + sizeof(struct engine_exception));
    arm64_pstate_set(a, PSTATE_DAIF | PSTATE_EL2H);
    uc_context_save(e->uc, e->host);
    arm64_pstate_set(a, PSTATE_DAIF | PSTATE_EL1H);
    rc = build_stage2(a);
    if (!rc)
        try_drop(a);
    return rc;
}

void arm64_engine_destroy(struct arm64 *a)
{
    struct arm64_engine *e = a->engine;

    if (!e)
        return;
    arm64_pmu_hooks_on(e);
    if (e->scratch)
        uc_context_free(e->scratch);
    if (e->brief)
        uc_context_free(e->brief);
    if (e->host)
        uc_context_free(e->host);
    if (e->uc)
        uc_close(e->uc);
    arm64_engine_flash_destroy(a);
    arm64_tlb_drop_destroy(a);
    free(e);
    a->engine = NULL;
}
