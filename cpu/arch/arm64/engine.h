/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/arm64/engine.h - what the engine's files share; nobody else includes it.
 *
 * Purpose: libunicorn's side of the arm64 machine. engine.c runs it and has its hooks,
 * engine_regs.c and engine_live.c read and write its registers, tlb.c fills its TLB,
 * engine_create.c makes it and builds stage 2.
 *
 * Rules of use
 *   - Only these files know unicorn.h.
 *   - `scratch` is the live state as of the last arm64_engine_saved().
 */
#ifndef TRAPLINE_CPU_ARM64_ENGINE_H
#define TRAPLINE_CPU_ARM64_ENGINE_H

#include <string.h>
#include <unicorn/unicorn.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/engine_trim.h"
#include "cpu/tlb_blocks.h"
#include "cpu/tlb_hook.h"

#define PAGE_BYTES 0x1000u
#define NOWHERE    UINT64_MAX

/* Stage 2 descriptors (DDI 0487, D8.3): may be written, must not be executed. */
#define S2_WRITE (1ull << 7)
#define S2_XN    (1ull << 54)

#define CODE_BYTES      (96u << 20) /* the buffer of translated code; pages of it as they are filled */
#define CODE_BYTES_FULL (88u << 20)

/* One half of the addresses: its tables begin at `root`, of this level, for `bits` of address. */
struct tlb_half {
    paddr_t root;
    unsigned bits, level;
    bool good; /* in a form that tlb.c knows */
};

struct arm64_tlb {
    struct tlb_hook hook;
    unsigned level;          /* of the descriptor that is absent (hook.miss) */
    struct tlb_half half[2]; /* TTBR0_EL1, TTBR1_EL1 */
    bool on, wxn;            /* SCTLR_EL1.M, .WXN */
    bool known;              /* all this is as in the registers */
};

/* What an exception's entry reads and writes, among the engine's own fields (engine_live.c). */
enum {
    LIVE_PC, LIVE_SP, LIVE_SP_EL0, LIVE_SP_EL1, LIVE_ELR, LIVE_ESR, LIVE_FAR, LIVE_VBAR, LIVE_COUNT
};

struct arm64_live {
    uint8_t *state; /* what a context begins with, in the engine; NULL: not known */
    size_t at[LIVE_COUNT];
    size_t mode_at; /* EL and SP of PSTATE, four bytes; the engine keeps the rest elsewhere */
};

struct arm64_engine {
    uc_engine *uc;
    uc_context *scratch;
    uc_context *brief; /* no more of the state than the syndrome, which every trap asks for */
    uc_context *host; /* EL2, MMU off: addresses are physical */
    uc_err err;   /* of the last run */
    bool gave_up; /* it did (engine_guard.h), and runs no more */
    uint64_t filled; /* of the buffer of translated code, at most */
    struct arm64_live live;
    struct {
        void *lists;     /* two, the engine's; NULL: not known */
        uint64_t was[2]; /* their first entries */
    } pmu;
    uint64_t *page; /* stage-2 entry of each page of RAM */
    struct arm64_tlb tlb;
    struct arm64_tlb_drop *drop;
    struct {
        uc_hook hook[CPU_RANGES_MAX];
        struct cpu_range range[CPU_RANGES_MAX];
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
    bool tells; /* of what it translates */
    uint64_t blocks; /* translated */
    struct engine_tlbs tlbs;
    bool translated; /* something ran since translated code was last dropped */
};

/* The engine's own note of an exception, at syndrome_at of a saved context. */
struct engine_exception {
    uint32_t syndrome, fsr;
    uint64_t vaddress;
    uint32_t target_el;
};

/* Map the flash; its tables go to the entries of stage 2 for physical 0 on. -ENOMEM, -EIO. */
MUST_CHECK int arm64_engine_flash_create(struct arm64 *a, uint64_t *level2);
void arm64_engine_flash_destroy(struct arm64 *a);
/* Hooks on everything that the model has to see. */
uc_err arm64_engine_add_hooks(struct arm64 *a);
/* The live state is saved to `scratch`: the byte at an offset in it. */
uint8_t *arm64_engine_saved(struct arm64_engine *e, size_t offset);
/* Where in `scratch` these bytes are. -ENOENT: not exactly once. */
MUST_CHECK int arm64_engine_find(const struct arm64_engine *e, const void *what, size_t bytes,
                                 size_t *at);

/* ---- engine_live.c ---- */
/* Find the registers of LIVE_*; where they are not found, contexts and the engine's calls do. */
void arm64_live_find(struct arm64_engine *e);

/* ---- engine_pmu.c ---- */
void arm64_pmu_hooks_off(struct arm64_engine *e);
/* As it was, for whoever frees it. */
void arm64_pmu_hooks_on(struct arm64_engine *e);

static inline uint64_t arm64_live_get(const struct arm64_engine *e, unsigned reg)
{
    uint64_t value;

    memcpy(&value, e->live.state + e->live.at[reg], sizeof(value));
    return value;
}

static inline uint32_t arm64_live_mode(const struct arm64_engine *e)
{
    uint32_t mode;

    memcpy(&mode, e->live.state + e->live.mode_at, sizeof(mode));
    return mode;
}

static inline void arm64_live_put(struct arm64_engine *e, unsigned reg, uint64_t value)
{
    memcpy(e->live.state + e->live.at[reg], &value, sizeof(value));
}

/* ---- tlb.c ---- */
uc_err arm64_tlb_create(struct arm64 *a);
/* The engine's run has ended with an error: was that for want of a translation (or another)? */
bool arm64_tlb_missed(struct arm64 *a);
/* It has ended as stage 2 withholds RAM: do what the guest is not told of. False: it has not. */
bool arm64_tlb_stage2(struct arm64 *a);
/* The engine's run has ended as there was no translation: enter the exception. False: not known. */
bool arm64_tlb_fault(struct arm64 *a);
/* SCTLR, TCR or TTBRs of EL1 have changed, or may have. */
void arm64_tlb_forget(struct arm64 *a);

/* ---- tlb_drop.c ---- */
MUST_CHECK int arm64_tlb_drop_create(struct arm64 *a); /* -ENOMEM */
void arm64_tlb_drop_destroy(struct arm64 *a);
/* tlb.c fills a page of RAM at `va`, out of a block of so many bytes (or a page). */
void arm64_tlb_filled(struct arm64 *a, vaddr_t va, paddr_t pa, uint64_t block_bytes);
/* The engine's own walk may fill from now on. */
void arm64_tlb_filled_unknown(struct arm64 *a);
/* The instruction at `pc` was translated: it must be anew before it runs, or all must. */
enum tlbi { TLBI_NONE, TLBI_NEW, TLBI_TOO_MANY };
enum tlbi arm64_tlb_translated(struct arm64 *a, vaddr_t pc, uint32_t word);
/* All that the TLB holds was dropped for our sake so many times. */
uint64_t arm64_tlb_flushes(const struct arm64 *a);
/* Can the engine drop one page? Tried with one that `run` (0: it could) loads from. */
void arm64_tlb_drop_try(struct arm64 *a, int (*run)(struct arm64 *a), paddr_t pa);
/* Drop the page at `va` as the guest's TLBI VAAE1 does (engine_regs.c). */
void arm64_engine_tlbi(struct arm64 *a, vaddr_t va);

#endif
